#pragma once

#include <torch/types.h>

#include <functional>
#include <vector>

namespace dircn {

/// Calls `run(inputs)` and keeps nothing of what happens inside for the backward pass, which calls
/// it again (gradient checkpointing): a second forward pass for the memory of the first.
///
/// `parameters` is all else that `run` reads and that may want a gradient; it must read those very
/// tensors. `run` must compute the same every time. It finds this thread's autocast state again in
/// the backward pass. Where no gradient is recorded it is only called. First derivatives only.
std::vector<torch::Tensor> recompute_in_backward(
    const std::function<std::vector<torch::Tensor>(const std::vector<torch::Tensor>&)>& run,
    const std::vector<torch::Tensor>& inputs, const std::vector<torch::Tensor>& parameters);

}  // namespace dircn
