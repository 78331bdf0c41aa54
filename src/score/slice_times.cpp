#include "dircn/score/slice_times.h"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <string>

#include "dircn/core/text.h"

namespace dircn {

double mean_time(const SliceTimes& times) {
  return std::accumulate(times.milliseconds.begin(), times.milliseconds.end(), 0.0) /
         static_cast<double>(times.milliseconds.size());
}

double median_time(const SliceTimes& times) {
  auto sorted = times.milliseconds;
  std::sort(sorted.begin(), sorted.end());
  const size_t upper = sorted.size() / 2;
  const size_t lower = (sorted.size() - 1) / 2;
  return (sorted[lower] + sorted[upper]) / 2;
}

std::string to_text(const SliceTimes& times) {
  if (times.milliseconds.empty()) {
    return "time: not measured, as no volume has more than the " + std::to_string(kWarmUpSlices) +
           " slices that warm the device up\n";
  }
  return "time: " + fixed(mean_time(times), 1) + " ms a slice (median " +
         fixed(median_time(times), 1) + ", " + std::to_string(times.milliseconds.size()) +
         " slices timed on " + times.device +
         ", batch 1, from k-space in host memory; reading and writing not counted)\n";
}

}  // namespace dircn
