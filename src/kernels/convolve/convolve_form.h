#pragma once

#include <cstdint>

#include "kernels/convolve/convolve_cpu.h"

namespace dircn {

/// How the kernels compute a convolution: as it is, two rows at once (Note [Two rows at once]), or
/// tiles of 4×2 pixels (Note [Winograd's F(4×2, 3×3)]).
enum class ConvolveForm { direct, row_pairs, winograd };

/// `in`: channels of all sources.
ConvolveForm convolve_form(int64_t in, const ConvolveShape& shape);

/// How the gradient of the weights is computed: direct or winograd.
ConvolveForm weight_gradient_form(int64_t in, const ConvolveShape& shape);

/// Whether LibTorch is faster in float32.
bool is_for_libtorch(int64_t in, const ConvolveShape& shape);

}  // namespace dircn
