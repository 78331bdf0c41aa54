#pragma once

#include <cstdint>
#include <vector>

namespace dircn::bench {

double median(std::vector<double> values);

/// The largest resident memory that this process has had.
int64_t peak_resident_bytes();

}  // namespace dircn::bench
