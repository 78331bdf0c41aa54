#include "dircn/model/residual_blocks.h"

#include <torch/types.h>

#include <utility>
#include <vector>

#include "dircn/kernels/convolve.h"
#include "dircn/kernels/norm_act.h"

namespace dircn {
namespace {

// A checkpoint's parameter order is the order of registration, so members are registered as the
// reference does.

torch::nn::Conv2d conv(int64_t in, int64_t out, int64_t kernel, int64_t groups = 1) {
  return torch::nn::Conv2d(
      torch::nn::Conv2dOptions(in, out, kernel).padding(kernel / 2).groups(groups).bias(false));
}

torch::nn::Conv2d halving(int64_t in, int64_t out) {
  return torch::nn::Conv2d(torch::nn::Conv2dOptions(in, out, 2).stride(2).bias(false));
}

torch::nn::ConvTranspose2d doubling(int64_t in, int64_t out) {
  return torch::nn::ConvTranspose2d(
      torch::nn::ConvTranspose2dOptions(in, out, 2).stride(2).bias(false));
}

}  // namespace

ConvNormActImpl::ConvNormActImpl(int64_t in, int64_t out)
    : conv_(register_module("0", conv(in, out, 3))),
      norm_(register_module("1", InstanceNorm(out))) {}

torch::Tensor ConvNormActImpl::forward(const std::vector<torch::Tensor>& sources) {
  return norm_->forward(convolve(sources, conv_->weight), Activation::silu);
}

DownsampleImpl::DownsampleImpl(int64_t in, int64_t out)
    : down_(register_module("down", halving(in, out))),
      norm_(register_module("norm", InstanceNorm(out))) {}

torch::Tensor DownsampleImpl::forward(const torch::Tensor& x) {
  return norm_->forward({down_->forward(x)}, Activation::silu);
}

UpsampleImpl::UpsampleImpl(int64_t in, int64_t out)
    : up_(register_module("up", doubling(in, out))),
      norm_(register_module("norm", InstanceNorm(out))) {}

torch::Tensor UpsampleImpl::forward(const torch::Tensor& x) {
  auto doubled = up_->forward(x);
  doubled = doubled.contiguous(x.suggest_memory_format());  // which LibTorch 1.13 forgets here
  return norm_->forward({std::move(doubled)}, Activation::silu);
}

BasicBlockImpl::BasicBlockImpl(int64_t channels, int64_t groups, const SqueezeOptions& se)
    : conv1_(register_module("conv1", conv(channels, channels, 3))),
      norm1_(register_module("norm1", InstanceNorm(channels))),
      conv2_(register_module("conv2", conv(channels, channels, 3, groups))),
      norm2_(register_module("norm2", InstanceNorm(channels))),
      se_(register_module("se", SqueezeExcitation(channels, se.ratio, se.squeeze))) {}

torch::Tensor BasicBlockImpl::forward(const torch::Tensor& x) {
  const auto inner = norm1_->forward(convolve({x}, conv1_->weight), Activation::silu);
  return se_->forward(norm2_, convolve({inner}, conv2_->weight, conv2_->options.groups()),
                      Activation::silu, x);
}

BottleneckImpl::BottleneckImpl(int64_t channels, int64_t mid, int64_t groups,
                               const SqueezeOptions& se)
    : conv1_(register_module("conv1", conv(channels, mid, 1))),
      norm1_(register_module("norm1", InstanceNorm(mid))),
      conv2_(register_module("conv2", conv(mid, mid, 3, groups))),
      norm2_(register_module("norm2", InstanceNorm(mid))),
      conv3_(register_module("conv3", conv(mid, channels, 1))),
      norm3_(register_module("norm3", InstanceNorm(channels))),
      se_(register_module("se", SqueezeExcitation(channels, se.ratio, se.squeeze))) {}

torch::Tensor BottleneckImpl::forward(const torch::Tensor& x) {
  const auto narrow = norm1_->forward({conv1_->forward(x)}, Activation::silu);
  const auto mixed = norm2_->forward(convolve({narrow}, conv2_->weight, conv2_->options.groups()),
                                     Activation::silu);
  return se_->forward(norm3_, {conv3_->forward(mixed)}, Activation::silu, x);
}

}  // namespace dircn
