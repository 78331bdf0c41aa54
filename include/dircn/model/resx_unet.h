#pragma once

#include <torch/nn/module.h>
#include <torch/nn/modules/container/modulelist.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include <array>

#include "dircn/model/residual_blocks.h"

namespace dircn {

/// Decoder features f1 ... f4 of a ResXUnet: [B, n, H, W], [B, 2n, H/2, W/2], [B, 4n, H/4, W/4],
/// [B, 8n, H/8, W/8]. The long-range skips hand them to the next cascade. Undefined tensors: none.
using DecoderFeatures = std::array<torch::Tensor, 4>;

struct ResXUnetOptions {
  int64_t in_channels = 2;
  int64_t out_channels = 2;
  int64_t channels = 16;          // n: width at full resolution
  int64_t groups = 4;             // groups of the grouped convolutions at full resolution
  bool interconnections = false;  // the decoder also takes the previous cascade's features
  SqueezeOptions se;
};

/// U-net of residual blocks with squeeze-and-excitation (DIRCN, §2.2): four halvings, SiLU
/// throughout.
class ResXUnetImpl : public torch::nn::Module {
 public:
  explicit ResXUnetImpl(const ResXUnetOptions& options);

  /// x [B, in, H, W] with H and W multiples of 16 -> [B, out, H, W]. `features` gives the previous
  /// cascade's decoder features (read where `interconnections` is set) and takes this one's.
  torch::Tensor forward(const torch::Tensor& x, DecoderFeatures& features);

 private:
  torch::Tensor merge(ConvNormAct& channel, const torch::Tensor& upsampled,
                      const torch::Tensor& skip, const torch::Tensor& interconnection);

  bool interconnections_;
  ConvNormAct input_{nullptr};
  BasicBlock inc_{nullptr};
  Downsample down1_{nullptr}, down2_{nullptr}, down3_{nullptr}, down4_{nullptr};
  BasicBlock down1_basic_{nullptr}, down2_basic_{nullptr}, down3_basic_{nullptr};
  Bottleneck bottom1_{nullptr}, bottom2_{nullptr};
  Upsample up4_{nullptr}, up3_{nullptr}, up2_{nullptr}, up1_{nullptr};
  ConvNormAct up3_channel_{nullptr}, up2_channel_{nullptr}, up1_channel_{nullptr},
      out_channel_{nullptr};
  BasicBlock up3_basic_{nullptr}, up2_basic_{nullptr}, up1_basic_{nullptr}, out_1_{nullptr};
  Bottleneck final_bottle_{nullptr};
  torch::nn::Conv2d outc_{nullptr};
};
TORCH_MODULE(ResXUnet);

}  // namespace dircn
