#include "dircn/runtime/device.h"

#include <torch/cuda.h>
#include <torch/utils.h>

#include <cstdlib>
#include <regex>
#include <thread>

#include "dircn/core/error.h"
#include "dircn/runtime/torch_compat.h"

namespace dircn {

torch::Device select_device(const std::string& name) {
  compat::forbid_tf32();
  const auto gpus = static_cast<int>(torch::cuda::is_available() ? torch::cuda::device_count() : 0);
  if (name == "auto") {
    return gpus > 0 ? torch::Device(torch::kCUDA, 0) : torch::Device(torch::kCPU);
  }
  std::smatch match;
  require(std::regex_match(name, match, std::regex("cpu|cuda(:([0-9]{1,3}))?")), [&] {
    return Error::Parts{"device", "'" + name + "'", "auto, cpu, cuda or cuda:N", ""};
  });
  if (name == "cpu") {
    return torch::kCPU;
  }
  const int index = match[2].matched ? std::stoi(match[2]) : 0;
  require(index < gpus, [&] {
    return Error::Parts{
        "device " + name, std::to_string(gpus) + " usable CUDA GPUs", "that GPU",
        "Use --device auto or --device cpu, or a CUDA build of LibTorch and its driver."};
  });
  return {torch::kCUDA, static_cast<torch::DeviceIndex>(index)};
}

void use_all_cores() {
  if (std::getenv("OMP_NUM_THREADS") == nullptr) {
    torch::set_num_threads(static_cast<int>(std::max(1U, std::thread::hardware_concurrency())));
  }
}

}  // namespace dircn
