#include "dircn/inspect/gtssim_histogram.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <sstream>

#include "dircn/core/error.h"
#include "dircn/core/progress.h"
#include "dircn/core/quantile.h"
#include "dircn/core/text.h"
#include "dircn/data/loader.h"
#include "dircn/data/slice_set.h"
#include "dircn/formats/histogram_picture.h"
#include "dircn/mri/ssim_distance.h"

namespace dircn {
namespace {

constexpr int64_t kBins = 50;
constexpr double kRangeStep = 0.1;

std::string csv(const std::vector<SliceDifficulty>& slices) {
  std::ostringstream text;
  text.precision(9);
  text << "volume,slice,gtSSIM\n";
  for (const auto& slice : slices) {
    text << csv_field(slice.volume) << ',' << slice.slice << ',' << slice.input_distance << '\n';
  }
  return text.str();
}

std::filesystem::path with_ending(std::filesystem::path prefix, const char* ending) {
  return prefix += ending;
}

}  // namespace

std::vector<SliceDifficulty> measure_difficulties(const std::filesystem::path& folder,
                                                  const DataConfig& config) {
  const SliceSet set(folder, SliceSet::Labels::kIgnored, "training set", config);
  std::vector<int64_t> order(static_cast<size_t>(set.size()));
  std::iota(order.begin(), order.end(), 0);
  Loader loader(set, order, loader_options(config, torch::kCPU));
  Progress progress(set.size(), "slices", "gtSSIM");
  std::vector<SliceDifficulty> slices;
  while (const auto sample = loader.next()) {
    slices.push_back({set.volume_of(sample->index).relative.generic_string(),
                      set.slice_of(sample->index),
                      ssim_distance(sample->zero_filled, sample->target, config.crop)});
    progress.advance();
  }
  return slices;
}

Distribution distribution(std::vector<double> values) {
  require(!values.empty(), [&] {
    return Error::Parts{"distribution", "no values", "at least one", ""};
  });
  std::sort(values.begin(), values.end());
  const auto count = static_cast<double>(values.size());
  return {static_cast<int64_t>(values.size()),
          std::accumulate(values.begin(), values.end(), 0.0) / count, quantile(values, 0.25),
          quantile(values, 0.5), quantile(values, 0.75)};
}

std::string to_text(const Distribution& distribution) {
  return std::to_string(distribution.count) + " slices: mean " + four_digits(distribution.mean) +
         ", lower quartile " + four_digits(distribution.lower_quartile) + ", median " +
         four_digits(distribution.median) + ", upper quartile " +
         four_digits(distribution.upper_quartile);
}

DifficultyFiles::DifficultyFiles(const std::filesystem::path& prefix)
    : table_(with_ending(prefix, ".csv")), picture_(with_ending(prefix, ".png")) {}

Distribution DifficultyFiles::write(const std::vector<SliceDifficulty>& slices) {
  std::vector<double> values;
  values.reserve(slices.size());
  for (const auto& slice : slices) {
    values.push_back(slice.input_distance);
  }
  const Distribution result = distribution(values);
  table_.commit(csv(slices));
  const double largest = *std::max_element(values.begin(), values.end());
  const double last = std::max(1.0, std::ceil(largest / kRangeStep)) * kRangeStep;
  Histogram histogram = count_in_bins(values, 0, last, kBins);
  histogram.title = "zero-filled 1 - SSIM, " + std::to_string(result.count) + " slices, mean " +
                    four_digits(result.mean);
  histogram.axis = "1 - SSIM (gtSSIM)";
  histogram.counted = "slices";
  write_histogram_png(picture_.temporary(), histogram);
  picture_.commit();
  return result;
}

}  // namespace dircn
