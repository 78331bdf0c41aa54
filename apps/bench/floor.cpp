#include "bench/measure.h"

#include <ATen/record_function.h>
#include <torch/types.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <tuple>
#include <vector>

#include "dircn/runtime/device.h"

namespace dircn::bench {
namespace {

using Sizes = std::vector<int64_t>;

struct Convolution {
  Sizes input, weight, stride, padding, dilation, output_padding;
  bool transposed;
  int64_t groups;
  torch::ScalarType type;

  bool operator<(const Convolution& other) const { return key() < other.key(); }

 private:
  std::tuple<const Sizes&, const Sizes&, const Sizes&, const Sizes&, const Sizes&, const Sizes&,
             bool, int64_t, torch::ScalarType>
  key() const {
    return {input, weight, stride, padding, dilation, output_padding, transposed, groups, type};
  }
};

using Calls = std::map<Convolution, int64_t>;  // how often each occurs
Calls* calls = nullptr;                        // callbacks are plain functions

std::unique_ptr<at::ObserverContext> count_convolution(const at::RecordFunction& function) {
  if (std::strcmp(function.name(), "aten::convolution") == 0) {
    // input, weight, bias, stride, padding, dilation, transposed, output_padding, groups
    const auto inputs = function.inputs();
    const auto& input = inputs[0].toTensor();
    ++(*calls)[{input.sizes().vec(), inputs[1].toTensor().sizes().vec(), inputs[3].toIntVector(),
                inputs[4].toIntVector(), inputs[5].toIntVector(), inputs[7].toIntVector(),
                inputs[6].toBool(), inputs[8].toInt(), input.scalar_type()}];
  }
  return nullptr;
}

Calls convolutions_of(const std::function<void()>& work) {
  Calls found;
  calls = &found;
  const auto handle = at::addGlobalCallback(at::RecordFunctionCallback(count_convolution)
                                                .needsInputs(true)
                                                .scopes({at::RecordScope::FUNCTION}));
  work();
  at::removeCallback(handle);
  calls = nullptr;
  return found;
}

/// The fastest of `repeat` runs, after one that does not count.
double fastest(const std::function<void()>& work, torch::Device device, int64_t repeat) {
  // A GPU's start and end take longer than a small convolution.
  const int64_t calls_at_once = device.is_cuda() ? 20 : 1;
  const auto run = [&] {
    for (int64_t i = 0; i < calls_at_once; ++i) {
      work();
    }
  };
  seconds_of(run, device);
  double seconds = std::numeric_limits<double>::infinity();
  for (int64_t i = 0; i < repeat; ++i) {
    seconds = std::min(seconds, seconds_of(run, device));
  }
  return seconds / static_cast<double>(calls_at_once);
}

struct Cost {
  double flop = 0;
  double bytes = 0;
  double seconds = 0;

  void add(const Cost& other, int64_t times) {
    const auto factor = static_cast<double>(times);
    flop += factor * other.flop;
    bytes += factor * other.bytes;
    seconds += factor * other.seconds;
  }
};

Cost cost_of(const Convolution& c, torch::Device device, int64_t repeat) {
  const auto random = [&](const Sizes& sizes) {
    return torch::randn(sizes).to(device, c.type).contiguous(torch::MemoryFormat::ChannelsLast);
  };
  const auto input = random(c.input);
  const auto weight = random(c.weight);
  const auto run = [&] {
    return at::convolution(input, weight, {}, c.stride, c.padding, c.dilation, c.transposed,
                           c.output_padding, c.groups);
  };
  const auto output = run();
  // Each weight meets every pixel of a channel: of the output, or where transposed of the input.
  const auto& image = c.transposed ? input : output;
  const auto pixels = static_cast<double>(image.size(0) * image.size(2) * image.size(3));
  return {2 * pixels * static_cast<double>(weight.numel()),
          static_cast<double>(input.nbytes() + weight.nbytes() + output.nbytes()),
          fastest(run, device, repeat)};
}

double copied_bytes_per_second(torch::Device device, int64_t repeat) {
  constexpr int64_t kFloats = 1 << 26;  // far more than caches hold
  const auto from = torch::ones({kFloats}, device);
  auto to = torch::empty_like(from);
  const double seconds = fastest([&] { to.copy_(from); }, device, repeat);
  return 2 * static_cast<double>(from.nbytes()) / seconds;
}

}  // namespace

nlohmann::json measure_floor(const Task& task) {
  const auto device = select_device(task.device);
  Task inference = task;
  inference.mode = Mode::infer;
  inference.form = Form::literal;
  const torch::NoGradGuard no_grad;
  Cost total;
  int64_t count = 0;
  for (const auto& [convolution, times] : convolutions_of(unit_of_work(inference, device))) {
    total.add(cost_of(convolution, device, task.repeat), times);
    count += times;
  }
  const double copy_rate = copied_bytes_per_second(device, task.repeat);
  auto result = describe(task);
  result.update({{"form", "floor"},
                 {"convolutions", count},
                 {"gflop", total.flop / 1e9},
                 {"seconds", total.seconds},
                 {"gflop_per_second", total.flop / 1e9 / total.seconds},
                 {"bytes", total.bytes},
                 {"copy_bytes_per_second", copy_rate},
                 {"copy_seconds", total.bytes / copy_rate}});
  return result;
}

}  // namespace dircn::bench
