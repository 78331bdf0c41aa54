#pragma once

#include <torch/types.h>

#include <functional>
#include <vector>

// What both networks' literal forms do with coils, in the papers' words.

namespace dircn::literal {

torch::Tensor fft2c(const torch::Tensor& x);
torch::Tensor ifft2c(const torch::Tensor& x);

/// The root of the sum of squares over coils: [B, C, H, W] complex -> [B, 1, H, W].
torch::Tensor rss(const torch::Tensor& x);

/// [N, K, H, W] complex <-> [N, 2K, H, W] real, (re, im) per image.
torch::Tensor to_channels(const torch::Tensor& x);
torch::Tensor to_complex(const torch::Tensor& x);

/// A U-net on normalised channels, zero-padded to multiples of 16, and back; the first two channels
/// scale the result. x [B, channels, H, W] -> [B, 2, H, W].
torch::Tensor on_normalized(const torch::Tensor& x,
                            const std::function<torch::Tensor(const torch::Tensor&)>& unet);

/// One image of all coils'.
torch::Tensor combined(const torch::Tensor& k, const torch::Tensor& maps);

/// Maps divided by their rss; zero where that is.
torch::Tensor divided_by_rss(const torch::Tensor& maps);

/// k0 where the mask is, else zero.
torch::Tensor kept(const torch::Tensor& mask, const torch::Tensor& k0);

/// k − λ · mask · (k − k0) − estimate
torch::Tensor gradient_step(const torch::Tensor& k, const torch::Tensor& k0,
                            const torch::Tensor& mask, const torch::Tensor& weight,
                            const torch::Tensor& estimate);

// How dircn_bench calls what happens on all coils.
constexpr const char* kProfiledAs = "dircn::data_consistency";

}  // namespace dircn::literal
