#include "dircn/mri/image_grid.h"

#include <algorithm>
#include <cmath>
#include <sstream>
#include <string>

#include "dircn/core/error.h"
#include "dircn/mri/crop.h"
#include "dircn/mri/fft.h"

namespace dircn {
namespace {

constexpr double kPi = 3.14159265358979323846;

/// The pixels that the stored field of view has.
int64_t all_pixels(const GridAxis& axis) {
  return static_cast<int64_t>(std::llround(static_cast<double>(axis.stored) / axis.pitch));
}

std::string description(const torch::Tensor& x) {
  std::ostringstream text;
  text << "a tensor of shape " << x.sizes() << " and type " << x.scalar_type();
  return text.str();
}

bool is_interpolated(const GridAxis& axis) {
  return axis.pitch != 1;
}

/// From the kept samples of an image to its pixels, [pixels, kept] complex128: the Fourier series
/// through the samples, at the pixels. Zero outside of the stored field of view.
torch::Tensor interpolation(const GridAxis& axis) {
  const int64_t stored_middle = axis.stored / 2;
  const int64_t kept_middle = axis.kept / 2;
  const auto middle = static_cast<double>(stored_middle);
  const torch::Tensor place =
      (torch::arange(axis.pixels, torch::kDouble) - static_cast<double>(axis.origin)) * axis.pitch +
      middle;
  const torch::Tensor sample =
      torch::arange(axis.kept, torch::kDouble) + static_cast<double>(axis.first);
  const torch::Tensor frequency =
      torch::arange(axis.kept, torch::kDouble) - static_cast<double>(kept_middle);
  const auto waves = [&](const torch::Tensor& where) {
    const torch::Tensor phase =
        torch::outer(where - middle, frequency) * (2 * kPi / static_cast<double>(axis.kept));
    return torch::polar(torch::ones_like(phase), phase);
  };
  const torch::Tensor pixel = torch::arange(axis.pixels) - axis.origin + all_pixels(axis) / 2;
  const torch::Tensor seen = (pixel >= 0) & (pixel < all_pixels(axis));
  return torch::matmul(waves(place), waves(sample).conj().transpose(0, 1)) *
         (seen.to(torch::kDouble).unsqueeze(1) / static_cast<double>(axis.kept));
}

/// `x` at the pixels of one axis, which is its last.
torch::Tensor sampled_anew(const torch::Tensor& x, const GridAxis& axis) {
  const torch::Tensor matrix = interpolation(axis).transpose(0, 1).to(x.device());
  return x.is_complex() ? torch::matmul(x, matrix.to(x.scalar_type()))
                        : torch::matmul(x, torch::real(matrix).to(x.scalar_type())).clamp_min(0);
}

torch::Tensor at_pixels(const torch::Tensor& x, const GridAxis& axis, int64_t dim) {
  if (is_interpolated(axis)) {
    return sampled_anew(x.transpose(dim, -1), axis).transpose(dim, -1);
  }
  return window(x, dim, axis.stored / 2 - axis.origin - axis.first, axis.pixels);
}

}  // namespace

GridAxis GridAxis::around_middle(int64_t stored, int64_t pixels, double pitch) {
  GridAxis axis;
  axis.stored = axis.kept = stored;
  axis.pixels = pixels;
  axis.pitch = pitch;
  const int64_t left_out = (all_pixels(axis) - pixels) / 2;  // towards 0, also where it is negative
  axis.origin = all_pixels(axis) / 2 - left_out;
  return axis;
}

// Between samples all of them count: where pixels are interpolated, none is cut away.
void GridAxis::keep(int64_t wanted) {
  kept = is_interpolated(*this) ? stored : std::min(stored, std::max(wanted, pixels));
  first = (stored - kept) / 2;
}

torch::Tensor ImageGrid::crop_readout(const torch::Tensor& kspace) const {
  require(kspace.is_complex() && kspace.dim() >= 2 && kspace.size(-2) == rows.stored &&
              kspace.size(-1) == columns.stored,
          [&] {
            return Error::Parts{"k-space", description(kspace),
                                "complex k-space of " + std::to_string(rows.stored) + " x " +
                                    std::to_string(columns.stored)};
          });
  if (rows.kept == rows.stored) {
    return kspace;
  }
  // The transform along W would be undone unchanged: only H needs one.
  return fft1c(ifft1c(kspace, -2).narrow(-2, rows.first, rows.kept), -2);
}

torch::Tensor ImageGrid::image(const torch::Tensor& x) const {
  require(x.dim() >= 2 && x.size(-2) == rows.kept && x.size(-1) == columns.stored, [&] {
    return Error::Parts{
        "image", description(x),
        std::to_string(rows.kept) + " x " + std::to_string(columns.stored) + " pixels"};
  });
  return at_pixels(at_pixels(x, rows, -2), columns, -1);
}

}  // namespace dircn
