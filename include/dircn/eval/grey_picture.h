#pragma once

#include <torch/types.h>

#include <vector>

namespace dircn {

/// The value of an image [H, W] that pictures show white: its 99.8th percentile, since a few bright
/// vessels would leave the rest dark; positive, also where the image is empty.
double white_value(const torch::Tensor& image);

/// An image [H, W] real as grey values, uint8: black for 0 and below, white for `white` and above.
torch::Tensor grey_picture(const torch::Tensor& image, double white);

/// Pictures uint8 [H, w] of one height side by side, with a white gap between them.
torch::Tensor side_by_side(const std::vector<torch::Tensor>& pictures);

}  // namespace dircn
