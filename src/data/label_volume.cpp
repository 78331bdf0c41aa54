#include "dircn/data/label_volume.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "dircn/core/error.h"
#include "dircn/data/annotations.h"
#include "dircn/data/volume.h"

namespace dircn {
namespace {

constexpr int64_t kSmallest = 7;  // the window of SSIM

}  // namespace

torch::Tensor read_finite_slice(const Hdf5File& file, const std::string& name, int64_t index) {
  torch::Tensor image = file.read_real_slice(name, index);
  require(torch::isfinite(image).all().item<bool>(), [&] {
    return Error::Parts{file.path().string() + ": '" + name + "' slice " + std::to_string(index),
                        "NaN or Inf", "finite values", "Make this file again, or leave it out."};
  });
  return image;
}

LabelVolume::LabelVolume(const std::filesystem::path& path, Layout layout)
    : file_(path), layout_(&data_layout(file_, layout)) {
  read_shape();
  read_maximum();
  read_annotations();
}

void LabelVolume::read_shape() {
  const char* name = target();
  const Hdf5Dataset header = file_.dataset(name);
  const std::string subject = file_.path().string() + ": '" + name + "'";
  require(header.kind == Hdf5Dataset::Kind::kReal, [&] {
    return Error::Parts{subject, header.type, "real numbers"};
  });
  shape_ = header.shape;
  const bool usable = shape_.size() == 3 && shape_[0] > 0 && shape_[0] <= kMostSlices &&
                      shape_[1] >= kSmallest && shape_[2] >= kSmallest;
  require(usable, [&] {
    const auto edge = std::to_string(kSmallest);
    return Error::Parts{subject, "shape " + shape_text(shape_),
                        "[slices, height, width] of at least " + edge + " x " + edge +
                            " pixels, at most " + std::to_string(kMostSlices) + " slices"};
  });
}

void LabelVolume::read_maximum() {
  if (!layout_->has_maximum && !file_.has_attribute(kMaximumName)) {
    return;
  }
  maximum_ = file_.read_number_attribute(kMaximumName);
  require(std::isfinite(*maximum_) && *maximum_ > 0, [&] {
    return Error::Parts{file_.path().string() + ": '" + kMaximumName + "'",
                        std::to_string(*maximum_), "the volume's maximum, a positive number"};
  });
}

double LabelVolume::maximum() const {
  if (maximum_) {
    return *maximum_;
  }
  double largest = 0;
  for (int64_t i = 0; i < slices(); ++i) {
    largest = std::max(largest, read_slice(i).amax().item<double>());
  }
  require(largest > 0, [&] {
    return Error::Parts{file_.path().string() + ": '" + target() + "'",
                        "no value above 0 in any slice", "images"};
  });
  return largest;
}

void LabelVolume::read_annotations() {
  if (file_.has_attribute(kAnnotationsName)) {
    boxes_ = read_boxes(file_.read_text_attribute(kAnnotationsName),
                        file_.path().string() + ": attribute '" + kAnnotationsName + "'");
  }
}

torch::Tensor LabelVolume::read_slice(int64_t index) const {
  return read_finite_slice(file_, target(), index);
}

std::vector<Box> LabelVolume::boxes(int64_t index) const {
  const auto found = boxes_.find(index);
  return found == boxes_.end() ? std::vector<Box>() : found->second;
}

}  // namespace dircn
