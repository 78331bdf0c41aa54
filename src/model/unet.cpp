#include "dircn/model/unet.h"

#include <torch/types.h>

#include <memory>
#include <string>
#include <utility>

#include "dircn/core/error.h"
#include "dircn/kernels/convolve.h"
#include "dircn/kernels/norm_act.h"
#include "model/normalized_images.h"

namespace dircn {
namespace {

constexpr int64_t kImageChannels = 2;  // real and imaginary part

torch::nn::Conv2d conv(int64_t in, int64_t out) {
  return torch::nn::Conv2d(torch::nn::Conv2dOptions(in, out, 3).padding(1).bias(false));
}

/// What stands between a module and its parts in the reference's keys.
std::shared_ptr<torch::nn::Module> add_level(torch::nn::Module& module, const std::string& name) {
  return module.register_module(name, std::make_shared<torch::nn::Module>());
}

/// Mirrors the last row or column of x where `larger` has one more.
torch::Tensor padded_to(const torch::Tensor& x, const torch::Tensor& larger) {
  const int64_t rows = larger.size(2) - x.size(2);
  const int64_t columns = larger.size(3) - x.size(3);
  if (rows == 0 && columns == 0) {
    return x;
  }
  return torch::reflection_pad2d(x, {0, columns, 0, rows}).contiguous(x.suggest_memory_format());
}

}  // namespace

ConvBlockImpl::ConvBlockImpl(int64_t in, int64_t out)
    : first_(conv(in, out)), second_(conv(out, out)) {
  const auto layers = add_level(*this, "layers");  // norms and activations are the others
  layers->register_module("0", first_);
  layers->register_module("4", second_);
}

torch::Tensor ConvBlockImpl::forward(const std::vector<torch::Tensor>& sources) {
  const auto inner = norm_act(convolve(sources, first_->weight), Activation::leaky_relu);
  return norm_act(convolve({inner}, second_->weight), Activation::leaky_relu);
}

TransposeConvBlockImpl::TransposeConvBlockImpl(int64_t in, int64_t out)
    : up_(torch::nn::ConvTranspose2dOptions(in, out, 2).stride(2).bias(false)) {
  add_level(*this, "layers")->register_module("0", up_);
}

torch::Tensor TransposeConvBlockImpl::forward(const torch::Tensor& x) {
  auto doubled = up_->forward(x);
  doubled = doubled.contiguous(x.suggest_memory_format());  // which LibTorch 1.13 forgets here
  return norm_act({std::move(doubled)}, Activation::leaky_relu);
}

UnetImpl::UnetImpl(int64_t channels, int64_t pools)
    : bottom_(nullptr), out_(torch::nn::Conv2dOptions(channels, kImageChannels, 1)) {
  const auto down = add_level(*this, "down_sample_layers");
  int64_t in = kImageChannels;
  int64_t width = channels;
  for (int64_t i = 0; i < pools; ++i, in = width, width *= 2) {
    down_.emplace_back(down->register_module(std::to_string(i), ConvBlock(in, width)));
  }
  bottom_ = register_module("conv", ConvBlock(in, width));
  const auto merged = add_level(*this, "up_conv");
  const auto doubled = add_level(*this, "up_transpose_conv");
  for (int64_t i = 0; i < pools; ++i, width /= 2) {
    const auto name = std::to_string(i);
    doubled_.emplace_back(doubled->register_module(name, TransposeConvBlock(width, width / 2)));
    up_.emplace_back(width, width / 2);
    if (i + 1 < pools) {
      merged->register_module(name, up_.back());
    } else {
      const auto last = add_level(*merged, name);
      last->register_module("0", up_.back());
      last->register_module("1", out_);
    }
  }
}

torch::Tensor UnetImpl::forward(const torch::Tensor& x) {
  const auto pools = static_cast<int64_t>(down_.size());
  require((x.size(2) >> pools) * (x.size(3) >> pools) > 1, [&] {
    return Error::Parts{
        "network input",
        "an image of " + std::to_string(x.size(2)) + " x " + std::to_string(x.size(3)) +
            " with its padding",
        "one that has more than a pixel when it was halved " + std::to_string(pools) + " times",
        "A network of fewer than " + std::to_string(pools) + " pools takes images of this size."};
  });
  std::vector<torch::Tensor> skips;
  auto current = x;
  for (auto& block : down_) {
    skips.push_back(block->forward({current}));
    current = torch::avg_pool2d(skips.back(), 2);
  }
  current = bottom_->forward({current});
  for (size_t i = 0; i < up_.size(); ++i) {
    const auto skip = std::move(skips.back());
    skips.pop_back();
    current = up_[i]->forward({padded_to(doubled_[i]->forward(current), skip), skip});
  }
  return out_->forward(current);
}

NormalizedUnetImpl::NormalizedUnetImpl(int64_t channels, int64_t pools)
    : unet_(register_module("unet", Unet(channels, pools))) {}

torch::Tensor NormalizedUnetImpl::forward(const torch::Tensor& image) {
  const NormalizedImages normalized(image);
  return normalized.restored(unet_->forward(normalized.channels()));
}

}  // namespace dircn
