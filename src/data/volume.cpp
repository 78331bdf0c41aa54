#include "dircn/data/volume.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <system_error>
#include <vector>

#include "data/axis_order.h"
#include "data/draw_mask.h"
#include "data/scan_geometry.h"
#include "dircn/core/error.h"
#include "dircn/core/text.h"
#include "dircn/data/stored_mask.h"
#include "dircn/data/volume_tree.h"
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

std::optional<ImageSize> image_size_of(const Hdf5File& file, const char* target) {
  if (!file.has_dataset(target)) {
    return std::nullopt;
  }
  const std::vector<int64_t> shape = file.dataset(target).shape;
  require(shape.size() == 3, [&] {
    return Error::Parts{file.path().string() + ": '" + target + "'", "shape " + shape_text(shape),
                        "[slices, height, width]"};
  });
  return ImageSize{shape[1], shape[2]};
}

/// Of the volume's target in another file, where the layout has it there.
std::optional<ImageSize> size_beside(const std::filesystem::path& path, const DataLayout& layout) {
  const auto beside = layout.image_folder != nullptr ? image_place(path) : std::nullopt;
  std::error_code missing;
  if (!beside || !std::filesystem::exists(*beside, missing)) {
    return std::nullopt;
  }
  return image_size_of(Hdf5File(*beside), layout.target);
}

bool is_nearly_one(double pitch) {
  constexpr double kNearly = 0.05;
  return std::abs(pitch - 1) < kNearly;
}

}  // namespace

KspaceVolume::KspaceVolume(const std::filesystem::path& path, const DataConfig& config)
    : file_(path), layout_(&data_layout(file_, config.layout)), fov_crop_(config.fov_crop) {
  read_shape();
  acquired_ = torch::ones({width_}, torch::kBool);
  if (file_.has_dataset(kScanHeaderName)) {
    obey_scan_header();
  }
  read_or_draw_mask(config);
  find_image_size();
}

void KspaceVolume::read_or_draw_mask(const DataConfig& config) {
  if (!layout_->has_masks && !file_.has_dataset(kMaskName)) {
    const DrawnMask drawn = draw_mask(config.mask, path().filename().string(), width_);
    mask_ = drawn.columns;
    mask_is_drawn_ = true;
    acceleration_ = drawn.acceleration;
  } else {
    mask_ = read_mask(file_, coils_, height_, width_);
    acceleration_ = describe_mask(mask_).acceleration;
  }
  mask_ = mask_ & acquired_;
  require_sampled(mask_, path().string(), "no column left after those that were not acquired");
}

void KspaceVolume::read_shape() {
  const Hdf5Dataset header = file_.dataset(kKspaceName);
  const std::string subject = path().string() + ": '" + kKspaceName + "'";
  require(header.kind == Hdf5Dataset::Kind::kComplex, [&] {
    return Error::Parts{subject, header.type, "complex numbers: a compound (r, i) of float32"};
  });
  std::vector<int64_t> shape = header.shape;
  single_coil_ = shape.size() == 3 && layout_->single_coil_target != nullptr;
  if (single_coil_) {
    shape.insert(shape.begin() + 1, 1);
    if (!file_.has_dataset(layout_->single_coil_target)) {
      contradictions_.push_back("k-space of three dimensions was taken as " +
                                std::to_string(shape[0]) + " slices of one coil");
    }
  }
  bool positive = shape.size() == 4;
  for (const int64_t size : shape) {
    positive = positive && size > 0;
  }
  require(positive && shape[0] <= kMostSlices, [&] {
    return Error::Parts{
        subject, "shape " + shape_text(header.shape),
        "[slices, coils, height, width], at most " + std::to_string(kMostSlices) + " slices",
        detail::shape_advice(header.shape.size())};
  });
  slices_ = shape[0];
  coils_ = shape[1];
  height_ = shape[2];
  width_ = shape[3];
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
  const std::string subject = path().string() + ": '" + kScanHeaderName + "'";
  const auto header = detail::read_scan_header(file_.read_text(kScanHeaderName), subject);
  const auto geometry = detail::scan_geometry(header, {slices_, coils_, height_, width_}, subject);
  set_image_size(header.image.matrix, kScanHeaderName);
  header_size_ = image_size_;
  pitch_ = {geometry.row_pitch, geometry.column_pitch};
  spacing_ = geometry.image_spacing;
  stored_spacing_ = geometry.stored_spacing;
  orientation_ = detail::read_orientation(file_);
  const torch::Tensor column = torch::arange(width_);
  acquired_ = (column >= geometry.first_column) & (column < geometry.end_column);
  contradictions_.insert(contradictions_.end(), geometry.contradictions.begin(),
                         geometry.contradictions.end());
}

