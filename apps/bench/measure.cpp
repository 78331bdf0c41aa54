#include "bench/measure.h"

#include <torch/types.h>

#include <algorithm>
#include <vector>

#include "bench/operation_profile.h"
#include "dircn/runtime/device.h"
#include "dircn/runtime/torch_compat.h"

namespace dircn::bench {
namespace {

int64_t peak_bytes(torch::Device device) {
  if (device.is_cuda()) {
    return compat::peak_device_bytes(device).value_or(0);
  }
  return peak_resident_bytes();
}

nlohmann::json parts_of(const std::function<void()>& work, torch::Device device) {
  const auto seconds = operation_seconds(work, device);
  double whole = 0;
  for (const auto& [part, value] : seconds) {
    whole += value;
  }
  nlohmann::json parts;
  for (const auto& [part, value] : seconds) {
    parts[part] = {{"seconds", value}, {"share", value / whole}};
  }
  return parts;
}

}  // namespace

nlohmann::json measure(const Task& task) {
  const auto device = select_device(task.device);
  const auto work = unit_of_work(task, device);
  seconds_of(work, device);
  std::vector<double> seconds;
  for (int64_t i = 0; i < task.repeat; ++i) {
    seconds.push_back(seconds_of(work, device));
  }
  auto result = describe(task);
  result["form"] = to_string(task.form);
  result["seconds_median"] = median(seconds);
  result["seconds_min"] = *std::min_element(seconds.begin(), seconds.end());
  result["peak_bytes"] = peak_bytes(device);
  result["parts"] = parts_of(work, device);
  return result;
}

}  // namespace dircn::bench
