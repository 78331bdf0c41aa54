#include "bench/operation_profile.h"

#include <ATen/record_function.h>
#include <torch/cuda.h>
#include <torch/types.h>

#include <array>
#include <chrono>
#include <cstring>
#include <mutex>
#include <utility>

namespace dircn::bench {
namespace {

using Clock = std::chrono::steady_clock;

// The first name that is part of an operation's or a gradient node's name decides.
constexpr std::array<std::pair<const char*, const char*>, 21> kParts{{
    {"conv_transpose", "transposed_convolution"},
    {"conv", "convolution"},
    {"Conv", "convolution"},
    {"norm", "norm"},
    {"Norm", "norm"},
    {"std_mean", "norm"},
    {"StdMean", "norm"},
    {"fft_fftshift", "shift"},
    {"fft_ifftshift", "shift"},
    {"roll", "shift"},
    {"Roll", "shift"},
    {"fft", "fft"},
    {"Fft", "fft"},
    {"silu", "activation"},
    {"Silu", "activation"},
    {"sigmoid", "activation"},
    {"aten::cat", "concatenation"},
    {"CatBackward", "concatenation"},
    {"pad", "padding"},
    {"Pad", "padding"},
    {"Optimizer", "optimizer"},
}};

const char* part_of(const char* operation) {
  for (const auto& [name, part] : kParts) {
    if (std::strstr(operation, name) != nullptr) {
      return part;
    }
  }
  return nullptr;
}

/// Time by part; an operation inside one that counts already is part of that one.
struct Totals {
  std::mutex mutex;
  std::map<std::string, double> seconds;
  torch::Device device = torch::kCPU;
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
  Clock::time_point start;
};

std::unique_ptr<at::ObserverContext> begin(const at::RecordFunction& function) {
  auto running = std::make_unique<Running>();
  const char* part = part_of(function.name());
  if (part != nullptr && depth++ == 0) {
    wait_for(totals->device);
    running->start = Clock::now();
  }
  running->part = part;
  return running;
}

void end(const at::RecordFunction&, at::ObserverContext* context) {
  const auto* running = static_cast<Running*>(context);
  if (running->part == nullptr || --depth > 0) {
    return;
  }
  wait_for(totals->device);
  const std::chrono::duration<double> elapsed = Clock::now() - running->start;
  const std::lock_guard<std::mutex> lock(totals->mutex);
  totals->seconds[running->part] += elapsed.count();
}

}  // namespace

std::map<std::string, double> operation_shares(const std::function<void()>& work,
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

  std::map<std::string, double> shares;
  double other = 1;
  for (const auto& [part, seconds] : collected.seconds) {
    shares[part] = seconds / whole.count();
    other -= shares[part];
  }
  shares["other"] = other;
  return shares;
}

}  // namespace dircn::bench
