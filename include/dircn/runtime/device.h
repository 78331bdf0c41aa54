#pragma once

#include <torch/types.h>

#include <string>

namespace dircn {

/// "auto" (the first CUDA GPU, or the CPU where there is none), "cpu", "cuda" or "cuda:N".
/// From then on float32 means float32 on a GPU, too: TF32 is off.
/// Throws `Error` for another name and for a GPU that is not there.
torch::Device select_device(const std::string& name);

/// Lets LibTorch use every core of this machine, unless OMP_NUM_THREADS says otherwise: some builds
/// of LibTorch start with one thread.
void use_all_cores();

}  // namespace dircn
