#include "bench/operation_profile.h"

#include <ATen/record_function.h>
#include <torch/cuda.h>
#include <torch/types.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <memory>
#include <mutex>
#include <utility>

namespace dircn::bench {
namespace {

using Clock = std::chrono::steady_clock;

// The first name that is part of an operation's or a gradient node's name decides: LibTorch's
// operations, the product's own (dircn::...) and the classes of their gradients.
constexpr std::array<std::pair<const char*, const char*>, 24> kParts{{
    {"Optimizer", "optimizer"},
    {"conv_transpose", "transposed_convolution"},
    {"transposed_conv", "transposed_convolution"},
    {"TransposedConv", "transposed_convolution"},
    {"conv", "convolution"},
    {"Conv", "convolution"},
    {"norm", "norm_activation"},
    {"Norm", "norm_activation"},
    {"std_mean", "norm_activation"},
    {"StdMean", "norm_activation"},
    {"silu", "norm_activation"},
    {"Silu", "norm_activation"},
    {"leaky_relu", "norm_activation"},
    {"LeakyRelu", "norm_activation"},
    {"data_consistency", "data_consistency"},
    {"Consisten", "data_consistency"},
    {"fft", "data_consistency"},
    {"Fft", "data_consistency"},
    {"roll", "data_consistency"},
    {"Roll", "data_consistency"},
    {"complex", "data_consistency"},
    {"Complex", "data_consistency"},
    {"aten::cat", "concatenation"},
    {"CatBackward", "concatenation"},
}};

/// Null: none of the parts.
const char* part_of(const char* operation) {
  const auto* const named = std::find_if(kParts.begin(), kParts.end(), [&](const auto& row) {
    return std::strstr(operation, row.first) != nullptr;
  });
  return named != kParts.end() ? named->second : nullptr;
}

/// Which parts are being computed, by how many threads; seconds so far.
struct Totals {
  std::mutex mutex;
  std::map<std::string, int> busy;
  int threads = 0;
  Clock::time_point last = Clock::now();
  std::map<std::string, double> seconds;
  torch::Device device = torch::kCPU;

  void change(const char* part, int by) {
    const std::lock_guard<std::mutex> lock(mutex);
    const auto now = Clock::now();
    const std::chrono::duration<double> elapsed = now - last;
    for (const auto& [name, count] : busy) {
      if (count > 0) {
        seconds[name] += elapsed.count() * count / threads;
      }
    }
    last = now;
    busy[part] += by;
    threads += by;
  }
};

Totals* totals = nullptr;  // callbacks are plain functions; one profile at a time
thread_local int depth = 0;

void wait_for(torch::Device device) {
  if (device.is_cuda()) {
    torch::cuda::synchronize(device.index());
  }
}

struct Running : at::ObserverContext {
  const char* part = nullptr;
};

/// An operation inside one that counts already is part of that one.
std::unique_ptr<at::ObserverContext> begin(const at::RecordFunction& function) {
  auto running = std::make_unique<Running>();
  running->part = part_of(function.name());
  if (running->part != nullptr && depth++ == 0) {
    wait_for(totals->device);
    totals->change(running->part, 1);
  }
  return running;
}

void end(const at::RecordFunction& /*function*/, at::ObserverContext* context) {
  const auto* running = static_cast<Running*>(context);
  if (running->part != nullptr && --depth == 0) {
    wait_for(totals->device);
    totals->change(running->part, -1);
  }
}

}  // namespace

std::map<std::string, double> operation_seconds(const std::function<void()>& work,
                                                torch::Device device) {
  Totals collected;
  collected.device = device;
  totals = &collected;
  const auto handle = at::addGlobalCallback(
      at::RecordFunctionCallback(begin, end)
          .scopes({at::RecordScope::FUNCTION, at::RecordScope::BACKWARD_FUNCTION,
                   at::RecordScope::USER_SCOPE}));
  const auto start = Clock::now();
  work();
  wait_for(device);
  const std::chrono::duration<double> whole = Clock::now() - start;
  at::removeCallback(handle);
  totals = nullptr;

  auto seconds = collected.seconds;
  double other = whole.count();
  for (const auto& [part, value] : seconds) {
    other -= value;
  }
  seconds["other"] = other;
  return seconds;
}

}  // namespace dircn::bench
