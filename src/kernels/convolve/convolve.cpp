#include "dircn/kernels/convolve.h"

#include <ATen/record_function.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/types.h>

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "dircn/runtime/gradients.h"
#include "kernels/convolve/convolve_cpu.h"
#include "kernels/convolve/convolve_form.h"
#include "kernels/kernel_support.h"

namespace dircn {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;
using Tensors = std::vector<torch::Tensor>;

torch::Tensor run_operators(const Tensors& sources, const torch::Tensor& weight, int64_t groups) {
  const auto x = sources.size() == 1 ? sources[0] : torch::cat(sources, 1);
  const auto y = torch::conv2d(x, weight.to(x.scalar_type()), {}, /*stride=*/1, /*padding=*/1,
                               /*dilation=*/1, groups);
  // `cat` forgets the layout where one of the sources has a single channel, which is of either.
  const auto all_are = [&](torch::MemoryFormat format) {
    return std::all_of(sources.begin(), sources.end(),
                       [&](const torch::Tensor& source) { return source.is_contiguous(format); });
  };
  const bool last = all_are(kChannelsLast) && !all_are(torch::MemoryFormat::Contiguous);
  return last ? y.contiguous(kChannelsLast) : y;
}

ConvolveShape shape_of(const torch::Tensor& x, int64_t out, int64_t groups) {
  return {x.size(0), x.size(2), x.size(3), out, groups};
}

bool has_kernel(const Tensors& sources, const torch::Tensor& weight, int64_t groups) {
  static const bool libtorch_is_faster_in_bf16 = has_matrix_unit();
  if (!has_convolve_cpu() || sources.empty() || (groups != 1 && sources.size() != 1) ||
      (libtorch_is_faster_in_bf16 && sources[0].scalar_type() == torch::kBFloat16)) {
    return false;
  }
  int64_t in = 0;
  for (const auto& source : sources) {
    if (!has_kernel_form(source) || source.scalar_type() != sources[0].scalar_type() ||
        source.size(0) != sources[0].size(0) ||
        source.sizes().slice(2) != sources[0].sizes().slice(2)) {
      return false;
    }
    in += source.size(1);
  }
  // LibTorch has the words for weights that do not fit.
  return groups > 0 && weight.is_cpu() && weight.numel() > 0 && weight.size(0) % groups == 0 &&
         in % groups == 0 &&
         weight.sizes() == torch::IntArrayRef({weight.size(0), in / groups, 3, 3}) &&
         (sources[0].scalar_type() != torch::kFloat ||
          !is_for_libtorch(in, shape_of(sources[0], weight.size(0), groups)));
}

template <typename T>
std::vector<ConvolveSource<T>> kernel_sources(const Tensors& sources) {
  std::vector<ConvolveSource<T>> result;
  result.reserve(sources.size());
  for (const auto& source : sources) {
    result.push_back({source.data_ptr<T>(), source.size(1)});
  }
  return result;
}

torch::Tensor as_kernel_weight(const torch::Tensor& weight) {
  return weight.to(torch::kFloat).contiguous();
}

struct Convolution {
  torch::Tensor y;
  ChannelStatistics statistics;
};

Convolution run_kernel(const Tensors& sources, const torch::Tensor& weight, int64_t groups) {
  RECORD_FUNCTION("dircn::convolution", std::vector<c10::IValue>());
  const auto& x = sources[0];
  const auto statistics = torch::dtype(torch::kDouble);
  Convolution result{
      empty_in_form({x.size(0), weight.size(0), x.size(2), x.size(3)}, x, kChannelsLast),
      {torch::empty({x.size(0), weight.size(0)}, statistics),
       torch::empty({x.size(0), weight.size(0)}, statistics)}};
  const auto shape = shape_of(x, weight.size(0), groups);
  const auto packed = as_kernel_weight(weight);
  with_storage_type(x, [&](auto type) {
    using T = decltype(type);
    convolve_cpu<T>(kernel_sources<T>(sources), shape, packed.data_ptr<float>(),
                    result.y.data_ptr<T>(), result.statistics.mean.data_ptr<double>(),
                    result.statistics.std.data_ptr<double>());
  });
  return result;
}

torch::Tensor weight_gradient(const Tensors& sources, const torch::Tensor& weight,
                              const torch::Tensor& dy, int64_t groups) {
  RECORD_FUNCTION("dircn::convolution", std::vector<c10::IValue>());
  auto gradient = torch::empty(weight.sizes(), torch::dtype(torch::kFloat));
  const auto shape = shape_of(dy, weight.size(0), groups);
  with_storage_type(dy, [&](auto type) {
    using T = decltype(type);
    convolve_weight_gradient_cpu<T>(kernel_sources<T>(sources), shape, dy.data_ptr<T>(),
                                    gradient.data_ptr<float>());
  });
  return gradient.to(weight.scalar_type());
}

/// The gradient of a convolution's input is the convolution of its output's with the weights
/// turned around: `first` and `count` are the input channels asked for (all of them with groups).
torch::Tensor input_gradient(const torch::Tensor& dy, const torch::Tensor& weight, int64_t groups,
                             int64_t first, int64_t count) {
  const auto by_group = weight.narrow(1, first, count / groups)
                            .unflatten(0, {groups, weight.size(0) / groups})
                            .transpose(1, 2)
                            .flatten(0, 1);
  return run_kernel({dy}, by_group.flip({2, 3}), groups).y;
}

/// The CPU kernels with their gradients. Inputs: the sources, then the weight.
class Convolve : public torch::autograd::Function<Convolve> {
 public:
  static variable_list forward(AutogradContext* context, at::TensorList inputs, int64_t groups) {
    const Tensors sources(inputs.begin(), inputs.end() - 1);
    auto result = run_kernel(sources, inputs.back(), groups);
    context->save_for_backward(inputs.vec());
    context->saved_data["groups"] = groups;
    context->mark_non_differentiable({result.statistics.mean, result.statistics.std});
    return {result.y, result.statistics.mean, result.statistics.std};
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    require_first_derivative("convolve", kInDoublePrecision);
    auto sources = context->get_saved_variables();
    const auto weight = sources.back();
    sources.pop_back();
    const int64_t groups = context->saved_data["groups"].toInt();
    const auto dy = gradients[0].to(sources[0].scalar_type()).contiguous(kChannelsLast);
    variable_list result;
    int64_t first = 0;
    for (const auto& source : sources) {
      result.push_back(source.requires_grad()
                           ? input_gradient(dy, weight, groups, first, source.size(1))
                           : torch::Tensor());
      first += source.size(1);
    }
    result.push_back(weight.requires_grad() ? weight_gradient(sources, weight, dy, groups)
                                            : torch::Tensor());
    result.emplace_back();  // groups
    return result;
  }
};

NormInput convolve_here(const Tensors& sources, const torch::Tensor& weight, int64_t groups) {
  auto inputs = sources;
  inputs.push_back(weight);
  if (records_gradients(inputs)) {
    const auto outputs = Convolve::apply(at::TensorList(inputs), groups);
    return {outputs[0], ChannelStatistics{outputs[1], outputs[2]}};
  }
  auto result = run_kernel(sources, weight, groups);
  return {std::move(result.y), std::move(result.statistics)};
}

}  // namespace

NormInput convolve(const std::vector<torch::Tensor>& sources, const torch::Tensor& weight,
                   int64_t groups) {
  if (has_kernel(sources, weight, groups)) {
    return convolve_here(sources, weight, groups);
  }
  return {run_operators(sources, weight, groups)};
}

}  // namespace dircn
