#include "bench/loader.h"

#include <torch/types.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>
#include <vector>

#include "bench/work.h"
#include "dircn/data/loader.h"
#include "dircn/data/slice_set.h"
#include "dircn/data/volume.h"

namespace dircn::bench {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_between(Clock::time_point start, Clock::time_point end) {
  return std::chrono::duration<double>(end - start).count();
}

/// What the slices of `order` take in memory once read.
int64_t kspace_bytes(const SliceSet& set, const std::vector<int64_t>& order) {
  constexpr int64_t kComplexBytes = 8;
  std::map<std::filesystem::path, int64_t> slice_bytes;  // by volume
  int64_t total = 0;
  for (const int64_t index : order) {
    const auto& path = set.volume_of(index).kspace;
    if (slice_bytes.count(path) == 0) {
      const KspaceVolume volume(path);
      slice_bytes[path] = volume.coils() * volume.height() * volume.width() * kComplexBytes;
    }
    total += slice_bytes[path];
  }
  return total;
}

}  // namespace

void add_loader_options(CLI::App& app, LoaderTask& task) {
  const CLI::Range count(1, 1'000'000);
  app.add_option("--data", task.data, "With --mode loader: folder of volumes to load");
  app.add_option("--workers", task.workers, "Loader's threads (default: data.workers)")
      ->check(count);
  app.add_option("--prefetch", task.prefetch, "Slices read ahead (default: data.prefetch)")
      ->check(count);
  app.add_option("--slices", task.slices, "Slices to load at most")
      ->check(count)
      ->capture_default_str();
}

nlohmann::json measure_loader(const LoaderTask& task, const Config& config) {
  const auto opening = Clock::now();
  const SliceSet set(task.data, SliceSet::Labels::kIgnored, "--data", config.data);
  const double seconds_open = seconds_between(opening, Clock::now());
  auto order = shuffled_order(set.size(), /*seed=*/1, /*epoch=*/0);
  order.resize(static_cast<size_t>(std::min(task.slices, set.size())));
  const auto bytes = static_cast<double>(kspace_bytes(set, order));

  const int64_t epochs = config.train.epochs;  // in the last one augmentation is at its strongest
  LoaderOptions options =
      training_loader_options(config.data, torch::kCPU, config.train.seed, epochs - 1, epochs);
  options.workers = task.workers.value_or(options.workers);
  options.prefetch = task.prefetch.value_or(options.prefetch);
  std::vector<double> seconds;
  const auto start = Clock::now();
  auto last = start;
  Loader loader(set, order, options);
  while (loader.next()) {
    const auto now = Clock::now();
    seconds.push_back(seconds_between(last, now));
    last = now;
  }
  const double total = seconds_between(start, last);
  return {{"mode", "loader"},
          {"workers", options.workers},
          {"prefetch", options.prefetch},
          {"slices", seconds.size()},
          {"volumes", set.volumes()},
          {"seconds_open", seconds_open},
          {"seconds", total},
          {"seconds_median", median(seconds)},
          {"slices_per_second", static_cast<double>(seconds.size()) / total},
          {"kspace_bytes_per_second", bytes / total},
          {"peak_bytes", peak_resident_bytes()}};
}

}  // namespace dircn::bench
