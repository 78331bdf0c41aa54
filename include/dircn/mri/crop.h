#pragma once

#include <torch/types.h>

#include <cstdint>

namespace dircn {

/// `image` [..., H, W] from place `first` on along dimension `dim` (-2 or -1), `size` places: zero
/// where those lie outside. May return a view.
torch::Tensor window(const torch::Tensor& image, int64_t dim, int64_t first, int64_t size);

/// Centre-crops, or zero-pads, each of the last two dimensions of `image` [..., H, W] to `height`
/// and `width`. Where the difference d is odd, floor(d / 2) rows are cut or added before the image
/// and one more after it, as the challenge's own cropping does. May return a view of `image`.
/// Throws `Error` for sizes below 1.
torch::Tensor center_crop_or_pad(const torch::Tensor& image, int64_t height, int64_t width);

/// `image` [..., H, W] centre-cropped along H to min(H, W): cuts away what the oversampled readout
/// sees beyond the field of view. W is left alone, since column masks belong to it. Returns a view.
torch::Tensor crop_to_square_fov(const torch::Tensor& image);

}  // namespace dircn
