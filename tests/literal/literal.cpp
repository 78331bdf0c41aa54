#include "literal/literal.h"

#include <ATen/record_function.h>
#include <torch/nn/module.h>
#include <torch/types.h>

#include "literal/resx_unet.h"

namespace dircn::literal {
namespace {

using torch::Tensor;

const std::vector<int64_t> kImageDims = {-2, -1};

Tensor fft2c(const Tensor& x) {
  return torch::fft_fftshift(
      torch::fft_fft2(torch::fft_ifftshift(x, kImageDims), {}, kImageDims, "ortho"), kImageDims);
}

Tensor ifft2c(const Tensor& x) {
  return torch::fft_fftshift(
      torch::fft_ifft2(torch::fft_ifftshift(x, kImageDims), {}, kImageDims, "ortho"), kImageDims);
}

/// Zero stays zero, with a zero gradient.
Tensor safe_sqrt(const Tensor& x) {
  return torch::where(x != 0, torch::sqrt(torch::where(x != 0, x, torch::ones_like(x))),
                      torch::zeros_like(x));
}

Tensor rss(const Tensor& x) {
  return safe_sqrt((torch::real(x).square() + torch::imag(x).square()).sum(1, true));
}

/// [N, K, H, W] complex <-> [N, 2K, H, W] real, (re, im) per image.
Tensor to_channels(const Tensor& x) {
  std::vector<Tensor> channels;
  for (int64_t k = 0; k < x.size(1); ++k) {
    channels.push_back(torch::real(x.select(1, k)));
    channels.push_back(torch::imag(x.select(1, k)));
  }
  return torch::stack(channels, 1);
}

Tensor to_complex(const Tensor& x) {
  return torch::complex(x.slice(1, 0, 1), x.slice(1, 1, 2));
}

// How dircn_bench calls what happens on all coils.
constexpr const char* kProfiledAs = "dircn::data_consistency";

/// One image of all coils'.
Tensor combined(const Tensor& k, const Tensor& maps) {
  RECORD_FUNCTION(kProfiledAs, std::vector<c10::IValue>());
  return (torch::conj(maps) * ifft2c(k)).sum(1, true);
}

Tensor consistent(const ModelConfig& config, const Tensor& k0, const Tensor& k, const Tensor& maps,
                  const Tensor& image, const Tensor& mask, const Tensor& weight) {
  RECORD_FUNCTION(kProfiledAs, std::vector<c10::IValue>());
  const auto estimate = fft2c(maps * image);
  if (config.data_consistency == DataConsistency::variational) {
    return k - torch::where(mask, k - k0, torch::zeros_like(k)) * weight - estimate;
  }
  return torch::where(mask, (k0 + weight * estimate) / (1 + weight), estimate);
}

Tensor one_slice(const Parameters& parameters, const ModelConfig& config, const Tensor& k0,
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
  const auto low = torch::where(acs(mask), kspace, torch::zeros_like(kspace));
  const auto coils = ifft2c(low).transpose(0, 1);  // [C, 1, H, W]
  std::vector<Tensor> unused;
  const Scope network(parameters, "sens_net.model.");
  const auto refined =
      refine(network, config.sensitivity_groups, config.se_squeeze, to_channels(coils), unused);
  const auto maps = to_complex(refined).transpose(0, 1);
  const auto norm = rss(maps);
  return torch::where(norm != 0, maps / torch::where(norm != 0, norm, torch::ones_like(norm)),
                      torch::zeros_like(maps));
}

Tensor forward(const Parameters& parameters, const ModelConfig& config, const Tensor& masked_kspace,
               const Tensor& mask) {
  std::vector<Tensor> images;
  for (int64_t b = 0; b < masked_kspace.size(0); ++b) {
    const auto own_mask = mask.slice(0, mask.size(0) == 1 ? 0 : b, mask.size(0) == 1 ? 1 : b + 1);
    images.push_back(one_slice(parameters, config, masked_kspace.slice(0, b, b + 1), own_mask));
  }
  return torch::cat(images, 0);
}

}  // namespace dircn::literal
