#include "kernels/norm_act/norm_act_kernels.h"

#include <c10/core/DeviceGuard.h>
#include <torch/types.h>

#include <algorithm>
#include <cstdint>

#include "kernels/kernel_support.h"
#include "kernels/norm_act/norm_act_cpu.h"
#include "kernels/norm_act/norm_act_cuda.h"

namespace dircn {
namespace {

#ifdef DIRCN_CUDA
constexpr bool kHasCuda = true;
#else
constexpr bool kHasCuda = false;
#endif

NormShape shape_of(const torch::Tensor& x) {
  return {x.size(0), x.size(2) * x.size(3), x.size(1)};
}

[[maybe_unused]] NormLayout layout_of(const torch::Tensor& x) {
  return kernel_format(x) == kChannelsLast ? NormLayout::channels_last : NormLayout::planes;
}

NormTerms pointers(const KernelTerms& terms) {
  return {terms.mean.data_ptr<double>(), terms.std.data_ptr<double>(),
          terms.scale.data_ptr<float>(), terms.shift.data_ptr<float>()};
}

template <typename T>
T* data_or_null(const torch::Tensor& x) {
  return x.defined() ? x.data_ptr<T>() : nullptr;
}

/// Memory for what a GPU's kernels hand on to each other. It may be let go as soon as they are
/// queued: LibTorch gives it to later work of the same stream only.
[[maybe_unused]] torch::Tensor scratch_for(const torch::Tensor& x) {
  int64_t size = 0;
  if constexpr (kHasCuda) {
    size = norm_scratch_cuda(shape_of(x), layout_of(x));
  }
  return torch::empty({size}, torch::dtype(torch::kDouble).device(x.device()));
}

}  // namespace

bool has_norm_kernel(const torch::Tensor& x) {
  if (!kHasCuda || !x.is_cuda()) {
    return has_kernel_form(x);
  }
  return (x.scalar_type() == torch::kFloat || x.scalar_type() == torch::kBFloat16) &&
         x.dim() == 4 && x.numel() > 0 && std::max(x.size(0), x.size(1)) <= kMostCuda &&
         (x.is_contiguous() || x.is_contiguous(kChannelsLast));
}

torch::MemoryFormat kernel_format(const torch::Tensor& x) {
  return x.is_cuda() && x.is_contiguous() ? torch::MemoryFormat::Contiguous : kChannelsLast;
}

ChannelStatistics kernel_statistics(const torch::Tensor& x) {
  const auto options = torch::dtype(torch::kDouble).device(x.device());
  ChannelStatistics result{torch::empty({x.size(0), x.size(1)}, options),
                           torch::empty({x.size(0), x.size(1)}, options)};
  auto* mean = result.mean.data_ptr<double>();
  auto* std = result.std.data_ptr<double>();
  const c10::DeviceGuard guard(x.device());
  with_storage_type(x, [&](auto type) {
    using T = decltype(type);
    if constexpr (kHasCuda) {
      if (x.is_cuda()) {
        channel_statistics_cuda(x.data_ptr<T>(), shape_of(x), layout_of(x),
                                scratch_for(x).template data_ptr<double>(), mean, std);
        return;
      }
    }
    channel_statistics_cpu(x.data_ptr<T>(), shape_of(x), mean, std);
  });
  return result;
}

void kernel_forward(const torch::Tensor& x, const torch::Tensor& residual, const torch::Tensor& y,
                    const KernelTerms& terms, Activation activation) {
  const c10::DeviceGuard guard(x.device());
  with_storage_type(x, [&](auto type) {
    using T = decltype(type);
    const T* added = data_or_null<T>(residual);
    if constexpr (kHasCuda) {
      if (x.is_cuda()) {
        norm_act_cuda<T>(x.data_ptr<T>(), added, y.data_ptr<T>(), shape_of(x), layout_of(x),
                         pointers(terms), activation);
        return;
      }
    }
    norm_act_cpu<T>(x.data_ptr<T>(), added, y.data_ptr<T>(), shape_of(x), pointers(terms),
                    activation);
  });
}

void kernel_backward(const torch::Tensor& x, const torch::Tensor& residual, const torch::Tensor& dy,
                     const KernelTerms& terms, Activation activation,
                     const KernelGradients& gradients) {
  const c10::DeviceGuard guard(x.device());
  with_storage_type(x, [&](auto type) {
    using T = decltype(type);
    const T* added = data_or_null<T>(residual);
    const NormGradients<T> places{gradients.x.data_ptr<T>(), data_or_null<T>(gradients.residual),
                                  gradients.scale.data_ptr<float>(),
                                  gradients.shift.data_ptr<float>()};
    if constexpr (kHasCuda) {
      if (x.is_cuda()) {
        norm_act_backward_cuda<T>(x.data_ptr<T>(), added, dy.data_ptr<T>(), shape_of(x),
                                  layout_of(x), scratch_for(x).template data_ptr<double>(),
                                  pointers(terms), activation, places);
        return;
      }
    }
    norm_act_backward_cpu<T>(x.data_ptr<T>(), added, dy.data_ptr<T>(), shape_of(x), pointers(terms),
                             activation, places);
  });
}

}  // namespace dircn
