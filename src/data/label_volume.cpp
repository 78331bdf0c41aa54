#include "dircn/data/label_volume.h"

#include <cmath>
#include <string>

#include "dircn/core/error.h"

namespace dircn {
namespace {

constexpr const char* kLabel = "image_label";
constexpr const char* kMaximum = "max";
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

LabelVolume::LabelVolume(const std::filesystem::path& path) : file_(path) {
  read_shape();
  read_maximum();
}

void LabelVolume::read_shape() {
  const Hdf5Dataset header = file_.dataset(kLabel);
  const std::string subject = file_.path().string() + ": '" + kLabel + "'";
  require(header.kind == Hdf5Dataset::Kind::kReal, [&] {
    return Error::Parts{subject, header.type, "real numbers", ""};
  });
  shape_ = header.shape;
  const bool usable =
      shape_.size() == 3 && shape_[0] > 0 && shape_[1] >= kSmallest && shape_[2] >= kSmallest;
  require(usable, [&] {
    const auto edge = std::to_string(kSmallest);
    return Error::Parts{subject, "shape " + shape_text(shape_),
                        "[slices, height, width] of at least " + edge + " x " + edge + " pixels",
                        ""};
  });
}

void LabelVolume::read_maximum() {
  maximum_ = file_.read_number_attribute(kMaximum);
  require(std::isfinite(maximum_) && maximum_ > 0, [&] {
    return Error::Parts{file_.path().string() + ": '" + kMaximum + "'", std::to_string(maximum_),
                        "the volume's maximum, a positive number", ""};
  });
}

torch::Tensor LabelVolume::read_slice(int64_t index) const {
  return read_finite_slice(file_, kLabel, index);
}

}  // namespace dircn
