#include "dircn/data/stored_mask.h"

#include <algorithm>
#include <string>
#include <vector>

#include "data/axis_order.h"
#include "dircn/core/error.h"
#include "dircn/data/data_layout.h"

namespace dircn {
namespace {

/// Some mask has the length of another axis than the columns: then k-space lies in another order.
std::string order_advice(const std::vector<int64_t>& mask, const std::vector<int64_t>& kspace) {
  const bool of_third = kspace.size() == 4 && mask == std::vector<int64_t>{kspace[2]};
  if (!of_third) {
    return "Take the mask that belongs to this k-space.";
  }
  const bool coils_last = kspace[3] < kspace[1];
  return std::string("'") + kKspaceName + "' seems to have " +
         (coils_last ? "its coils last" : "its lines before its readout") + ". " +
         detail::rewrite_advice(coils_last ? detail::kCoilsLast : detail::kLinesFirst);
}

/// A mask of rows and columns that is one of columns, as [width]; others as they are.
torch::Tensor as_columns(const torch::Tensor& mask) {
  if (mask.dim() != 2) {
    return mask;
  }
  const torch::Tensor rows = mask.any(1).nonzero().flatten();
  if (rows.numel() == 0) {
    return mask;
  }
  const int64_t first = rows[0].item<int64_t>();
  const torch::Tensor measured = mask.slice(0, first, rows[-1].item<int64_t>() + 1);
  return (measured == measured[0]).all().item<bool>() ? measured[0].clone() : mask;
}

}  // namespace

void require_sampled(const torch::Tensor& mask, const std::string& file, const std::string& found) {
  require(mask.any().item<bool>(), [&] {
    return Error::Parts{file + ": '" + kMaskName + "'", found, "at least one sampled column"};
  });
}

torch::Tensor read_mask(const Hdf5File& file, int64_t height, int64_t width) {
  const std::string subject = file.path().string() + ": '" + kMaskName + "'";
  const std::vector<int64_t> stored = file.dataset(kMaskName).shape;
  const std::vector<int64_t> columns = {width};
  const std::vector<int64_t> grid = {height, width};
  std::vector<int64_t> shape = stored;
  while (shape.size() > 2 || (shape.size() > 1 && shape != grid)) {
    const auto one = std::find(shape.begin(), shape.end(), 1);
    if (one == shape.end()) {
      break;
    }
    shape.erase(one);
  }
  require(shape == columns || shape == grid, [&] {
    const bool has_kspace = file.has_dataset(kKspaceName);
    return Error::Parts{subject, "shape " + shape_text(stored),
                        shape_text(columns) + " or " + shape_text(grid) + ", as '" + kKspaceName +
                            "' has " + std::to_string(height) + " rows and " +
                            std::to_string(width) + " columns",
                        order_advice(stored, has_kspace ? file.dataset(kKspaceName).shape
                                                        : std::vector<int64_t>{})};
  });
  const torch::Tensor values = file.read_real(kMaskName).reshape(shape);
  torch::Tensor mask = values == 1;
  const torch::Tensor others = values.masked_select(torch::logical_not(mask | (values == 0)));
  require(others.numel() == 0, [&] {
    return Error::Parts{subject, "the value " + std::to_string(others[0].item<float>()),
                        "only 0 and 1"};
  });
  require_sampled(mask, file.path().string(), "only zeros");
  return as_columns(mask);
}

}  // namespace dircn
