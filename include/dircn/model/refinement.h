#pragma once

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include "dircn/model/resx_unet.h"

namespace dircn {

/// The refinement block: a ResXUnet on a complex image, normalised per channel (E2E-VarNet,
/// §3.2; DIRCN §2.2). Real and imaginary parts are channels; each gets zero mean and unit
/// (unbiased) standard deviation over the image, is zero-padded to multiples of 16, refined, and
/// scaled back. No epsilon: image values lie near 1e-4. A constant channel has no standard
/// deviation and stays what it is.
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
