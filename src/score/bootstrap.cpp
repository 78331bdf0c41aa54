#include "dircn/score/bootstrap.h"

#include <algorithm>
#include <cstddef>
#include <random>
#include <vector>

#include "dircn/core/quantile.h"
#include "dircn/data/random_draws.h"

namespace dircn {
namespace {

double mean_of_stratum(const Stratum& stratum) {
  Cluster all;
  for (const auto& cluster : stratum) {
    all.sum += cluster.sum;
    all.count += cluster.count;
  }
  return all.sum / all.count;
}

Stratum resampled(const Stratum& stratum, std::mt19937_64& random) {
  Stratum drawn;
  drawn.reserve(stratum.size());
  for (size_t i = 0; i < stratum.size(); ++i) {
    drawn.push_back(stratum[draw_below(random, stratum.size())]);
  }
  return drawn;
}

}  // namespace

double mean_of_strata(const std::vector<Stratum>& strata) {
  double sum = 0;
  for (const auto& stratum : strata) {
    sum += mean_of_stratum(stratum);
  }
  return sum / static_cast<double>(strata.size());
}

Interval bootstrap_mean(const std::vector<Stratum>& strata, const BootstrapOptions& options) {
  std::mt19937_64 random(options.seed);
  std::vector<Stratum> drawn(strata.size());
  std::vector<double> means;
  means.reserve(static_cast<size_t>(options.resamples));
  for (int64_t i = 0; i < options.resamples; ++i) {
    std::transform(strata.begin(), strata.end(), drawn.begin(),
                   [&](const Stratum& stratum) { return resampled(stratum, random); });
    means.push_back(mean_of_strata(drawn));
  }
  std::sort(means.begin(), means.end());
  const double tail = (1 - options.confidence) / 2;
  return {quantile(means, tail), quantile(means, 1 - tail)};
}

}  // namespace dircn
