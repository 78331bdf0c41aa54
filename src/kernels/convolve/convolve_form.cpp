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

}  // namespace

ConvolveForm convolve_form(int64_t in, const ConvolveShape& shape) {
  if (shape.groups != 1 || in < kEnoughIn || shape.out < kEnoughOutOfPairs) {
    return ConvolveForm::direct;
  }
  const bool has_tiles = shape.width % 2 == 0;
  return has_tiles && shape.out >= kEnoughOutOfTiles ? ConvolveForm::winograd
                                                     : ConvolveForm::row_pairs;
}

bool is_for_libtorch(int64_t in, const ConvolveShape& shape) {
  const int64_t weights = in / shape.groups * shape.out * 9;
  const bool has_many_blocks = convolve_form(in, shape) == ConvolveForm::winograd &&
                               shape.images * shape.height * shape.width >= kEnoughPixels;
  return weights > kMostWeights && !has_many_blocks;
}

}  // namespace dircn
