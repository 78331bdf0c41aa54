#include "dircn/kernels/norm_act.h"

#include <ATen/record_function.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/types.h>

#include <utility>
#include <vector>

#include "dircn/runtime/gradients.h"
#include "kernels/kernel_support.h"
#include "kernels/norm_act/norm_act_cpu.h"
#include "kernels/norm_act/norm_act_kernels.h"

namespace dircn {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// The kernels with their gradients. Inputs: x, scale, shift and perhaps residual.
class NormAct : public torch::autograd::Function<NormAct> {
 public:
  static torch::Tensor forward(AutogradContext* context, at::TensorList inputs,
                               const ChannelStatistics& statistics, Activation activation) {
    const torch::Tensor& x = inputs[0];
    const auto residual = inputs.size() > 3 ? inputs[3] : torch::Tensor();
    auto y = empty_in_form(x.sizes(), x, kernel_format(x));
    kernel_forward(x, residual, y, {statistics.mean, statistics.std, inputs[1], inputs[2]},
                   activation);
    context->save_for_backward({x, inputs[1], inputs[2], statistics.mean, statistics.std,
                                is_identity(activation) ? torch::Tensor() : residual});
    context->saved_data["activation"] = static_cast<int64_t>(activation);
    context->saved_data["inputs"] = static_cast<int64_t>(inputs.size());
    return y;
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    require_first_derivative("norm_act", kInDoublePrecision);
    const auto saved = context->get_saved_variables();
    const torch::Tensor& x = saved[0];
    const torch::Tensor& residual = saved[5];
    const KernelTerms terms{saved[3], saved[4], saved[1], saved[2]};
    const auto dy = in_form_of(x, gradients[0], kernel_format(x));
    const auto dx = empty_in_form(x.sizes(), x, kernel_format(x));
    const auto dscale = torch::empty_like(terms.scale);
    const auto dshift = torch::empty_like(terms.shift);
    const auto dresidual =
        residual.defined() ? empty_in_form(x.sizes(), x, kernel_format(x)) : torch::Tensor();
    kernel_backward(x, residual, dy, terms,
                    static_cast<Activation>(context->saved_data["activation"].toInt()),
                    {dx, dresidual, dscale, dshift});
    variable_list result{dx, dscale, dshift};
    if (context->saved_data["inputs"].toInt() > 3) {
      result.push_back(residual.defined() ? dresidual : dy);
    }
    result.resize(result.size() + 2);  // statistics and activation
    return result;
  }
};

/// One value for each image and channel of x.
torch::Tensor per_image(const torch::Tensor& values, const torch::Tensor& x) {
  return values.expand({x.size(0), x.size(1)});
}

torch::Tensor kernel_term(const torch::Tensor& values, const torch::Tensor& x,
                          torch::ScalarType type = torch::kFloat) {
  return per_image(values, x).to(x.device(), type).contiguous();
}

torch::Tensor run_kernel(const NormInput& input, const torch::Tensor& scale,
                         const torch::Tensor& shift, Activation activation,
                         const std::optional<torch::Tensor>& residual) {
  RECORD_FUNCTION("dircn::norm_act", std::vector<c10::IValue>());
  const auto& [x, statistics] = input;
  std::vector<torch::Tensor> inputs{x, kernel_term(scale, x), kernel_term(shift, x)};
  if (residual) {
    inputs.push_back(in_form_of(x, *residual, kernel_format(x)));
  }
  const auto known = statistics ? *statistics : kernel_statistics(x);
  const ChannelStatistics fixed{kernel_term(known.mean.detach(), x, torch::kDouble),
                                kernel_term(known.std.detach(), x, torch::kDouble)};
  if (records_gradients(inputs)) {
    return NormAct::apply(at::TensorList(inputs), fixed, activation);
  }
  inputs[0].reset();
  const bool sole_owner = !x.requires_grad() && x.use_count() == 1 && x.storage().use_count() == 1;
  auto y = sole_owner ? x : empty_in_form(x.sizes(), x, kernel_format(x));
  kernel_forward(x, residual ? inputs[3] : torch::Tensor(), y,
                 {fixed.mean, fixed.std, inputs[1], inputs[2]}, activation);
  return y;
}

torch::Tensor act(const torch::Tensor& z, Activation activation) {
  switch (activation) {
    case Activation::none:
      break;
    case Activation::silu:
      return torch::silu(z);
    case Activation::leaky_relu:
      return torch::leaky_relu(z, kLeakySlope);
  }
  return z;
}

torch::Tensor run_operators(const torch::Tensor& x, const torch::Tensor& scale,
                            const torch::Tensor& shift, Activation activation,
                            const std::optional<torch::Tensor>& residual) {
  // Pixels in a row: of one image [1, C, H, W], LibTorch 2.13 computes wrong gradients where they
  // arrive with channels last and the image has not.
  const auto normalize = [](const torch::Tensor& values, const torch::Tensor& slope,
                            const torch::Tensor& offset) {
    return torch::instance_norm(values.flatten(2), slope, offset, {}, {}, /*use_input_stats=*/true,
                                /*momentum=*/0.0, kNormEps, /*cudnn_enabled=*/true)
        .view(values.sizes());
  };
  torch::Tensor y;
  if (scale.dim() == 1 && shift.dim() == 1) {
    y = normalize(x, scale, shift);
  } else {
    // Instances are independent, so images become further channels of one image.
    const auto instances = x.reshape({1, -1, x.size(2), x.size(3)});
    y = normalize(instances, per_image(scale, x).flatten(), per_image(shift, x).flatten())
            .view_as(x);
  }
  if (residual) {
    y = y + *residual;
  }
  return act(y, activation).to(x.scalar_type()).contiguous(x.suggest_memory_format());
}

}  // namespace

ChannelStatistics channel_statistics(const torch::Tensor& x) {
  if (has_norm_kernel(x) && !records_gradients({x})) {
    return kernel_statistics(x);
  }
  const auto wide = x.scalar_type() == torch::kDouble ? x : x.to(torch::kFloat);
  const auto [std, mean] = torch::std_mean(wide, {2, 3}, /*unbiased=*/false);
  return {mean, std};
}

// By value: whoever hands over a temporary leaves this function its only holder.
// NOLINTNEXTLINE(performance-unnecessary-value-param)
torch::Tensor norm_act(NormInput input, const torch::Tensor& scale, const torch::Tensor& shift,
                       Activation activation, const std::optional<torch::Tensor>& residual) {
  return has_norm_kernel(input.x) ? run_kernel(input, scale, shift, activation, residual)
                                  : run_operators(input.x, scale, shift, activation, residual);
}

torch::Tensor norm_act(NormInput input, Activation activation) {
  // Made where x is: a CUDA graph takes no copies from the CPU.
  const auto options = input.x.options().dtype(
      input.x.scalar_type() == torch::kDouble ? torch::kDouble : torch::kFloat);
  const auto scale = torch::ones({input.x.size(1)}, options);
  return norm_act(std::move(input), scale, torch::zeros_like(scale), activation);
}

}  // namespace dircn
