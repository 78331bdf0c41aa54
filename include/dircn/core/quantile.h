#pragma once

#include <vector>

namespace dircn {

/// Quantile `part` (0 to 1) of sorted values, of which there is at least one: between neighbours in
/// proportion, as numpy.quantile.
double quantile(const std::vector<double>& sorted, double part);

}  // namespace dircn