/// A target in this file or beside it is what images will be compared with.
void KspaceVolume::find_image_size() {
  if (const auto own = image_size_of(file_, target())) {
    set_image_size(*own, target());
  } else {
    try {
      const auto beside = size_beside(path(), *layout_);
      image_size_ = beside ? beside : image_size_;
    } catch (const Error& error) {
      contradictions_.push_back("its target was not looked at: " + std::string(error.what()));
    }
  }
  if (header_size_ && detail::size_text(*header_size_) != detail::size_text(*image_size_)) {
    contradictions_.push_back("the header's images are " + detail::size_text(*header_size_) +
                              ", the target's " + detail::size_text(*image_size_));
    pitch_ = {1, 1};
    spacing_ = stored_spacing_;
  } else if (file_.has_dataset(target()) && is_nearly_one(pitch_[0]) && is_nearly_one(pitch_[1])) {
    pitch_ = {1, 1};  // targets are cut: nobody interpolates by a few pixels
  }
}

ImageGrid KspaceVolume::grid(const std::optional<ImageSize>& size) const {
  const bool whole = fov_crop_ == FovCrop::none || mask_.dim() == 2;
  const int64_t readout = header_size_ ? header_size_->height : std::min(height_, width_);
  const ImageSize stored{whole ? height_ : std::min(readout, height_), width_};
  const ImageSize shown = size ? *size : image_size_.value_or(stored);
  ImageGrid grid{GridAxis::around_middle(height_, shown.height, pitch_[0]),
                 GridAxis::around_middle(width_, shown.width, pitch_[1])};
  grid.rows.keep(stored.height);
  return grid;
}

std::optional<VoxelGeometry> KspaceVolume::voxels(const ImageGrid& grid) const {
  if (!spacing_) {
    return std::nullopt;
  }
  return VoxelGeometry{*spacing_, orientation_,
                       std::array<int64_t, 2>{grid.rows.origin, grid.columns.origin}};
}

std::optional<std::string> KspaceVolume::note() const {
  std::vector<std::string> parts = contradictions_;
  if (fov_crop_ == FovCrop::square && mask_.dim() == 2) {
    parts.emplace_back("2-D mask, so the field of view is not cropped");
  }
  return parts.empty() ? std::nullopt : std::optional(path().string() + ": " + join_names(parts));
}

/// The crop of columns that a header calls padding must not throw measurements away.
void KspaceVolume::require_nothing_lost(const torch::Tensor& kspace, int64_t index) const {
  const torch::Tensor padding = acquired_.logical_not();
  const bool lost = padding.any().item<bool>() &&
                    kspace.index({torch::indexing::Ellipsis, padding}).ne(0).any().item<bool>();
  require(!lost, [&] {
    return Error::Parts{path().string() + ": '" + kKspaceName + "' slice " + std::to_string(index),
                        "values in columns that the header says were not acquired", "zeros there",
                        "Correct encodingLimits in '" + std::string(kScanHeaderName) +
                            "', or leave them out: then all columns count as acquired."};
  });
}

torch::Tensor KspaceVolume::read_slice(int64_t index) const {
  torch::Tensor kspace = file_.read_complex_slice(kKspaceName, index);
  if (single_coil_) {
    kspace = kspace.unsqueeze(0);
  }
  require_finite(kspace, path().string(), index);
  require_nothing_lost(kspace, index);
  return kspace;
}

}  // namespace dircn
