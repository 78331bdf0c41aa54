#pragma once

#include <cstdint>

#include "kernels/norm_act/norm_act_cpu.h"

namespace dircn {

/// How a dense tensor lies in a GPU's memory.
enum class NormLayout {
  planes,        // [images][channels][pixels]
  channels_last  // [images][pixels][channels]
};

/// The functions of norm_act_cpu.h on the current CUDA GPU and its current stream. All pointers are
/// to that GPU's memory, `scratch` to as many doubles as `norm_scratch_cuda` says; images and
/// channels are at most kMostCuda each.
constexpr int64_t kMostCuda = 65535;

int64_t norm_scratch_cuda(const NormShape& shape, NormLayout layout);

template <typename T>
void channel_statistics_cuda(const T* x, const NormShape& shape, NormLayout layout, double* scratch,
                             double* mean, double* std);

template <typename T>
void norm_act_cuda(const T* x, const T* residual, T* y, const NormShape& shape, NormLayout layout,
                   const NormTerms& terms, Activation activation);

template <typename T>
void norm_act_backward_cuda(const T* x, const T* residual, const T* dy, const NormShape& shape,
                            NormLayout layout, double* scratch, const NormTerms& terms,
                            Activation activation, const NormGradients<T>& gradients);

}  // namespace dircn
