#pragma once

#include <cstdint>
#include <vector>

namespace dircn {

/// Values that belong together, such as the slices of a volume: drawn together or not at all.
struct Cluster {
  double sum = 0;
  double count = 0;
};

/// Clusters among which is drawn, such as the volumes of a folder.
using Stratum = std::vector<Cluster>;

struct Interval {
  double low = 0;
  double high = 0;
};

struct BootstrapOptions {
  double confidence = 0.95;
  int64_t resamples = 10000;
  uint64_t seed = 1;
};

/// The mean over strata of their mean values (Σ sum / Σ count).
double mean_of_strata(const std::vector<Stratum>& strata);

/// Percentile bootstrap interval of `mean_of_strata` (Efron & Tibshirani, 1993, ch. 13): in each
/// resample as many clusters are drawn from each stratum, with replacement, as it has. The same
/// seed gives the same interval on every machine. No stratum may be empty.
Interval bootstrap_mean(const std::vector<Stratum>& strata, const BootstrapOptions& options = {});

}  // namespace dircn
