#include "dircn/inspect/gtssim_histogram.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <nlohmann/json.hpp>
#include <numeric>

#include "dircn/core/error.h"
#include "dircn/core/progress.h"
#include "dircn/core/quantile.h"
#include "dircn/core/text.h"
#include "dircn/data/input_check.h"
#include "dircn/data/loader.h"
#include "dircn/data/slice_set.h"
#include "dircn/mri/slice_ssim.h"
#include "dircn/page/html_page.h"
#include "gtssim_assets.h"

namespace dircn {
namespace {

constexpr size_t kBins = 50;
constexpr double kRangeStep = 0.1;

std::string csv(const std::vector<SliceDifficulty>& slices) {
  std::string text = "volume,slice,gtSSIM\n";
  for (const auto& slice : slices) {
    text += csv_field(slice.volume) + "," + std::to_string(slice.slice) + "," +
            significant(slice.input_distance, 9) + "\n";
  }
  return text;
}

/// {edges, counts} of bins of equal width from 0 to a round number that no value exceeds. A value
/// on an inner edge belongs to the bin above it; rounding may leave a distance just below 0; NaN is
/// in no bin.
nlohmann::json histogram(const std::vector<double>& values) {
  const double largest = *std::max_element(values.begin(), values.end());
  const double last = std::max(1.0, std::ceil(largest / kRangeStep)) * kRangeStep;
  std::vector<double> edges;
  for (size_t i = 0; i <= kBins; ++i) {
    edges.push_back(static_cast<double>(i) * (last / static_cast<double>(kBins)));
  }
  std::vector<int64_t> counts(kBins);
  for (const double value : values) {
    if (!std::isnan(value)) {
      const auto above = std::upper_bound(edges.begin() + 1, edges.end() - 1, value);
      ++counts[static_cast<size_t>(std::distance(edges.begin(), above)) - 1];
    }
  }
  return {{"edges", edges}, {"counts", counts}};
}

std::filesystem::path with_ending(std::filesystem::path prefix, const char* ending) {
  return prefix += ending;
}

}  // namespace

std::vector<SliceDifficulty> measure_difficulties(const std::filesystem::path& folder,
                                                  const DataConfig& config) {
  const SliceSet set(folder, SliceSet::Labels::kIgnored, "training set", config);
  check_set(set, config, Targets::made_of_kspace);
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
  return std::to_string(distribution.count) + " slices: mean " + fixed(distribution.mean, 4) +
         ", lower quartile " + fixed(distribution.lower_quartile, 4) + ", median " +
         fixed(distribution.median, 4) + ", upper quartile " +
         fixed(distribution.upper_quartile, 4);
}

DifficultyFiles::DifficultyFiles(const std::filesystem::path& prefix)
    : table_(with_ending(prefix, ".csv")), page_(with_ending(prefix, ".html")) {}

Distribution DifficultyFiles::write(const std::vector<SliceDifficulty>& slices) {
  std::vector<double> values;
  values.reserve(slices.size());
  for (const auto& slice : slices) {
    values.push_back(slice.input_distance);
  }
  const Distribution result = distribution(values);
  table_.commit(csv(slices));
  HtmlPage page;
  page.title = "gtSSIM";
  page.subtitle = to_text(result);
  page.body = "<div id=\"charts\" class=\"charts\"></div>";
  page.data = histogram(values).dump();
  page.script = gtssim_assets::gtssim_js();
  page_.commit(html_page(page));
  return result;
}

}  // namespace dircn
