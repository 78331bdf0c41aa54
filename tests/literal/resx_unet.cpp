#include "literal/resx_unet.h"

#include <torch/types.h>

#include "literal/coils.h"

namespace dircn::literal {
namespace {

torch::Tensor norm(const Scope& scope, const torch::Tensor& x) {
  return torch::instance_norm(x, scope["weight"], scope["bias"], {}, {}, true, 0.0, 1e-5, true);
}

torch::Tensor conv(const Scope& scope, const torch::Tensor& x, int64_t padding,
                   int64_t groups = 1) {
  return torch::conv2d(x, scope["weight"], {}, 1, padding, 1, groups);
}

torch::Tensor conv_norm_act(const Scope& scope, const torch::Tensor& x) {
  return torch::silu(norm(scope / "1", conv(scope / "0", x, 1)));
}

torch::Tensor down(const Scope& scope, const torch::Tensor& x) {
  return torch::silu(norm(scope / "norm", torch::conv2d(x, (scope / "down")["weight"], {}, 2)));
}

torch::Tensor up(const Scope& scope, const torch::Tensor& x) {
  return torch::silu(
      norm(scope / "norm", torch::conv_transpose2d(x, (scope / "up")["weight"], {}, 2)));
}

/// `x`: the norm's output, `before`: its input (what the statistics variant squeezes).
torch::Tensor squeeze_excitation(const Scope& scope, SeSqueeze squeeze, const torch::Tensor& x,
                                 const torch::Tensor& before) {
  const auto layer_1 = scope / "layer_1";
  const auto layer_2 = scope / "layer_2";
  auto squeezed = torch::adaptive_avg_pool2d(x, {1, 1});
  if (squeeze == SeSqueeze::statistics) {
    const auto mean = before.mean({2, 3}, true);
    const auto std = torch::sqrt((before - mean).square().mean({2, 3}, true));
    squeezed = torch::cat({mean, std}, 1);
  }
  const auto hidden = torch::relu(torch::conv2d(squeezed, layer_1["weight"], layer_1["bias"]));
  return x * torch::sigmoid(torch::conv2d(hidden, layer_2["weight"], layer_2["bias"]));
}

torch::Tensor basic(const Scope& scope, int64_t groups, SeSqueeze squeeze, const torch::Tensor& x) {
  const auto inner = torch::silu(norm(scope / "norm1", conv(scope / "conv1", x, 1)));
  const auto before = conv(scope / "conv2", inner, 1, groups);
  return torch::silu(
      squeeze_excitation(scope / "se", squeeze, norm(scope / "norm2", before), before) + x);
}

torch::Tensor bottleneck(const Scope& scope, int64_t groups, SeSqueeze squeeze,
                         const torch::Tensor& x) {
  const auto narrow = torch::silu(norm(scope / "norm1", conv(scope / "conv1", x, 0)));
  const auto mixed = torch::silu(norm(scope / "norm2", conv(scope / "conv2", narrow, 1, groups)));
  const auto before = conv(scope / "conv3", mixed, 0);
  return torch::silu(
      squeeze_excitation(scope / "se", squeeze, norm(scope / "norm3", before), before) + x);
}

torch::Tensor resx_unet(const Scope& s, int64_t g, SeSqueeze sq, const torch::Tensor& x,
                        std::vector<torch::Tensor>& features) {
  const auto join = [&](const torch::Tensor& upsampled, const torch::Tensor& skip, size_t level) {
    return features.empty() ? torch::cat({upsampled, skip}, 1)
                            : torch::cat({upsampled, skip, features[level]}, 1);
  };
  const auto x1 = basic(s / "inc", g, sq, conv_norm_act(s / "input", x));
  const auto x2 = basic(s / "down1_basic", 2 * g, sq, down(s / "down1", x1));
  const auto x3 = basic(s / "down2_basic", 2 * g, sq, down(s / "down2", x2));
  const auto x4 = basic(s / "down3_basic", 4 * g, sq, down(s / "down3", x3));
  const auto bottles = s / "down4_bottle";
  auto x5 = bottleneck(bottles / "0", 4 * g, sq, down(s / "down4", x4));
  x5 = bottleneck(bottles / "1", 4 * g, sq, x5);

  const auto f4 = basic(s / "up3_basic", 4 * g, sq,
                        conv_norm_act(s / "up3_channel", join(up(s / "up4", x5), x4, 3)));
  const auto f3 = basic(s / "up2_basic", 2 * g, sq,
                        conv_norm_act(s / "up2_channel", join(up(s / "up3", f4), x3, 2)));
  const auto f2 = basic(s / "up1_basic", 2 * g, sq,
                        conv_norm_act(s / "up1_channel", join(up(s / "up2", f3), x2, 1)));
  const auto last =
      basic(s / "out_1", g, sq, conv_norm_act(s / "out_channel", join(up(s / "up1", f2), x1, 0)));
  const auto f1 = bottleneck(s / "final_bottle", g, sq, last);
  features = {f1, f2, f3, f4};
  const auto outc = s / "outc";
  return torch::conv2d(f1, outc["weight"], outc["bias"]);
}

}  // namespace

torch::Tensor refine(const Scope& scope, int64_t groups, SeSqueeze squeeze, const torch::Tensor& x,
                     std::vector<torch::Tensor>& features) {
  return on_normalized(x, [&](const torch::Tensor& channels) {
    return resx_unet(scope / "model", groups, squeeze, channels, features);
  });
}

}  // namespace dircn::literal
