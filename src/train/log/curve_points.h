#pragma once

#include <cstddef>
#include <vector>

namespace dircn {

/// Numbers of a run in the order in which they came; NaN: not recorded.
using Column = std::vector<double>;

/// A long column as a curve of 4000 points at most: where each point's numbers begin, and at last
/// where they end. The first and the last number stay points of their own, so that the curve
/// begins and ends where the column does.
std::vector<size_t> point_edges(size_t count);

/// Each point's mean of those numbers of `column` that there are.
Column means(const Column& column, const std::vector<size_t>& edges);

/// Evenly chosen numbers, 4000 at most.
Column some(const Column& column);

/// At each number, the mean of the last `window` ones.
Column running_mean(const Column& column, size_t window);

}  // namespace dircn
