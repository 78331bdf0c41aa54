#include "kernels/convolve/convolve_form.h"

namespace dircn {
namespace {

// Fewer channels do not make up for the sums before and after the products.
constexpr int64_t kEnoughIn = 16;
constexpr int64_t kEnoughOutOfPairs = 8;
constexpr int64_t kEnoughOutOfTiles = 16;

// The kernels read all weights again for every pair of rows, or for every block of tiles, and there
// are 2.7 times as many in Winograd's form. More than a core's own cache holds (1 MB) are for none
// but images of many blocks.
constexpr int64_t kMostWeights = 262144;
constexpr int64_t kEnoughPixels = 2304;

// Gradients of weights are sums over pixels. What rounding the terms costs does not depend on how
// many there are, what rounding the sums costs does: with 9216 pixels the error is 1.3 times that
// of LibTorch, with 2304 more than twice.
constexpr int64_t kEnoughInOfGradient = 32;  // they lie in the lanes
constexpr int64_t kEnoughPixelsOfGradient = 9216;

}  // namespace

ConvolveForm convolve_form(int64_t in, const ConvolveShape& shape) {
  if (shape.groups != 1 || in < kEnoughIn || shape.out < kEnoughOutOfPairs) {
    return ConvolveForm::direct;
  }
  const bool has_tiles = shape.width % 2 == 0;
  return has_tiles && shape.out >= kEnoughOutOfTiles ? ConvolveForm::winograd
                                                     : ConvolveForm::row_pairs;
}

ConvolveForm weight_gradient_form(int64_t in, const ConvolveShape& shape) {
  const bool in_tiles = convolve_form(in, shape) == ConvolveForm::winograd &&
                        in >= kEnoughInOfGradient &&
                        shape.images * shape.height * shape.width >= kEnoughPixelsOfGradient;
  return in_tiles ? ConvolveForm::winograd : ConvolveForm::direct;
}

bool is_for_libtorch(int64_t in, const ConvolveShape& shape) {
  const int64_t weights = in / shape.groups * shape.out * 9;
  const bool has_many_blocks = convolve_form(in, shape) == ConvolveForm::winograd &&
                               shape.images * shape.height * shape.width >= kEnoughPixels;
  return weights > kMostWeights && !has_many_blocks;
}

}  // namespace dircn
