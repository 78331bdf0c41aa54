#include "dircn/score/slice_times.h"

#include <algorithm>
#include <cstddef>
#include <iomanip>
#include <numeric>
#include <sstream>
#include <string>

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
  std::ostringstream text;
  text << std::fixed << std::setprecision(1) << "time: " << mean_time(times)
       << " ms a slice (median " << median_time(times) << ", " << times.milliseconds.size()
       << " slices timed on " << times.device
       << ", batch 1, from k-space in host memory; reading and writing not counted)\n";
  return text.str();
}

}  // namespace dircn
