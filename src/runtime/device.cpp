#include "dircn/runtime/device.h"

#include <torch/cuda.h>
#include <torch/utils.h>

#include <cstdlib>
#include <optional>
#include <thread>

#include "dircn/core/error.h"
#include "dircn/core/text.h"
#include "dircn/runtime/torch_compat.h"

namespace dircn {
namespace {

/// N of "cuda:N", 0 of "cuda"; none of other names.
std::optional<int64_t> gpu_index(const std::string& name) {
  const std::string prefix = "cuda:";
  if (name == "cuda") {
    return 0;
  }
  return name.rfind(prefix, 0) == 0 ? whole_number(name.substr(prefix.size()), 3) : std::nullopt;
}

}  // namespace

torch::Device select_device(const std::string& name) {
  compat::forbid_tf32();
  const auto gpus = static_cast<int>(torch::cuda::is_available() ? torch::cuda::device_count() : 0);
  if (name == "auto") {
    return gpus > 0 ? torch::Device(torch::kCUDA, 0) : torch::Device(torch::kCPU);
  }
  if (name == "cpu") {
    return torch::kCPU;
  }
  const auto index = gpu_index(name);
  require(index.has_value(), [&] {
    return Error::Parts{"device", "'" + name + "'", "auto, cpu, cuda or cuda:N"};
  });
  require(*index < gpus, [&] {
    return Error::Parts{
        "device " + name, std::to_string(gpus) + " usable CUDA GPUs", "that GPU",
        "Use --device auto or --device cpu, or a CUDA build of LibTorch and its driver."};
  });
  return {torch::kCUDA, static_cast<torch::DeviceIndex>(*index)};
}

void use_all_cores() {
  if (std::getenv("OMP_NUM_THREADS") == nullptr) {
    torch::set_num_threads(static_cast<int>(std::max(1U, std::thread::hardware_concurrency())));
  }
}

}  // namespace dircn
