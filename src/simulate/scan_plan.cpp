#include "simulate/scan_plan.h"

#include <algorithm>
#include <cmath>

namespace dircn::simulation {
namespace {

/// The share of `size` around the middle that is measured.
void narrow_to(int64_t size, double share, int64_t& first, int64_t& end) {
  const auto half = static_cast<int64_t>(std::lround(static_cast<double>(size) * share / 2));
  first = std::max<int64_t>(0, size / 2 - half);
  end = std::min(size, size / 2 + half);
}

MeasuredPart random_part(int64_t rows, int64_t columns, RandomStream& random) {
  MeasuredPart part{rows, columns, 0, rows, 0, columns};
  if (random.uniform(0, 1) < 0.25) {
    narrow_to(columns, random.uniform(0.5, 1), part.first_column, part.end_column);
  }
  if (random.uniform(0, 1) < 0.2) {
    narrow_to(rows, random.uniform(0.5, 1), part.first_row, part.end_row);
  }
  constexpr double kMissing = 0.25;  // of a partial scan at most
  if (random.uniform(0, 1) < 0.1) {
    part.first_row = std::max(part.first_row, static_cast<int64_t>(static_cast<double>(rows) *
                                                                   random.uniform(0, kMissing)));
  }
  if (random.uniform(0, 1) < 0.1) {
    part.first_column =
        std::max(part.first_column,
                 static_cast<int64_t>(static_cast<double>(columns) * random.uniform(0, kMissing)));
  }
  return part;
}

int64_t between(int64_t low, int64_t high, RandomStream& random) {
  return low + random.below(high - low + 1);
}

}  // namespace

ScanPlan random_plan(const Planes& planes, const SimulationConfig& config, bool turned,
                     RandomStream& random) {
  const double height = turned ? planes.width : planes.height;
  const double width = turned ? planes.height : planes.width;
  const int64_t low = config.matrix.front();
  const int64_t high = config.matrix.back();
  const int64_t rows = between(low, high, random);
  ScanPlan plan;
  plan.row_pixel = height * random.uniform(1.04, 1.45) / static_cast<double>(rows);
  plan.column_pixel = plan.row_pixel;
  if (random.uniform(0, 1) < 0.3) {
    plan.column_pixel *= random.uniform(0.8, 1.25);
  }
  plan.wraps = random.uniform(0, 1) < 0.12;
  const double room = plan.wraps ? random.uniform(0.7, 0.98) : random.uniform(1.04, 1.5);
  const bool square = !plan.wraps && random.uniform(0, 1) < 0.5;
  const auto fitting = static_cast<int64_t>(std::lround(width * room / plan.column_pixel));
  const auto least = static_cast<int64_t>(std::ceil(width * 1.02 / plan.column_pixel));
  int64_t columns = square ? std::max(rows, least) : fitting;
  columns = std::clamp(columns, low, high);
  // Where the matrix is too small or too large for that, pixels become longer or shorter.
  const double shown = static_cast<double>(columns) * plan.column_pixel;
  const double wanted = square ? std::max(shown, width * 1.02) : width * room;
  plan.column_pixel *= wanted / shown;
  plan.part = random_part(rows, columns, random);
  return plan;
}

}  // namespace dircn::simulation
