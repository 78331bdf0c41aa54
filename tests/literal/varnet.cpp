#include "literal/varnet.h"

#include <ATen/record_function.h>
#include <torch/types.h>

#include <algorithm>
#include <vector>

#include "literal/coils.h"
#include "literal/resx_unet.h"

namespace dircn::literal {
namespace {

using torch::Tensor;

Tensor norm_act(const Tensor& x) {
  return torch::leaky_relu(torch::instance_norm(x, {}, {}, {}, {}, true, 0.0, 1e-5, true), 0.2);
}

Tensor conv_block(const Scope& scope, const Tensor& x) {
  const auto layers = scope / "layers";
  const auto inner = norm_act(torch::conv2d(x, layers["0.weight"], {}, 1, 1));
  return norm_act(torch::conv2d(inner, layers["4.weight"], {}, 1, 1));
}

Tensor unet(const Scope& scope, int64_t pools, Tensor x) {
  std::vector<Tensor> skips;
  for (int64_t i = 0; i < pools; ++i) {
    skips.push_back(conv_block(scope / "down_sample_layers" / std::to_string(i), x));
    x = torch::avg_pool2d(skips.back(), 2, 2);
  }
  x = conv_block(scope / "conv", x);
  for (int64_t i = 0; i < pools; ++i) {
    const auto name = std::to_string(i);
    const auto skip = skips[pools - 1 - i];
    x = norm_act(torch::conv_transpose2d(
        x, (scope / "up_transpose_conv" / name / "layers")["0.weight"], {}, 2));
    const auto rows = skip.size(2) - x.size(2);
    const auto columns = skip.size(3) - x.size(3);
    if (rows != 0 || columns != 0) {
      x = torch::reflection_pad2d(x, {0, columns, 0, rows});
    }
    const auto merge = scope / "up_conv" / name;
    x = conv_block(i + 1 < pools ? merge : merge / "0", torch::cat({x, skip}, 1));
  }
  const auto last = scope / "up_conv" / std::to_string(pools - 1) / "1";
  return torch::conv2d(x, last["weight"], last["bias"]);
}

Tensor normalized_unet(const Scope& scope, int64_t pools, const Tensor& x) {
  return on_normalized(x, [&](const Tensor& channels) { return unet(scope, pools, channels); });
}

Tensor maps_of(const Parameters& parameters, const ModelConfig& config, const Tensor& k0,
               const Tensor& mask, int64_t columns) {
  const bool all = config.sensitivity_from == MapsFrom::all;
  const auto low = all ? k0 : kept(varnet_centre(mask, columns), k0);
  const auto coils = ifft2c(low).transpose(0, 1);
  const Scope scope(parameters, "sens_net.norm_unet.unet.");
  const auto refined = normalized_unet(scope, config.sensitivity_pools, to_channels(coils));
  return divided_by_rss(to_complex(refined).transpose(0, 1));
}

Tensor step(const Tensor& k, const Tensor& k0, const Tensor& mask, const Tensor& weight,
            const Tensor& maps, const Tensor& image) {
  RECORD_FUNCTION(kProfiledAs, std::vector<c10::IValue>());
  return gradient_step(k, k0, mask, weight, fft2c(maps * image));
}

}  // namespace

Tensor varnet_centre(const Tensor& mask, int64_t columns) {
  if (mask.size(2) > 1) {
    return acs(mask);
  }
  const int64_t width = mask.size(3);
  const auto sampled = [&](int64_t i) { return mask[0][0][0][i].item<bool>(); };
  int64_t left = 0;
  int64_t right = 0;
  while (width / 2 - 1 - left >= 0 && sampled(width / 2 - 1 - left)) {
    ++left;
  }
  while (width / 2 + right < width && sampled(width / 2 + right)) {
    ++right;
  }
  if (left + right == width) {
    return mask;
  }
  const int64_t count = columns > 0 ? columns : std::max<int64_t>(2 * std::min(left, right), 1);
  const int64_t first = (width - count + 1) / 2;
  auto centre = torch::zeros_like(mask);
  centre.slice(3, first, first + count).fill_(true);
  return centre;
}

Tensor varnet_slice(const Parameters& parameters, const ModelConfig& config, const Tensor& k0,
                    const Tensor& mask, int64_t columns) {
  const auto maps = maps_of(parameters, config, k0, mask, columns);
  auto k = k0;
  for (int64_t t = 0; t < config.cascades; ++t) {
    const Scope cascade(parameters, "cascades." + std::to_string(t) + ".");
    const auto refined =
        normalized_unet(cascade / "model" / "unet", config.pools, to_channels(combined(k, maps)));
    k = step(k, k0, mask, cascade["dc_weight"], maps, to_complex(refined));
  }
  return rss(ifft2c(k)).squeeze(1);
}

}  // namespace dircn::literal
