#pragma once

#include <torch/types.h>
#include <torch/utils.h>

#include <optional>
#include <string>
#include <vector>

#include "dircn/kernels/norm_act.h"

namespace dircn::testing {

inline constexpr auto kChannelsLast = torch::MemoryFormat::ChannelsLast;

/// Arguments of norm_act, in double precision.
struct Case {
  std::string name;
  torch::Tensor x, scale, shift, residual;

  Case to(torch::ScalarType type, torch::MemoryFormat format,
          torch::Device device = torch::kCPU) const {
    const auto term = type == torch::kBFloat16 ? torch::kFloat : type;
    return {name, x.to(device, type).contiguous(format), scale.to(device, term),
            shift.to(device, term), residual.to(device, type).contiguous(format)};
  }

  torch::Tensor result(Activation activation, bool add) const {
    return norm_act({x}, scale, shift, activation,
                    add ? std::optional<torch::Tensor>(residual) : std::nullopt);
  }
};

inline Case random_case(torch::IntArrayRef sizes, bool terms_per_image, double mean = 0,
                        double spread = 1) {
  const int64_t rows = terms_per_image ? sizes[0] : 1;
  const auto terms = [&] {
    const auto values = torch::randn({rows, sizes[1]}, torch::kDouble);
    return terms_per_image ? values : values[0];
  };
  // Rounded to single precision, so that every precision is given the same numbers.
  const auto x = (mean + spread * torch::randn(sizes, torch::kDouble)).to(torch::kFloat);
  std::string name = "mean " + std::to_string(mean) + ", sizes";
  for (const int64_t size : sizes) {
    name += " " + std::to_string(size);
  }
  return {name, x.to(torch::kDouble), terms(), terms(), torch::randn(sizes, torch::kDouble)};
}

inline std::vector<Case> cases() {
  torch::manual_seed(1);
  std::vector<Case> result;
  for (const int64_t channels : {1, 2, 3, 16, 20, 33, 160}) {
    result.push_back(random_case({2, channels, 13, 37}, channels % 2 == 0));
  }
  result.push_back(random_case({1, 16, 1, 1}, false));
  result.push_back(random_case({3, 4, 1, 2}, true));
  result.push_back(random_case({1, 16, 160, 131}, false));  // many tasks, the last one shorter
  result.push_back(random_case({1, 2, 96, 80}, false, 1e3, 1));
  result.push_back(random_case({1, 20, 48, 32}, true, -1e4, 1));
  result.push_back(random_case({1, 6, 48, 32}, false, 0.3, 0));  // constant
  result.push_back(random_case({1, 8, 40, 50}, false));
  result.back().x.select(2, 0).select(2, 0) = 1e3;  // the first pixel far off
  result.back().name = "first pixel far off";
  result.push_back(random_case({1, 8, 40, 50}, false));
  result.back().scale *= 1e3;  // activations at both of their ends
  result.back().name = "large scale";
  return result;
}

inline double max_error(const torch::Tensor& actual, const torch::Tensor& expected) {
  return (actual.cpu().to(torch::kDouble) - expected).abs().max().item<double>();
}

/// The layouts for which a device has kernels of dircn's own, if dircn was built with them.
inline std::vector<torch::MemoryFormat> kernel_formats(torch::Device device) {
  if (device.is_cpu()) {
    return {kChannelsLast};
  }
  return {kChannelsLast, torch::MemoryFormat::Contiguous};
}

/// Those kernels round their results once, LibTorch's operators after every step.
inline bool rounds_once(torch::Device device) {
#ifdef DIRCN_CUDA
  const bool has_cuda = true;
#else
  const bool has_cuda = false;
#endif
  return device.is_cpu() || has_cuda;
}

inline constexpr Activation kActivations[] = {Activation::none, Activation::silu,
                                              Activation::leaky_relu};

template <typename Check>
void for_each_form(const Check& check) {
  for (const auto activation : kActivations) {
    for (const bool add : {false, true}) {
      check(activation, add);
    }
  }
}

}  // namespace dircn::testing
