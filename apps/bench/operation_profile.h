#pragma once

#include <torch/types.h>

#include <functional>
#include <map>
#include <string>

namespace dircn::bench {

/// Runs `work` once and returns the share of its time by kind of operation: convolution,
/// transposed_convolution, norm, fft, shift, activation, concatenation, padding, optimizer and
/// other; they add up to 1. Gradients count where their operation does (those of transposed
/// convolutions as convolution). On a GPU every operation is waited for, so the shares are those of
/// its kernels.
std::map<std::string, double> operation_shares(const std::function<void()>& work,
                                               torch::Device device);

}  // namespace dircn::bench
