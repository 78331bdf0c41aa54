#include "dircn/nn/norm_act.h"

#include <torch/csrc/autograd/custom_function.h>
#include <torch/types.h>

#include <algorithm>
#include <vector>

#include "dircn/core/error.h"
#include "norm_act_cpu.h"

namespace dircn {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr auto kChannelsLast = torch::MemoryFormat::ChannelsLast;

bool has_kernel(const torch::Tensor& x) {
  return x.is_cpu() && x.dim() == 4 && x.numel() > 0 && x.is_contiguous(kChannelsLast) &&
         (x.scalar_type() == torch::kFloat || x.scalar_type() == torch::kBFloat16);
}

bool records_gradients(const std::vector<torch::Tensor>& inputs) {
  return torch::GradMode::is_enabled() &&
         std::any_of(inputs.begin(), inputs.end(),
                     [](const torch::Tensor& input) { return input.requires_grad(); });
}

/// Calls work(a value of x's type).
template <typename Work>
void with_storage_type(const torch::Tensor& x, const Work& work) {
  if (x.scalar_type() == torch::kFloat) {
    work(float{});
  } else {
    work(c10::BFloat16{});
  }
}

template <typename T>
T* data_or_null(const torch::Tensor& x) {
  return x.defined() ? x.data_ptr<T>() : nullptr;
}

NormShape shape_of(const torch::Tensor& x) {
  return {x.size(0), x.size(2) * x.size(3), x.size(1)};
}

/// What the kernels take, [B, C] each: statistics in double, scale and shift in single precision.
struct Terms {
  torch::Tensor mean, std, scale, shift;

