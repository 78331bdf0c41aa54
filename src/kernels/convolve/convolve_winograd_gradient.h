#pragma once

#include <cstdint>
#include <vector>

#include "kernels/convolve/convolve_cpu.h"

namespace dircn {

/// The gradient of the weights, [out][in][3][3], that rows `begin` to `end` of one image have,
/// where weight_gradient_form is ConvolveForm::winograd.
template <typename T>
void winograd_weight_gradient(const std::vector<ConvolveSource<T>>& sources,
                              const ConvolveShape& shape, const T* dy, int64_t image, int64_t begin,
                              int64_t end, float* gradient);

}  // namespace dircn
