#include "dircn/mri/acs.h"

#include <torch/types.h>

#include <algorithm>
#include <sstream>

#include "dircn/core/error.h"

namespace dircn {
namespace {

// Of masks [B, 1, 1, W], by tensor operations alone: a GPU need not be waited for.

torch::Tensor column_numbers(const torch::Tensor& mask) {
  return torch::arange(mask.size(3), torch::dtype(torch::kLong).device(mask.device()));
}

/// The last unsampled column below the middle (none: -1), and the first from there on (none: W):
/// [B, 1, 1, 1] each.
struct Gaps {
  explicit Gaps(const torch::Tensor& mask) {
    const auto column = column_numbers(mask);
    const int64_t middle = mask.size(3) / 2;
    left = column.masked_fill(mask.logical_or(column >= middle), -1).amax({3}, true);
    right = column.masked_fill(mask.logical_or(column < middle), mask.size(3)).amin({3}, true);
  }

  torch::Tensor left;
  torch::Tensor right;
};

/// `width` columns [B, 1, 1, 1] about the middle.
torch::Tensor centred_columns(const torch::Tensor& mask, const torch::Tensor& width) {
  const auto column = column_numbers(mask);
  const auto first = torch::div(mask.size(3) + 1 - width, 2, "floor").clamp_min(0);
  return (column >= first) & (column < first + width);
}

struct Span {
  int64_t first;
  int64_t last;  // exclusive
};

Span centred_span(int64_t length, int64_t size) {
  const int64_t first = size / 2 - length / 2;
  return {first, first + length};
}

/// The widest centred run of columns that is sampled in every row of `rows`, at most `widest`.
int64_t sampled_width(const torch::Tensor& mask, Span rows, int64_t widest) {
  const auto complete = mask.slice(0, rows.first, rows.last).all(0).contiguous();
  const bool* column = complete.data_ptr<bool>();
  const auto contains_gap = [&](int64_t width) {
    const Span span = centred_span(width, complete.size(0));
    return !std::all_of(column + span.first, column + span.last,
                        [](bool sampled) { return sampled; });
  };
  while (widest > 0 && contains_gap(widest)) {
    --widest;
  }
  return widest;
}

/// Centred rectangles of growing height contain each other, so their widths can only fall.
void fill_rectangle(const torch::Tensor& mask, const torch::Tensor& acs) {
  const int64_t height = mask.size(0);
  int64_t width = mask.size(1);
  int64_t best_height = 0;
  int64_t best_width = 0;
  for (int64_t rows = 1; rows <= height && width > 0; ++rows) {
    width = sampled_width(mask, centred_span(rows, height), width);
    if (rows * width > best_height * best_width) {
      best_height = rows;
      best_width = width;
    }
  }
  const Span rows = centred_span(best_height, height);
  const Span columns = centred_span(best_width, mask.size(1));
  acs.slice(0, rows.first, rows.last).slice(1, columns.first, columns.last).fill_(true);
}

/// Of masks [B, 1, H, W].
torch::Tensor rectangle_acs(const torch::Tensor& mask) {
  const auto on_cpu = mask.to(torch::kCPU);
  auto acs = torch::zeros_like(on_cpu);
  for (int64_t b = 0; b < mask.size(0); ++b) {
    fill_rectangle(on_cpu[b][0], acs[b][0]);
  }
  return acs.to(mask.device());
}

}  // namespace

torch::Tensor canonical_mask(const torch::Tensor& mask) {
  require(mask.dim() == 1 || mask.dim() == 2 || (mask.dim() == 4 && mask.size(1) == 1), [&] {
    std::ostringstream shape;
    shape << "shape " << mask.sizes();
    return Error::Parts{"sampling mask", shape.str(), "[W], [H, W] or [B, 1, H or 1, W]"};
  });
  const int64_t rows = mask.dim() == 2 ? mask.size(0) : 1;
  auto sampled = mask != 0;
  return mask.dim() == 4 ? sampled : sampled.view({1, 1, rows, mask.size(-1)});
}

torch::Tensor acs_mask(const torch::Tensor& mask) {
  if (mask.size(2) == 1) {
    const Gaps gaps(mask);
    return centred_columns(mask, gaps.right - gaps.left);
  }
  return rectangle_acs(mask);
}

torch::Tensor symmetric_acs_mask(const torch::Tensor& mask, const std::optional<int64_t>& columns) {
  if (mask.size(2) != 1) {
    return rectangle_acs(mask);
  }
  const int64_t all = mask.size(3);
  if (columns) {
    return centred_columns(mask, torch::full({mask.size(0), 1, 1, 1}, *columns,
                                             torch::dtype(torch::kLong).device(mask.device())));
  }
  const Gaps gaps(mask);
  const int64_t middle = all / 2;
  const auto smaller = torch::minimum(middle - 1 - gaps.left, gaps.right - middle);
  const auto fully_sampled = mask.all(3, /*keepdim=*/true);
  return centred_columns(mask, (2 * smaller).clamp_min(1).masked_fill(fully_sampled, all));
}

torch::Tensor calibration_mask(const torch::Tensor& mask, Calibration calibration) {
  switch (calibration) {
    case Calibration::centre:
      return acs_mask(mask);
    case Calibration::symmetric_centre:
      return symmetric_acs_mask(mask);
    case Calibration::all:
      break;
  }
  return mask;
}

}  // namespace dircn
