#pragma once

#include <cstdint>
#include <vector>

namespace dircn {

/// Channels-last images [images][height][width][channels] of T, float or c10::BFloat16.
template <typename T>
struct ConvolveSource {
  const T* data;
  int64_t channels;
};

/// A 3×3 convolution with padding 1: its input is all sources' channels one after the other.
struct ConvolveShape {
  int64_t images;
  int64_t height;
  int64_t width;
  int64_t out;     // channels
  int64_t groups;  // divides both numbers of channels
};

/// Whether this processor has registers for several floats, and the kernels may use them
/// (dircn/runtime/simd.h).
bool has_convolve_cpu();

/// Whether this processor has AMX, whose rate in bfloat16 is many times that of single precision.
/// LibTorch makes use of it; the kernels here do not.
bool has_matrix_unit();

// Arithmetic is in single precision for either T. Every sum is taken in an order that the shape
// alone decides, so the results are the same for any number of threads.

/// y [images][height][width][out] and, of every image and channel, mean and biased standard
/// deviation over the pixels, [images][out]. weight: [out][in / groups][3][3].
template <typename T>
void convolve_cpu(const std::vector<ConvolveSource<T>>& sources, const ConvolveShape& shape,
                  const float* weight, T* y, double* mean, double* std);

/// The gradient of the weights for that of y, dy: [out][in / groups][3][3].
template <typename T>
void convolve_weight_gradient_cpu(const std::vector<ConvolveSource<T>>& sources,
                                  const ConvolveShape& shape, const T* dy, float* gradient);

}  // namespace dircn
