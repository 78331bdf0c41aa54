#include "train/log/curve_points.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>

#include "dircn/core/text.h"

namespace dircn {
namespace {

constexpr size_t kPoints = 4000;  // of a curve

/// Enough digits for a picture; the page is half as long.
double rounded(double value) {
  return std::strtod(significant(value, 8).c_str(), nullptr);
}

/// The mean of the numbers in [begin, end).
double mean(const Column& column, size_t begin, size_t end) {
  double sum = 0;
  int64_t count = 0;
  for (size_t i = begin; i < end; ++i) {
    if (!std::isnan(column[i])) {
      sum += column[i];
      ++count;
    }
  }
  return sum / static_cast<double>(count);  // NaN: none
}

}  // namespace

std::vector<size_t> point_edges(size_t count) {
  const size_t points = std::min(count, kPoints);
  std::vector<size_t> edges(points + 1);
  for (size_t i = 0; i <= points; ++i) {
    const bool inside = points == kPoints && i > 0 && i < points;
    edges[i] = inside ? 1 + (count - 2) * (i - 1) / (points - 2) : i;
  }
  edges.back() = count;
  return edges;
}

Column means(const Column& column, const std::vector<size_t>& edges) {
  Column points;
  for (size_t i = 0; i + 1 < edges.size(); ++i) {
    points.push_back(rounded(mean(column, edges[i], edges[i + 1])));
  }
  return points;
}

Column some(const Column& column) {
  const size_t shown = std::min(column.size(), kPoints);
  Column points;
  for (size_t i = 0; i < shown; ++i) {
    points.push_back(rounded(column[i * column.size() / shown]));
  }
  return points;
}

Column running_mean(const Column& column, size_t window) {
  Column result(column.size());
  double sum = 0;
  int64_t count = 0;
  const auto add = [&](double value, int sign) {
    if (std::isfinite(value)) {
      sum += sign * value;
      count += sign;
    }
  };
  for (size_t i = 0; i < column.size(); ++i) {
    add(column[i], 1);
    if (i >= window) {
      add(column[i - window], -1);
    }
    result[i] = sum / static_cast<double>(count);
  }
  return result;
}

}  // namespace dircn
