#pragma once

#include <torch/types.h>

#include <cstdint>
#include <vector>

namespace dircn {

/// The value of an image [H, W] that pictures show white: its 99.8th percentile, since a few bright
/// vessels would leave the rest dark; positive, also where the image is empty.
double white_value(const torch::Tensor& image);

/// The values that pictures show black and white; what lies beyond is shown as these.
struct GreyWindow {
  double black = 0;
  double white = 1;
};

/// The window from the 1st to the 99.8th percentile of real `images` of any shape, say of a whole
/// volume [S, h, w]. White is above black, also where the images are constant (those are black) or
/// there is not one value.
GreyWindow percentile_window(const torch::Tensor& images);

/// An image [H, W] real as grey values, uint8.
torch::Tensor grey_picture(const torch::Tensor& image, const GreyWindow& window);

/// The same, black for 0 and below, white for `white` and above.
torch::Tensor grey_picture(const torch::Tensor& image, double white);

/// A mask of any type as a picture, uint8 [height, W]: white where it is not 0. `mask` is [W], the
/// same in every row, or [height, W]; throws `Error` for others.
torch::Tensor mask_picture(const torch::Tensor& mask, int64_t height);

/// Pictures uint8 [H, w] of one height side by side, with a white gap between them.
torch::Tensor side_by_side(const std::vector<torch::Tensor>& pictures);

}  // namespace dircn
