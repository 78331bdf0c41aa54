#include "literal/literal.h"

#include <ATen/record_function.h>
#include <torch/nn/module.h>
#include <torch/types.h>

#include "literal/coils.h"
#include "literal/resx_unet.h"
#include "literal/varnet.h"

namespace dircn::literal {
namespace {

using torch::Tensor;

Tensor consistent(const ModelConfig& config, const Tensor& k0, const Tensor& k, const Tensor& maps,
                  const Tensor& image, const Tensor& mask, const Tensor& weight) {
  RECORD_FUNCTION(kProfiledAs, std::vector<c10::IValue>());
  const auto estimate = fft2c(maps * image);
  if (config.data_consistency == DataConsistency::variational) {
    return gradient_step(k, k0, mask, weight, estimate);
  }
  return torch::where(mask, (k0 + weight * estimate) / (1 + weight), estimate);
}

Tensor dircn_slice(const Parameters& parameters, const ModelConfig& config, const Tensor& k0,
                   const Tensor& mask) {
  const auto maps = sensitivity_maps(parameters, config, k0, mask);
  auto k = k0;
  Tensor aggregate;
  std::vector<Tensor> features;
  for (int64_t t = 0; t < config.cascades; ++t) {
    const Scope cascade(parameters, "i_cascades." + std::to_string(t) + ".");
    const auto reduced = combined(k, maps);
    if (t == 0 || config.aggregation == Aggregation::none) {
      aggregate = reduced;
    } else if (config.aggregation == Aggregation::concat) {
      aggregate = torch::cat({reduced, aggregate}, 1);
    } else {
      aggregate = reduced + cascade["cat_weight"] * aggregate;
    }
    if (!config.interconnections) {
      features.clear();
    }
    const auto image = to_complex(refine(cascade / "i_model", config.groups, config.se_squeeze,
                                         to_channels(aggregate), features));
    k = consistent(config, k0, k, maps, image, mask, cascade["dc_weight"]);
  }
  return rss(ifft2c(k)).squeeze(1);
}

}  // namespace

Parameters parameters_of(const torch::nn::Module& network) {
  Parameters parameters;
  for (const auto& parameter : network.named_parameters()) {
    parameters.emplace(parameter.key(), parameter.value());
  }
  return parameters;
}

Tensor acs(const Tensor& mask) {
  const int64_t rows = mask.size(2);
  const int64_t columns = mask.size(3);
  auto kept = torch::zeros_like(mask);
  if (rows == 1) {
    int64_t left = -1;
    int64_t right = columns;
    for (int64_t i = 0; i < columns / 2; ++i) {
      left = mask[0][0][0][i].item<bool>() ? left : i;
    }
    for (int64_t i = columns - 1; i >= columns / 2; --i) {
      right = mask[0][0][0][i].item<bool>() ? right : i;
    }
    const int64_t width = right - left;
    const int64_t pad = (columns - width + 1) / 2;
    for (int64_t i = 0; i < columns; ++i) {
      kept[0][0][0][i] = i >= pad && i < pad + width;
    }
    return kept;
  }
  int64_t best = 0;
  for (int64_t h = 1; h <= rows; ++h) {
    for (int64_t w = 1; w <= columns; ++w) {
      const int64_t top = rows / 2 - h / 2;
      const int64_t left = columns / 2 - w / 2;
      if (h * w > best &&
          mask[0][0].slice(0, top, top + h).slice(1, left, left + w).all().item<bool>()) {
        best = h * w;
        kept.zero_();
        kept[0][0].slice(0, top, top + h).slice(1, left, left + w).fill_(true);
      }
    }
  }
  return kept;
}

Tensor sensitivity_maps(const Parameters& parameters, const ModelConfig& config,
                        const Tensor& kspace, const Tensor& mask) {
  const auto coils = ifft2c(kept(acs(mask), kspace)).transpose(0, 1);  // [C, 1, H, W]
  std::vector<Tensor> unused;
  const Scope network(parameters, "sens_net.model.");
  const auto refined =
      refine(network, config.sensitivity_groups, config.se_squeeze, to_channels(coils), unused);
  return divided_by_rss(to_complex(refined).transpose(0, 1));
}

Tensor forward(const Parameters& parameters, const ModelConfig& config, const Tensor& masked_kspace,
               const Tensor& mask) {
  std::vector<Tensor> images;
  for (int64_t b = 0; b < masked_kspace.size(0); ++b) {
    const auto own_mask = mask.slice(0, mask.size(0) == 1 ? 0 : b, mask.size(0) == 1 ? 1 : b + 1);
    const auto k0 = masked_kspace.slice(0, b, b + 1);
    images.push_back(config.name == NetworkName::varnet
                         ? varnet_slice(parameters, config, k0, own_mask)
                         : dircn_slice(parameters, config, k0, own_mask));
  }
  return torch::cat(images, 0);
}

}  // namespace dircn::literal
