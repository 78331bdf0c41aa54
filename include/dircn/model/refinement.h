#pragma once

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include "dircn/model/resx_unet.h"

namespace dircn {

/// The refinement block: a ResXUnet on normalised complex images (E2E-VarNet, §3.2; DIRCN §2.2).
class RefinementImpl : public torch::nn::Module {
 public:
  /// `options.in_channels` is twice the number of complex input images.
  explicit RefinementImpl(const ResXUnetOptions& options);

  /// images [B, K, H, W] complex, the newest first -> one complex image [B, 1, H, W], scaled back
  /// by the newest's statistics. `features`: see `ResXUnetImpl::forward`.
  torch::Tensor forward(const torch::Tensor& images, DecoderFeatures& features);

 private:
  ResXUnet model_;
};
TORCH_MODULE(Refinement);

}  // namespace dircn
