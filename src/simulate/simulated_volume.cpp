#include "simulate/simulated_volume.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "dircn/core/error.h"
#include "dircn/mri/coils.h"
#include "dircn/mri/crop.h"
#include "dircn/mri/fft.h"
#include "simulate/volume_filters.h"
#include "simulate/workers.h"

namespace dircn::simulation {
namespace {

constexpr double kFieldOfView = 1.10;  // width of the image, in lengths of the head
constexpr double kFinePixel = 0.8;     // mm: coarser pixels are averages of finer ones
constexpr int64_t kMostLesions = 4;

enum Purpose : int64_t { kVolume, kNoise };

RandomStream stream(const VolumeId& id, Purpose purpose, int64_t slice) {
  return {id.seed, static_cast<int64_t>(id.split), id.acceleration, id.index, purpose, slice};
}

const Scan& checked(const Scan& scan) {
  const bool positive = std::min({scan.slices, scan.coils, scan.width, scan.label}) > 0;
  require(positive && scan.height >= scan.width && scan.width >= 16 && scan.label >= 8, [&] {
    return Error::Parts{"scan",
                        std::to_string(scan.slices) + " slices, " + std::to_string(scan.coils) +
                            " coils, " + std::to_string(scan.height) + " x " +
                            std::to_string(scan.width) + ", label " + std::to_string(scan.label),
                        "positive numbers, a width of 16 or more, and a height (readout, "
                        "oversampled) no smaller than the width"};
  });
  return scan;
}

double field_of_view(const Anatomy& anatomy, const Scan& scan) {
  const auto width = static_cast<double>(scan.width);
  return kFieldOfView * std::max(anatomy.width(), anatomy.length()) * width /
         static_cast<double>(std::min(scan.label, scan.width));
}

/// Brighter in the centre, as at 3 T, and a little uneven.
torch::Tensor random_shading(int64_t size, double fov, RandomStream& random) {
  const torch::Tensor along = pixel_centres(size, fov);
  const torch::Tensor distance = along.square().unsqueeze(0) + along.square().unsqueeze(1);
  constexpr double kWidth = 60;  // mm
  return (1 + 0.3 * torch::exp(-distance / (2 * kWidth * kWidth))) *
         (1 + 0.05 * spread(random.normal({4, 4}), size));
}

/// Fine values [q n, q n] averaged to [n, n].
torch::Tensor averaged(const torch::Tensor& fine, int64_t q) {
  return torch::avg_pool2d(fine.unsqueeze(0), q, q)[0];
}

/// Root sum of squares of coil images [C, H, W], cut to the label's size.
torch::Tensor label_image(const torch::Tensor& images, int64_t label) {
  const torch::Tensor shown = center_crop_or_pad(images, label, label);
  return root_sum_of_squares(shown.unsqueeze(0))[0][0].contiguous();
}

}  // namespace

torch::Tensor column_mask(int64_t width, int64_t acceleration) {
  constexpr double kCentre = 0.32;  // times 1 / acceleration, of all columns
  constexpr int64_t kLeast = 4;
  const auto wanted = static_cast<int64_t>(
      std::nearbyint(static_cast<double>(width) * kCentre / static_cast<double>(acceleration)));
  const int64_t centre = std::min(std::max(wanted, kLeast), width);
  torch::Tensor mask = torch::zeros({width});
  mask.slice(0, 0, width, acceleration).fill_(1);
  mask.narrow(0, (width - centre + 1) / 2, centre).fill_(1);
  return mask;
}

SliceBands bands_of(const Anatomy& anatomy) {
  constexpr double kSpare = 0.4;  // mm
  const double gap = 2 * (Deformation::kMaxShiftZ + anatomy.reach()) + kSpare;
  return {anatomy.lowest(), anatomy.highest(), gap};
}

SimulatedVolume::SimulatedVolume(const Anatomy& anatomy, const Scan& scan, const VolumeId& id)
    : scan_(checked(scan)),
      id_(id),
      fov_(field_of_view(anatomy, scan)),
      oversampling_(
          static_cast<int64_t>(std::ceil(fov_ / static_cast<double>(scan.width) / kFinePixel))),
      random_(stream(id, kVolume, 0)),
      contrast_(static_cast<Contrast>(random_.below(3))),
      heights_(bands_of(anatomy).positions(id.split, scan.slices, random_.uniform(0, 1))),
      deformation_(random_),
      coils_(scan.coils,
             {anatomy.width() / 2 + 40, anatomy.length() / 2 + 40, anatomy.length() / 2 + 30},
             random_),
      noise_(random_.uniform(1.2e-5, 2.8e-5) / std::sqrt(2 * static_cast<double>(scan.coils))),
      mask_(column_mask(scan.width, id.acceleration)),
      boxes_(static_cast<size_t>(scan.slices)),
      objects_(static_cast<size_t>(scan.slices)) {
  for_each_item(1, [&](int64_t) {
    shading_ = random_shading(scan.width, fov_, random_);
    constexpr double kPhase = 1.5;  // radian
    phase_ = kPhase * spread(random_.normal({4, 4}), scan.width);
  });
  std::vector<Anatomy::Sample> samples(objects_.size());
  for_each_item(scan.slices, [&](int64_t i) {
    const auto at = static_cast<size_t>(i);
    samples[at] =
        anatomy.sample(deformation_.positions(scan_.width * oversampling_, fov_, heights_[at]));
  });
  place_lesions(samples);
  std::vector<double> peaks(objects_.size());
  for_each_item(scan.slices, [&](int64_t i) {
    const auto at = static_cast<size_t>(i);
    peaks[at] = render(at, samples[at]);
  });
  const double maximum = kMeanMaximum * random_.uniform(0.6, 1.6);
  for (torch::Tensor& object : objects_) {
    object.mul_(maximum / *std::max_element(peaks.begin(), peaks.end()));
  }
}

/// Each around a random point of grey or white matter in a random slice.
void SimulatedVolume::place_lesions(const std::vector<Anatomy::Sample>& samples) {
  constexpr int64_t kTries = 100;
  const int64_t count = random_.below(kMostLesions + 1);
  const int64_t fine = scan_.width * oversampling_;
  const torch::Tensor along = pixel_centres(fine, fov_);
  for (int64_t tries = 0; tries < kTries && static_cast<int64_t>(spots_.size()) < count; ++tries) {
    const auto slice = static_cast<size_t>(random_.below(scan_.slices));
    const int64_t row = random_.below(fine);
    const int64_t column = random_.below(fine);
    const auto at = [&](const torch::Tensor& image) { return image[row][column].item<float>(); };
    if (at(samples[slice].brain) > 0.95F && at(samples[slice].t1) > 0.65F) {
      Lesion lesion = Lesion::shaped(random_);
      lesion.row = along[row].item<double>();
      lesion.column = along[column].item<double>();
      lesion.z = heights_[slice];
      spots_.push_back(lesion);
    }
  }
}

double SimulatedVolume::render(size_t slice, const Anatomy::Sample& sample) {
  torch::Tensor image = signal(sample, contrast_);
  const torch::Tensor room = sample.brain * smooth_step(sample.t1, 0.45, 0.6);
  for (const Lesion& lesion : spots_) {
    const torch::Tensor weight = lesion.weight(image.size(0), fov_, heights_[slice]) * room;
    image = image + (lesion_signal(contrast_) - image) * weight;
    if (const auto box = box_around(averaged(weight, oversampling_), scan_.label)) {
      boxes_[slice].push_back(*box);
    }
  }
  objects_[slice] = averaged(image, oversampling_) * shading_;
  const torch::Tensor maps = coils_.maps({scan_.width, scan_.width, fov_, fov_}, heights_[slice]);
  const torch::Tensor rss = root_sum_of_squares(maps.unsqueeze(0))[0][0];
  return (objects_[slice] * rss).amax().item<double>();
}

torch::Tensor SimulatedVolume::coil_images(int64_t index) const {
  const auto at = static_cast<size_t>(index);
  const torch::Tensor maps = coils_.maps({scan_.width, scan_.width, fov_, fov_}, heights_[at]);
  RandomStream random = stream(id_, kNoise, index);
  torch::Tensor images =
      coils_.correlated(random.complex_normal({scan_.coils, scan_.height, scan_.width}))
          .mul_(noise_);
  crop_to_square_fov(images).add_(maps * torch::polar(objects_[at], phase_));
  return images;
}

SimulatedSlice SimulatedVolume::slice(int64_t index) const {
  const torch::Tensor images = coil_images(index);
  // The mask acts along the width alone, so that its images need no other transform.
  const torch::Tensor hybrid = fft1c(images, -1);
  const torch::Tensor masked = ifft1c(hybrid * mask_, -1);
  return {fft1c(hybrid, -2), label_image(images, scan_.label), label_image(masked, scan_.label)};
}

}  // namespace dircn::simulation
