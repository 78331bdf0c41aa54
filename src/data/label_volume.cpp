#include "dircn/data/label_volume.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "dircn/core/error.h"
#include "dircn/data/annotations.h"
#include "dircn/data/volume.h"

namespace dircn {
namespace {

constexpr const char* kLabel = "image_label";
constexpr const char* kFastmriLabel = "reconstruction_rss";
constexpr const char* kMaximum = "max";
constexpr const char* kAnnotations = "annotations";
constexpr int64_t kSmallest = 7;  // the window of SSIM

const char* label_name(Layout layout) {
  return layout == Layout::fastmri ? kFastmriLabel : kLabel;
}

}  // namespace

torch::Tensor read_finite_slice(const Hdf5File& file, const std::string& name, int64_t index) {
  torch::Tensor image = file.read_real_slice(name, index);
  require(torch::isfinite(image).all().item<bool>(), [&] {
    return Error::Parts{file.path().string() + ": '" + name + "' slice " + std::to_string(index),
                        "NaN or Inf", "finite values", "Make this file again, or leave it out."};
  });
  return image;
}

torch::Tensor read_label_slice(const Hdf5File& file, Layout layout, int64_t index) {
  return read_finite_slice(file, label_name(layout), index);
}

LabelVolume::LabelVolume(const std::filesystem::path& path, Layout layout)
    : file_(path), layout_(layout) {
  if (layout_ == Layout::automatic) {
    const bool fastmri = !file_.has_dataset(kLabel) && file_.has_dataset(kFastmriLabel);
    layout_ = fastmri ? Layout::fastmri : Layout::snu;
  }
  read_shape();
  read_maximum();
  read_annotations();
}

void LabelVolume::read_shape() {
  const char* name = label_name(layout_);
  const Hdf5Dataset header = file_.dataset(name);
  const std::string subject = file_.path().string() + ": '" + name + "'";
  require(header.kind == Hdf5Dataset::Kind::kReal, [&] {
    return Error::Parts{subject, header.type, "real numbers", ""};
  });
  shape_ = header.shape;
  const bool usable = shape_.size() == 3 && shape_[0] > 0 && shape_[0] <= kMostSlices &&
                      shape_[1] >= kSmallest && shape_[2] >= kSmallest;
  require(usable, [&] {
    const auto edge = std::to_string(kSmallest);
    return Error::Parts{subject, "shape " + shape_text(shape_),
                        "[slices, height, width] of at least " + edge + " x " + edge +
                            " pixels, at most " + std::to_string(kMostSlices) + " slices",
                        ""};
  });
}

void LabelVolume::read_maximum() {
  if (layout_ == Layout::fastmri && !file_.has_attribute(kMaximum)) {
    return;
  }
  maximum_ = file_.read_number_attribute(kMaximum);
  require(std::isfinite(*maximum_) && *maximum_ > 0, [&] {
    return Error::Parts{file_.path().string() + ": '" + kMaximum + "'", std::to_string(*maximum_),
                        "the volume's maximum, a positive number", ""};
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
    return Error::Parts{file_.path().string() + ": '" + label_name(layout_) + "'",
                        "no value above 0 in any slice", "images", ""};
  });
  return largest;
}

void LabelVolume::read_annotations() {
  if (file_.has_attribute(kAnnotations)) {
    boxes_ = read_boxes(file_.read_text_attribute(kAnnotations),
                        file_.path().string() + ": attribute '" + kAnnotations + "'");
  }
}

torch::Tensor LabelVolume::read_slice(int64_t index) const {
  return read_label_slice(file_, layout_, index);
}

std::vector<Box> LabelVolume::boxes(int64_t index) const {
  const auto found = boxes_.find(index);
  return found == boxes_.end() ? std::vector<Box>() : found->second;
}

}  // namespace dircn
