#include "dircn/model/resx_unet.h"

#include <torch/types.h>

namespace dircn {

ResXUnetImpl::ResXUnetImpl(const ResXUnetOptions& options)
    : interconnections_(options.interconnections) {
  const int64_t n = options.channels;
  const int64_t g = options.groups;
  const auto& se = options.se;
  const int64_t joined =
      options.interconnections ? 3 : 2;  // upsampled, skip, perhaps interconnection

  input_ = register_module("input", ConvNormAct(options.in_channels, n));
  inc_ = register_module("inc", BasicBlock(n, g, se));

  down1_ = register_module("down1", Downsample(n, 2 * n));
  down1_basic_ = register_module("down1_basic", BasicBlock(2 * n, 2 * g, se));
  down2_ = register_module("down2", Downsample(2 * n, 4 * n));
  down2_basic_ = register_module("down2_basic", BasicBlock(4 * n, 2 * g, se));
  down3_ = register_module("down3", Downsample(4 * n, 8 * n));
  down3_basic_ = register_module("down3_basic", BasicBlock(8 * n, 4 * g, se));
  down4_ = register_module("down4", Downsample(8 * n, 8 * n));
  bottom1_ = Bottleneck(8 * n, 4 * n, 4 * g, se);
  bottom2_ = Bottleneck(8 * n, 4 * n, 4 * g, se);
  register_module("down4_bottle", torch::nn::ModuleList(bottom1_, bottom2_));

  up4_ = register_module("up4", Upsample(8 * n, 8 * n));
  up3_channel_ = register_module("up3_channel", ConvNormAct(joined * 8 * n, 8 * n));
  up3_basic_ = register_module("up3_basic", BasicBlock(8 * n, 4 * g, se));
  up3_ = register_module("up3", Upsample(8 * n, 4 * n));
  up2_channel_ = register_module("up2_channel", ConvNormAct(joined * 4 * n, 4 * n));
  up2_basic_ = register_module("up2_basic", BasicBlock(4 * n, 2 * g, se));
  up2_ = register_module("up2", Upsample(4 * n, 2 * n));
  up1_channel_ = register_module("up1_channel", ConvNormAct(joined * 2 * n, 2 * n));
  up1_basic_ = register_module("up1_basic", BasicBlock(2 * n, 2 * g, se));
  up1_ = register_module("up1", Upsample(2 * n, n));
  out_channel_ = register_module("out_channel", ConvNormAct(joined * n, n));
  out_1_ = register_module("out_1", BasicBlock(n, g, se));
  final_bottle_ = register_module("final_bottle", Bottleneck(n, n, g, se));
  outc_ = register_module("outc",
                          torch::nn::Conv2d(torch::nn::Conv2dOptions(n, options.out_channels, 1)));
}

torch::Tensor ResXUnetImpl::merge(ConvNormAct& channel, const torch::Tensor& upsampled,
                                  const torch::Tensor& skip, const torch::Tensor& interconnection) {
  if (!interconnections_) {
    return channel->forward({upsampled, skip});
  }
  return channel->forward({upsampled, skip, interconnection});
}

torch::Tensor ResXUnetImpl::forward(const torch::Tensor& x, DecoderFeatures& features) {
  const auto x1 = inc_->forward(input_->forward({x}));
  const auto x2 = down1_basic_->forward(down1_->forward(x1));
  const auto x3 = down2_basic_->forward(down2_->forward(x2));
  const auto x4 = down3_basic_->forward(down3_->forward(x3));
  const auto x5 = bottom2_->forward(bottom1_->forward(down4_->forward(x4)));

  const auto [previous1, previous2, previous3, previous4] = features;
  const auto f4 = up3_basic_->forward(merge(up3_channel_, up4_->forward(x5), x4, previous4));
  const auto f3 = up2_basic_->forward(merge(up2_channel_, up3_->forward(f4), x3, previous3));
  const auto f2 = up1_basic_->forward(merge(up1_channel_, up2_->forward(f3), x2, previous2));
  const auto merged = out_1_->forward(merge(out_channel_, up1_->forward(f2), x1, previous1));
  const auto f1 = final_bottle_->forward(merged);
  features = {f1, f2, f3, f4};
  return outc_->forward(f1);
}

}  // namespace dircn
