#pragma once

#include <torch/nn/module.h>
#include <torch/types.h>

#include <map>
#include <string>

#include "dircn/config/model_config.h"

namespace dircn::literal {

/// Named parameters, with the checkpoint's keys (`final_bottle.*`, `cat_weight` where the network
/// has one).
using Parameters = std::map<std::string, torch::Tensor>;

/// The parameters of the product's network, shared, not copied.
Parameters parameters_of(const torch::nn::Module& network);

/// What the network computes, written down as the papers say it: centred 2-D transforms of all
/// coils in every cascade, squeeze-and-excitation that pools the image, one slice at a time. Slow,
/// and the oracle for the product's form. Shares no code with it. kspace [B, C, H, W] complex, mask
/// bool [B or 1, 1, H or 1, W] -> [B, H, W].
torch::Tensor forward(const Parameters& parameters, const ModelConfig& config,
                      const torch::Tensor& masked_kspace, const torch::Tensor& mask);

/// The parts, for tests of one part: all on one slice, kspace [1, C, H, W], mask [1, 1, H or 1, W].
torch::Tensor sensitivity_maps(const Parameters& parameters, const ModelConfig& config,
                               const torch::Tensor& kspace, const torch::Tensor& mask);
torch::Tensor acs(const torch::Tensor& mask);

}  // namespace dircn::literal
