#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace dircn {

/// So many slices of every volume are reconstructed, but not timed: the first calls on a device
/// choose algorithms and take memory.
inline constexpr int64_t kWarmUpSlices = 5;

/// The snu2026 time: how long a network took for each slice, batch 1, all between k-space in host
/// memory and the image there (masking, FOV crop and transfers); without the warm-up.
struct SliceTimes {
  std::string device;
  std::vector<double> milliseconds = {};
};

/// Both need a slice at least.
double mean_time(const SliceTimes& times);
double median_time(const SliceTimes& times);

/// "time: 12.3 ms a slice (median 12.1, ...)", or why there is none.
std::string to_text(const SliceTimes& times);

}  // namespace dircn
