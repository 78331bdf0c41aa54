#include "dircn/data/volume.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "data/draw_mask.h"
#include "data/scan_header.h"
#include "dircn/core/error.h"
#include "dircn/mri/mask_pattern.h"

namespace dircn {
namespace {

constexpr int64_t kLargestZoom = 4;  // image edge to k-space edge: what a file says costs memory

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
    return Error::Parts{file + ": '" + kKspaceName + "' slice " + std::to_string(slice),
                        std::to_string(bad.size(0)) +
                            " values that are NaN or Inf, the first at coil " + at(0) + ", row " +
                            at(1) + ", column " + at(2),
                        "finite k-space", "Export the volume again, or leave it out."};
  });
}

void require_sampled(const torch::Tensor& mask, const std::string& file, const std::string& found) {
  require(mask.any().item<bool>(), [&] {
    return Error::Parts{file + ": '" + kMaskName + "'", found, "at least one sampled column"};
  });
}

}  // namespace

torch::Tensor read_mask(const Hdf5File& file, int64_t height, int64_t width) {
  const std::string subject = file.path().string() + ": '" + kMaskName + "'";
  const std::vector<int64_t> shape = file.dataset(kMaskName).shape;
  const std::vector<int64_t> columns = {width};
  const std::vector<int64_t> grid = {height, width};
  require(shape == columns || shape == grid, [&] {
    return Error::Parts{subject, "shape " + shape_text(shape),
                        shape_text(columns) + " or " + shape_text(grid) + ", as '" + kKspaceName +
                            "' has " + std::to_string(height) + " rows and " +
                            std::to_string(width) + " columns",
                        "Take the mask that belongs to this k-space."};
  });
  const torch::Tensor values = file.read_real(kMaskName);
  torch::Tensor mask = values == 1;
  const torch::Tensor others = values.masked_select(torch::logical_not(mask | (values == 0)));
  require(others.numel() == 0, [&] {
    return Error::Parts{subject, "the value " + std::to_string(others[0].item<float>()),
                        "only 0 and 1"};
  });
  require_sampled(mask, file.path().string(), "only zeros");
  return mask;
}

KspaceVolume::KspaceVolume(const std::filesystem::path& path, const DataConfig& config)
    : file_(path), layout_(&data_layout(file_, config.layout)) {
  read_shape();
  acquired_ = torch::ones({width_}, torch::kBool);
  if (!layout_->has_masks && !file_.has_dataset(kMaskName)) {
    const DrawnMask drawn = draw_mask(config.mask, path.filename().string(), width_);
    mask_ = drawn.columns;
    mask_is_drawn_ = true;
    acceleration_ = drawn.acceleration;
  } else {
    mask_ = read_mask(file_, height_, width_);
    acceleration_ = describe_mask(mask_).acceleration;
  }
  if (layout_->has_scan_header) {
    obey_scan_header();
  }
}

void KspaceVolume::read_shape() {
  const Hdf5Dataset header = file_.dataset(kKspaceName);
  const std::string subject = path().string() + ": '" + kKspaceName + "'";
  require(header.kind == Hdf5Dataset::Kind::kComplex, [&] {
    return Error::Parts{subject, header.type, "complex numbers: a compound (r, i) of float32"};
  });
  bool positive = header.shape.size() == 4;
  for (const int64_t size : header.shape) {
    positive = positive && size > 0;
  }
  require(positive && header.shape[0] <= kMostSlices, [&] {
    return Error::Parts{
        subject, "shape " + shape_text(header.shape),
        "[slices, coils, height, width], at most " + std::to_string(kMostSlices) + " slices"};
  });
  slices_ = header.shape[0];
  coils_ = header.shape[1];
  height_ = header.shape[2];
  width_ = header.shape[3];
}

void KspaceVolume::set_image_size(ImageSize size, const std::string& source) {
  const int64_t most = kLargestZoom * std::max(height_, width_);
  const auto plausible = [&](int64_t edge) { return edge > 0 && edge <= most; };
  require(plausible(size.height) && plausible(size.width), [&] {
    return Error::Parts{path().string() + ": '" + source + "'",
                        "images of " + shape_text({size.height, size.width}),
                        "sides of at most " + std::to_string(most) + " for this k-space"};
  });
  image_size_ = size;
}

void KspaceVolume::obey_scan_header() {
  if (file_.has_dataset(kScanHeaderName)) {
    const auto header = detail::read_scan_header(file_.read_text(kScanHeaderName), width_,
                                                 path().string() + ": '" + kScanHeaderName + "'");
    set_image_size(header.image_size, kScanHeaderName);
    if (header.spacing) {
      voxels_ = VoxelGeometry{*header.spacing, detail::read_orientation(file_)};
    }
    const torch::Tensor column = torch::arange(width_);
    acquired_ = (column >= header.first_column) & (column < header.end_column);
    mask_ = mask_ & acquired_;
    require_sampled(mask_, path().string(), "no column left after those that were not acquired");
  }
  const char* target = layout_->target;
  if (file_.has_dataset(target)) {
    const std::vector<int64_t> shape = file_.dataset(target).shape;
    require(shape.size() == 3, [&] {
      return Error::Parts{path().string() + ": '" + target + "'", "shape " + shape_text(shape),
                          "[slices, height, width]"};
    });
    set_image_size({shape[1], shape[2]}, target);
  }
}

torch::Tensor KspaceVolume::read_slice(int64_t index) const {
  torch::Tensor kspace = file_.read_complex_slice(kKspaceName, index);
  require_finite(kspace, path().string(), index);
  return kspace;
}

}  // namespace dircn
