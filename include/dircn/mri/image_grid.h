#pragma once

#include <torch/types.h>

#include <cstdint>

namespace dircn {

/// Rows and columns of an image.
struct ImageSize {
  int64_t height = 0;
  int64_t width = 0;
};

/// Where the pixels of an image lie along one axis of k-space. Stored positions count the samples
/// of the image that all of the k-space gives, from 0; sample ⌊stored/2⌋ is the origin.
struct GridAxis {
  int64_t stored = 0;  // samples of k-space
  int64_t first = 0;   // the samples [first, first + kept) are what a method gets
  int64_t kept = 0;
  int64_t pixels = 0;  // of the image
  int64_t origin = 0;  // the pixel that lies at the origin; may be outside
  double pitch = 1;    // stored samples from one pixel to the next

  /// `pixels` around the middle. At a pitch of 1 that is a crop whose first pixel is stored sample
  /// ⌊(stored − pixels) / 2⌋, as fastMRI and the challenge cut their targets, or zeros around the
  /// image, ⌊(pixels − stored) / 2⌋ of them before it. At any other pitch the field of view is
  /// first sampled anew, by round(stored / pitch) pixels, and then cut in the same way.
  static GridAxis around_middle(int64_t stored, int64_t pixels, double pitch = 1);

  /// Keeps `wanted` samples around the middle at least, and all that the pixels lie among.
  void keep(int64_t wanted);
};

/// The way from k-space [H, W] as it is stored to an image: which rows a method gets (a readout
/// that is oversampled sees more than the image shows), and where the image's pixels lie. Both are
/// cut out of the stored field of view in one step, so that no pixel depends on what a method got.
struct ImageGrid {
  GridAxis rows;
  GridAxis columns;

  ImageSize size() const { return {rows.pixels, columns.pixels}; }

  /// k-space [..., H, W] (complex) as a readout over the kept rows would have measured it:
  /// [..., rows.kept, W]. Columns are never cropped, so that a mask of columns fits before and
  /// after, and masking commutes with it. Throws `Error` for k-space of another size or type.
  torch::Tensor crop_readout(const torch::Tensor& kspace) const;

  /// An image [..., rows.kept, W] at its pixels: [..., size]. Interpolated where the pitch is not
  /// 1: what zeros around its k-space would give, in the units that it had. Complex ones exactly
  /// so; real ones are magnitudes, and stay so. Zero beyond the stored field of view. May be a
  /// view.
  torch::Tensor image(const torch::Tensor& x) const;
};

}  // namespace dircn
