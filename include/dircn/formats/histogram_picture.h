#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace dircn {

/// A histogram with what is written around it.
struct Histogram {
  std::string title;
  std::string axis;             // what is counted, below the horizontal axis
  std::string counted;          // what each count is of, above the vertical axis: "slices"
  std::vector<double> edges;    // of the bins, increasing: one more than there are bins
  std::vector<int64_t> counts;  // by bin; a value on an inner edge belongs to the bin above it
};

/// Counts `values` in bins of equal width from `first` to `last`; values outside go to the outer
/// bins, NaN is left out.
Histogram count_in_bins(const std::vector<double>& values, double first, double last, int64_t bins);

/// Draws bars, axes with tick labels, and the texts, as a PNG file of 800 x 500 pixels, which
/// appears whole or not at all. Throws `Error` without bins, where edges and counts do not fit, and
/// if the file cannot be written.
void write_histogram_png(const std::filesystem::path& path, const Histogram& histogram);

}  // namespace dircn
