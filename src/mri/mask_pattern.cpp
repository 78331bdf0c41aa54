#include "dircn/mri/mask_pattern.h"

#include <cmath>
#include <cstddef>
#include <sstream>
#include <vector>

#include "dircn/core/error.h"
#include "dircn/mri/acs.h"

namespace dircn {
namespace {

/// Columns [first, last).
struct Run {
  int64_t first;
  int64_t last;

  bool contains(int64_t column) const { return column >= first && column < last; }
};

/// The run of sampled columns that contains the central one; empty, at the centre, without it.
Run central_run(const std::vector<bool>& columns) {
  const auto width = static_cast<int64_t>(columns.size());
  const auto sampled = [&](int64_t column) { return columns[static_cast<size_t>(column)]; };
  Run run{width / 2, width / 2};
  while (run.last < width && sampled(run.last)) {
    ++run.last;
  }
  while (run.last > width / 2 && run.first > 0 && sampled(run.first - 1)) {
    --run.first;
  }
  return run;
}

/// The distance of the columns outside the centre, if there is one distance; else 0. Columns of
/// such a grid that lie in the centre are sampled anyway.
int64_t spacing(const std::vector<bool>& columns, Run centre) {
  std::vector<int64_t> outside;
  for (size_t i = 0; i < columns.size(); ++i) {
    const auto column = static_cast<int64_t>(i);
    if (columns[i] && !centre.contains(column)) {
      outside.push_back(column);
    }
  }
  const auto straddles = [&](size_t i) {
    return outside[i - 1] < centre.first && outside[i] >= centre.last;
  };
  int64_t distance = 0;
  for (size_t i = 1; i < outside.size() && distance == 0; ++i) {
    distance = straddles(i) ? 0 : outside[i] - outside[i - 1];
  }
  for (size_t i = 1; i < outside.size() && distance > 0; ++i) {
    const int64_t before = outside[i - 1];
    const int64_t here = outside[i];
    const bool continues = straddles(i) ? (here - before) % distance == 0 &&
                                              before + distance >= centre.first &&
                                              here - distance < centre.last
                                        : here - before == distance;
    distance = continues ? distance : 0;
  }
  return distance;
}

void describe_columns(const torch::Tensor& mask, MaskPattern& pattern) {
  const torch::Tensor flat = mask.contiguous();
  const bool* values = flat.data_ptr<bool>();
  const std::vector<bool> columns(values, values + flat.numel());
  const Run centre = central_run(columns);
  const int64_t distance = spacing(columns, centre);
  pattern.acs_width = centre.last - centre.first;
  if (distance > 1) {
    pattern.kind = MaskPattern::Kind::equispaced;
    pattern.acceleration = distance;
  } else {
    pattern.kind = MaskPattern::Kind::irregular;
  }
}

void describe_grid(const torch::Tensor& mask, MaskPattern& pattern) {
  pattern.kind = MaskPattern::Kind::two_dimensional;
  const bool centre = mask[mask.size(0) / 2][mask.size(1) / 2].item<bool>();
  if (centre) {
    const torch::Tensor acs = acs_mask(canonical_mask(mask))[0][0];
    pattern.acs_height = acs.any(1).sum().item<int64_t>();
    pattern.acs_width = acs.any(0).sum().item<int64_t>();
  }
}

MaskPattern counted(const torch::Tensor& mask) {
  MaskPattern pattern;
  pattern.sampled = mask.sum().item<int64_t>();
  pattern.fraction = static_cast<double>(pattern.sampled) / static_cast<double>(mask.numel());
  pattern.acceleration = pattern.sampled == 0 ? 0 : std::llround(1 / pattern.fraction);
  return pattern;
}

}  // namespace

MaskPattern describe_mask(const torch::Tensor& mask) {
  const bool usable = (mask.dim() == 1 || mask.dim() == 2) && mask.numel() > 0 &&
                      mask.scalar_type() == torch::kBool;
  require(usable, [&] {
    std::ostringstream found;
    found << "shape " << mask.sizes() << " of " << mask.dtype();
    return Error::Parts{"sampling mask", found.str(), "bool [W] or [H, W]"};
  });
  const torch::Tensor here = mask.to(torch::kCPU);
  const torch::Tensor grid = here.dim() == 1 ? here.unsqueeze(0) : here;
  const torch::Tensor row = grid[0];
  const bool columns = (grid == row).all().item<bool>();
  MaskPattern pattern = counted(columns ? row : grid);
  if (pattern.sampled == row.size(0) && columns) {
    pattern.acs_width = row.size(0);
  } else if (columns) {
    describe_columns(row, pattern);
  } else {
    describe_grid(grid, pattern);
  }
  if (columns && pattern.acs_width > 0) {
    pattern.acs_height = grid.size(0);
  }
  return pattern;
}

}  // namespace dircn
