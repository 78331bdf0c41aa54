#include "dircn/data/volume.h"

#include <cmath>
#include <string>
#include <vector>

#include "dircn/core/error.h"

namespace dircn {
namespace {

constexpr const char* kKspace = "kspace";
constexpr const char* kMask = "mask";

/// NaN and Inf survive a sum, so that a finite sum proves the whole slice in one cheap pass. A sum
/// may also overflow; then the values decide.
void require_finite(const torch::Tensor& kspace, const std::string& file, int64_t slice) {
  if (std::isfinite(torch::view_as_real(kspace).sum(torch::kDouble).item<double>())) {
    return;
  }
  const torch::Tensor bad = torch::isfinite(kspace).logical_not().nonzero();
  require(bad.size(0) == 0, [&] {
    const torch::Tensor first = bad[0];
    const auto at = [&](int64_t dim) { return std::to_string(first[dim].item<int64_t>()); };
    return Error::Parts{file + ": '" + kKspace + "' slice " + std::to_string(slice),
                        std::to_string(bad.size(0)) +
                            " values that are NaN or Inf, the first at coil " + at(0) + ", row " +
                            at(1) + ", column " + at(2),
                        "finite k-space", "Export the volume again, or leave it out."};
  });
}

}  // namespace

KspaceVolume::KspaceVolume(const std::filesystem::path& path) : file_(path) {
  read_shape();
  read_mask();
}

void KspaceVolume::read_shape() {
  const Hdf5Dataset header = file_.dataset(kKspace);
  const std::string subject = path().string() + ": '" + kKspace + "'";
  require(header.kind == Hdf5Dataset::Kind::kComplex, [&] {
    return Error::Parts{subject, header.type, "complex numbers: a compound (r, i) of float32", ""};
  });
  bool positive = header.shape.size() == 4;
  for (const int64_t size : header.shape) {
    positive = positive && size > 0;
  }
  require(positive, [&] {
    return Error::Parts{subject, "shape " + shape_text(header.shape),
                        "[slices, coils, height, width]", ""};
  });
  slices_ = header.shape[0];
  coils_ = header.shape[1];
  height_ = header.shape[2];
  width_ = header.shape[3];
}

void KspaceVolume::read_mask() {
  const std::string subject = path().string() + ": '" + kMask + "'";
  const std::vector<int64_t> shape = file_.dataset(kMask).shape;
  const std::vector<int64_t> columns = {width_};
  const std::vector<int64_t> grid = {height_, width_};
  require(shape == columns || shape == grid, [&] {
    return Error::Parts{subject, "shape " + shape_text(shape),
                        shape_text(columns) + " or " + shape_text(grid) + ", as '" + kKspace +
                            "' has " + std::to_string(height_) + " rows and " +
                            std::to_string(width_) + " columns",
                        "Take the mask that belongs to this k-space."};
  });
  const torch::Tensor values = file_.read_real(kMask);
  mask_ = values == 1;
  const torch::Tensor others = values.masked_select(torch::logical_not(mask_ | (values == 0)));
  require(others.numel() == 0, [&] {
    return Error::Parts{subject, "the value " + std::to_string(others[0].item<float>()),
                        "only 0 and 1", ""};
  });
  require(mask_.any().item<bool>(), [&] {
    return Error::Parts{subject, "only zeros", "at least one sampled column", ""};
  });
}

torch::Tensor KspaceVolume::read_slice(int64_t index) const {
  torch::Tensor kspace = file_.read_complex_slice(kKspace, index);
  require_finite(kspace, path().string(), index);
  return kspace;
}

}  // namespace dircn
