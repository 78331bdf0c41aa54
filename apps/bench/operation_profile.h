#pragma once

#include <torch/types.h>

#include <functional>
#include <map>
#include <string>

namespace dircn::bench {

/// Runs `work` once and returns the seconds that it spent in each part: convolution,
/// transposed_convolution, norm_activation (with what is fused into it), data_consistency (all that
/// happens between images and k-space), concatenation, optimizer and other; they add up to the time
/// it took. Gradients count where their operation does (those of transposed convolutions as
/// convolution). Time in which several threads are busy is divided among them. On a GPU every
/// operation is waited for, so the parts are those of its kernels.
std::map<std::string, double> operation_seconds(const std::function<void()>& work,
                                                torch::Device device);

}  // namespace dircn::bench