  NormTerms pointers() const {
    return {mean.data_ptr<double>(), std.data_ptr<double>(), scale.data_ptr<float>(),
            shift.data_ptr<float>()};
  }
};

torch::Tensor empty_like_channels_last(const torch::Tensor& x) {
  return torch::empty(x.sizes(), x.options().requires_grad(false).memory_format(kChannelsLast));
}

/// A tensor of x's shape in x's form.
torch::Tensor as_x(const torch::Tensor& y, const torch::Tensor& x) {
  return y.expand_as(x).to(x.device(), x.scalar_type()).contiguous(kChannelsLast);
}

ChannelStatistics kernel_statistics(const torch::Tensor& x) {
  const auto options = torch::dtype(torch::kDouble);
  ChannelStatistics result{torch::empty({x.size(0), x.size(1)}, options),
                           torch::empty({x.size(0), x.size(1)}, options)};
  with_storage_type(x, [&](auto type) {
    channel_statistics_cpu(x.data_ptr<decltype(type)>(), shape_of(x),
                           result.mean.data_ptr<double>(), result.std.data_ptr<double>());
  });
  return result;
}

/// `residual` may be undefined, y may be x.
void kernel_forward(const torch::Tensor& x, const torch::Tensor& residual, const torch::Tensor& y,
                    const Terms& terms, Activation activation) {
  with_storage_type(x, [&](auto type) {
    using T = decltype(type);
    norm_act_cpu<T>(x.data_ptr<T>(), data_or_null<T>(residual), y.data_ptr<T>(), shape_of(x),
                    terms.pointers(), activation == Activation::silu);
  });
}

/// The CPU kernels with their gradients. Inputs: x, scale, shift and perhaps residual.
class NormAct : public torch::autograd::Function<NormAct> {
 public:
  static torch::Tensor forward(AutogradContext* context, at::TensorList inputs,
                               const ChannelStatistics& statistics, Activation activation) {
    const torch::Tensor& x = inputs[0];
    const auto residual = inputs.size() > 3 ? inputs[3] : torch::Tensor();
    auto y = empty_like_channels_last(x);
    kernel_forward(x, residual, y, {statistics.mean, statistics.std, inputs[1], inputs[2]},
                   activation);
    const bool silu = activation == Activation::silu;
    context->save_for_backward({x, inputs[1], inputs[2], statistics.mean, statistics.std,
                                silu ? residual : torch::Tensor()});
    context->saved_data["silu"] = silu;
    context->saved_data["inputs"] = static_cast<int64_t>(inputs.size());
    return y;
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    require(!torch::GradMode::is_enabled(), [] {
      return Error::Parts{"norm_act", "a second derivative asked for", "first derivatives only",
                          "Use double precision, which LibTorch's operators compute."};
    });
    const auto saved = context->get_saved_variables();
    const torch::Tensor& x = saved[0];
    const torch::Tensor& residual = saved[5];
    const Terms terms{saved[3], saved[4], saved[1], saved[2]};
    const auto dy = as_x(gradients[0], x);
    const auto dx = empty_like_channels_last(x);
    const auto dscale = torch::empty_like(terms.scale);
    const auto dshift = torch::empty_like(terms.shift);
    const auto dresidual = residual.defined() ? empty_like_channels_last(x) : dy;
    with_storage_type(x, [&](auto type) {
      using T = decltype(type);
      norm_act_backward_cpu<T>(
          x.data_ptr<T>(), data_or_null<T>(residual), dy.data_ptr<T>(), shape_of(x),
          terms.pointers(), context->saved_data["silu"].toBool(),
          {dx.data_ptr<T>(), residual.defined() ? dresidual.data_ptr<T>() : nullptr,
           dscale.data_ptr<float>(), dshift.data_ptr<float>()});
    });
    variable_list result{dx, dscale, dshift};
    if (context->saved_data["inputs"].toInt() > 3) {
      result.push_back(dresidual);
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

torch::Tensor run_kernel(const torch::Tensor& x, const torch::Tensor& scale,
                         const torch::Tensor& shift, Activation activation,
                         const std::optional<torch::Tensor>& residual,
                         const std::optional<ChannelStatistics>& statistics) {
  std::vector<torch::Tensor> inputs{x, kernel_term(scale, x), kernel_term(shift, x)};
  if (residual) {
    inputs.push_back(as_x(*residual, x));
  }
  const auto known = statistics ? *statistics : kernel_statistics(x);
  const ChannelStatistics fixed{kernel_term(known.mean.detach(), x, torch::kDouble),
                                kernel_term(known.std.detach(), x, torch::kDouble)};
  if (records_gradients(inputs)) {
    return NormAct::apply(at::TensorList(inputs), fixed, activation);
  }
  inputs[0].reset();
  const bool sole_owner = x.use_count() == 1 && x.storage().use_count() == 1;
  auto y = sole_owner ? x : empty_like_channels_last(x);
  kernel_forward(x, residual ? inputs[3] : torch::Tensor(), y,
                 {fixed.mean, fixed.std, inputs[1], inputs[2]}, activation);
  return y;
}

torch::Tensor run_operators(const torch::Tensor& x, const torch::Tensor& scale,
                            const torch::Tensor& shift, Activation activation,
                            const std::optional<torch::Tensor>& residual) {
  const auto normalize = [](const torch::Tensor& values, const torch::Tensor& slope,
                            const torch::Tensor& offset) {
    return torch::instance_norm(values, slope, offset, {}, {}, /*use_input_stats=*/true,
                                /*momentum=*/0.0, kNormEps, /*cudnn_enabled=*/true);
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
  return (activation == Activation::silu ? torch::silu(y) : y)
      .to(x.scalar_type())
      .contiguous(x.suggest_memory_format());
}

}  // namespace

ChannelStatistics channel_statistics(const torch::Tensor& x) {
  if (has_kernel(x) && !records_gradients({x})) {
    return kernel_statistics(x);
  }
  const auto wide = x.scalar_type() == torch::kDouble ? x : x.to(torch::kFloat);
  const auto [std, mean] = torch::std_mean(wide, {2, 3}, /*unbiased=*/false);
  return {mean, std};
}

// x by value: whoever hands over a temporary leaves this function its only holder.
// NOLINTNEXTLINE(performance-unnecessary-value-param)
torch::Tensor norm_act(torch::Tensor x, const torch::Tensor& scale, const torch::Tensor& shift,
                       Activation activation, const std::optional<torch::Tensor>& residual,
                       const std::optional<ChannelStatistics>& statistics) {
  if (has_kernel(x)) {
    return run_kernel(x, scale, shift, activation, residual, statistics);
  }
  return run_operators(x, scale, shift, activation, residual);
}

}  // namespace dircn
