#include "dircn/data/stored_mask.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <string>
#include <tuple>
#include <vector>

#include "data/axis_order.h"
#include "dircn/core/error.h"
#include "dircn/core/log.h"
#include "dircn/core/text.h"
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

/// Without axes of length 1, unless `wanted` has them.
std::vector<int64_t> squeezed(std::vector<int64_t> shape, const std::vector<int64_t>& wanted) {
  while (shape.size() > 2 || (shape.size() > 1 && shape != wanted)) {
    const auto one = std::find(shape.begin(), shape.end(), 1);
    if (one == shape.end()) {
      break;
    }
    shape.erase(one);
  }
  return shape;
}

/// The different values among these, the first few of them.
std::string values_text(const torch::Tensor& values) {
  constexpr int64_t kShown = 5;
  constexpr int kDigits = 6;
  const torch::Tensor different =
      std::get<0>(torch::unique_consecutive(std::get<0>(values.flatten().sort())));
  std::vector<std::string> shown;
  for (int64_t i = 0; i < std::min(kShown, different.numel()); ++i) {
    shown.push_back(significant(different[i].item<double>(), kDigits));
  }
  if (different.numel() > kShown) {
    shown.emplace_back("...");
  }
  return join_names(shown);
}

/// The masks of a set are mostly stored alike: the first one tells.
void tell_once(const std::string& text) {
  static std::atomic<bool> told = false;
  if (!told.exchange(true)) {
    log_info(text);
  }
}

/// Where a mask is not 0, which must be one number everywhere: 1, or 255 as pictures have it. That
/// another number than 1 is no weight is told by the zeros beside it.
torch::Tensor sampled_places(const torch::Tensor& values, const std::string& subject) {
  torch::Tensor sampled = values != 0;
  const torch::Tensor marks = values.masked_select(sampled);
  if (marks.numel() == 0) {
    return sampled;
  }
  const auto mark = marks[0].item<double>();
  const bool known =
      mark == 1 || (mark > 0 && std::isfinite(mark) && marks.numel() < values.numel());
  require(known && (marks == marks[0]).all().item<bool>(), [&] {
    return Error::Parts{subject, "the values " + values_text(values),
                        "0, and one positive number where a sample was taken",
                        "Write such a mask, for instance with h5py, where all but 0 was sampled: "
                        "m = f['mask'][()]; del f['mask']; f['mask'] = m != 0."};
  });
  if (mark != 1) {
    tell_once(subject + ": " + shortest(mark) + " is taken as 1: a sample was taken there");
  }
  return sampled;
}

/// The mask that all coils have, from one for each: [C, ...].
torch::Tensor of_all_coils(const torch::Tensor& mask, const std::vector<int64_t>& stored,
                           const std::string& subject) {
  const torch::Tensor differs = (mask != mask[0]).flatten(1).any(1);
  require(!differs.any().item<bool>(), [&] {
    const auto axis =
        std::find_if(stored.begin(), stored.end(), [](auto size) { return size > 1; });
    return Error::Parts{
        subject,
        "a mask for each coil, and that of coil " +
            std::to_string(differs.nonzero()[0].item<int64_t>()) + " differs from that of coil 0",
        "one mask for all coils",
        "What all of them sampled can be used, for instance with h5py: m = f['mask'][()]; del "
        "f['mask']; f['mask'] = m.all(" +
            std::to_string(axis - stored.begin()) + ")."};
  });
  return mask[0].clone();
}

}  // namespace

void require_sampled(const torch::Tensor& mask, const std::string& file, const std::string& found) {
  require(mask.any().item<bool>(), [&] {
    return Error::Parts{file + ": '" + kMaskName + "'", found, "at least one sampled column"};
  });
}

torch::Tensor read_mask(const Hdf5File& file, int64_t coils, int64_t height, int64_t width) {
  const std::string subject = file.path().string() + ": '" + kMaskName + "'";
  const std::vector<int64_t> stored = file.dataset(kMaskName).shape;
  const std::vector<int64_t> columns = {width};
  const std::vector<int64_t> grid = {height, width};
  const std::vector<int64_t> shape = squeezed(stored, grid);
  const bool one = shape == columns || shape == grid;
  const bool of_coils = !one && (shape == std::vector<int64_t>{coils, width} ||
                                 shape == std::vector<int64_t>{coils, height, width});
  require(one || of_coils, [&] {
    const bool has_kspace = file.has_dataset(kKspaceName);
    return Error::Parts{subject, "shape " + shape_text(stored),
                        shape_text(columns) + " or " + shape_text(grid) +
                            ", alone or for each coil, as '" + kKspaceName + "' has " +
                            std::to_string(coils) + " coils, " + std::to_string(height) +
                            " rows and " + std::to_string(width) + " columns",
                        order_advice(stored, has_kspace ? file.dataset(kKspaceName).shape
                                                        : std::vector<int64_t>{})};
  });
  const torch::Tensor mask = sampled_places(file.read_real(kMaskName).reshape(shape), subject);
  require_sampled(mask, file.path().string(), "only zeros");
  return as_columns(of_coils ? of_all_coils(mask, stored, subject) : mask);
}

}  // namespace dircn
