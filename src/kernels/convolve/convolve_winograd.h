#pragma once

#include <vector>

#include "kernels/convolve/convolve_cpu.h"

namespace dircn {

/// convolve_cpu for ConvolveForm::winograd (Note [Winograd's F(4×2, 3×3)]).
template <typename T>
void convolve_winograd_cpu(const std::vector<ConvolveSource<T>>& sources,
                           const ConvolveShape& shape, const float* weight, T* y, double* mean,
                           double* std);

}  // namespace dircn
