#pragma once

#include <cstdint>

#include "dircn/kernels/activation.h"

namespace dircn {

constexpr double kNormEps = 1e-5;

/// A dense tensor [images][pixels][channels]: channels last.
struct NormShape {
  int64_t images;
  int64_t pixels;
  int64_t channels;
};

/// [images][channels] each. Statistics are double, because x may lie so far from zero that its
/// mean, rounded to float, would be off by much of its spread.
struct NormTerms {
  const double* mean;
  const double* std;
  const float* scale;
  const float* shift;
};

// T: float or c10::BFloat16. Every sum is taken in an order that the shape alone decides, so the
// results are the same for any number of threads.

/// Mean and biased standard deviation over the pixels -> [images][channels].
template <typename T>
void channel_statistics_cpu(const T* x, const NormShape& shape, double* mean, double* std);

/// y = act(scale · (x − mean) / sqrt(std² + eps) + shift + residual); `residual` may be null, y may
/// be x.
template <typename T>
void norm_act_cpu(const T* x, const T* residual, T* y, const NormShape& shape,
                  const NormTerms& terms, Activation activation);

/// What the backward pass writes. `residual` is null where there was none or the activation is
/// none (its gradient is then that of y).
template <typename T>
struct NormGradients {
  T* x;
  T* residual;
  float* scale;  // [images][channels]
  float* shift;  // [images][channels]
};

/// Gradients of `norm_act_cpu` for that of y, `dy`, mean and std being x's own. `residual` is null
/// where there was none or the activation is none.
template <typename T>
void norm_act_backward_cpu(const T* x, const T* residual, const T* dy, const NormShape& shape,
                           const NormTerms& terms, Activation activation,
                           const NormGradients<T>& gradients);

}  // namespace dircn
