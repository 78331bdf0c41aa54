#include "data/slice_check.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <tuple>

#include "dircn/core/text.h"
#include "dircn/data/data_layout.h"
#include "dircn/mri/acs.h"

namespace dircn {
namespace {

constexpr double kNothing = 1e-6;      // energy beside what lies around: noise alone is far above
constexpr double kMaskedShare = 0.05;  // of all places: masks leave more gaps, lost lines fewer
constexpr int64_t kRows = 64;          // of each column
constexpr double kRounding = 1e-10;    // of the energy: what float32 leaves of a difference
constexpr int64_t kNarrowCentre = 4;   // columns (or rows): fewer show no coil's shape
constexpr double kCorrelation = 0.9;   // of images of one scan by different pipelines
constexpr double kOfAliased = 0.5;     // the same, one of them zero-filled
constexpr const char* kOtherFiles =
    "Train on the scans as they were before masking; masked ones can be reconstructed and scored.";

/// Over coils, relative to the strongest value: [1, W] of columns, else [H, W]. Of columns some
/// rows tell as much as all, in a tenth of the time.
torch::Tensor energy_of(const torch::Tensor& kspace, bool columns) {
  const int64_t step = columns ? std::max<int64_t>(1, kspace.size(1) / kRows) : 1;
  const torch::Tensor magnitude = torch::abs(kspace.slice(1, 0, kspace.size(1), step));
  const double largest = magnitude.max().item<double>();
  const torch::Tensor energy =
      (largest > 0 ? magnitude / largest : magnitude).square().sum(0, false, torch::kDouble);
  return columns ? energy.sum(0, true) : energy;
}

/// Along `dim`, the largest value before each place, or behind it.
torch::Tensor largest_before(const torch::Tensor& energy, int64_t dim) {
  const torch::Tensor largest = std::get<0>(energy.cummax(dim));
  const int64_t length = energy.size(dim);
  return torch::cat(
      {torch::zeros_like(energy.narrow(dim, 0, 1)), largest.narrow(dim, 0, length - 1)}, dim);
}

torch::Tensor largest_behind(const torch::Tensor& energy, int64_t dim) {
  return largest_before(energy.flip({dim}), dim).flip({dim});
}

torch::Tensor gaps_along(const torch::Tensor& energy, int64_t dim) {
  const torch::Tensor around =
      torch::minimum(largest_before(energy, dim), largest_behind(energy, dim));
  return (around > 0) & (energy <= kNothing * around);
}

torch::Tensor gaps_of_energy(const torch::Tensor& energy) {
  return gaps_along(energy, 0) | gaps_along(energy, 1);
}

std::string count_text(const torch::Tensor& places, const char* unit) {
  return std::to_string(places.sum().item<int64_t>()) + " of " + std::to_string(places.numel()) +
         " " + unit;
}

/// The mean products of what differs from each image's mean; NaN where one is constant.
double correlation(const torch::Tensor& a, const torch::Tensor& b) {
  const torch::Tensor x = a.to(torch::kDouble) - a.to(torch::kDouble).mean();
  const torch::Tensor y = b.to(torch::kDouble) - b.to(torch::kDouble).mean();
  return (x * y).sum().item<double>() /
         std::sqrt(x.square().sum().item<double>() * y.square().sum().item<double>());
}

}  // namespace

torch::Tensor gaps(const torch::Tensor& kspace, bool columns) {
  return gaps_of_energy(energy_of(kspace, columns));
}

bool is_masked(const torch::Tensor& gaps) {
  return gaps.to(torch::kDouble).mean().item<double>() >= kMaskedShare;
}

std::vector<InputFinding> check_kspace(const CheckedSlice& slice, Targets targets) {
  const bool columns = slice.mask.dim() == 1;
  const char* unit = columns ? "columns" : "points";
  const torch::Tensor energy = energy_of(slice.kspace, columns);
  const double all = energy.sum().item<double>();
  if (all <= 0) {
    return {};
  }
  const torch::Tensor empty = gaps_of_energy(energy);
  const bool masked = is_masked(empty);
  if (targets == Targets::made_of_kspace && masked) {
    return {{true,
             {slice.name,
              "k-space that is masked already: " + count_text(empty, unit) +
                  " hold nothing between those that were measured",
              "fully sampled k-space, which the target is made of", kOtherFiles}}};
  }
  const torch::Tensor sampled = slice.mask.view_as(empty);
  const torch::Tensor missed = empty & sampled;
  if (masked && is_masked(missed)) {
    return {{true,
             {slice.name,
              "k-space that is masked already, by another mask than the one that goes with it: " +
                  count_text(missed, unit) + " count as sampled and hold nothing",
              "fully sampled k-space, or the mask with which it was measured",
              std::string("Add that mask to the file, as data set '") + kMaskName + "'."}}};
  }
  const torch::Tensor left_out = sampled.logical_not() & slice.acquired;
  const double beside = (energy * left_out).sum().item<double>();
  if (targets == Targets::made_of_kspace && left_out.any().item<bool>() &&
      beside <= kRounding * all) {
    return {{true,
             {slice.name,
              "k-space without anything in what its mask leaves out, " +
                  count_text(left_out, unit) + ": the target is the zero-filled image",
              "fully sampled k-space, of which the mask takes a part", kOtherFiles}}};
  }
  return {};
}

std::vector<InputFinding> check_mask(const std::string& name, const torch::Tensor& mask,
                                     Calibration calibration) {
  if (calibration == Calibration::all && mask.any().item<bool>()) {
    return {};
  }
  const torch::Tensor sampled = canonical_mask(mask);
  const torch::Tensor centre = (calibration_mask(sampled, calibration) & sampled)[0][0];
  if (!centre.any().item<bool>()) {
    return {{true,
             {name, "a mask that does not sample the centre of k-space",
              "sampled columns around column " + std::to_string(mask.size(-1) / 2) +
                  ": the coils' sensitivity maps are made of them",
              "Take scans with such columns; where masks are drawn, raise "
              "data.mask.center_fractions."}}};
  }
  const int64_t width = centre.any(0).sum().item<int64_t>();
  const int64_t height = mask.dim() == 1 ? kNarrowCentre : centre.any(1).sum().item<int64_t>();
  if (std::min({width, height}) >= std::min(kNarrowCentre, mask.size(-1))) {
    return {};
  }
  const std::string size = mask.dim() == 1
                               ? std::to_string(width) + " columns"
                               : std::to_string(height) + " x " + std::to_string(width) + " points";
  const char* evenly = calibration == Calibration::symmetric_centre
                           ? ", as many on one side of its middle as on the other"
                           : "";
  return {
      {false,
       {name, "a mask that samples " + size + " in the centre of k-space without a gap" + evenly,
        "at least " + std::to_string(kNarrowCentre) +
            ": the coils' sensitivity maps are made of them, and images will be worse"}}};
}

double unexplained(const torch::Tensor& image, const torch::Tensor& other) {
  const torch::Tensor x = image.to(torch::kDouble);
  const torch::Tensor y = other.to(torch::kDouble);
  const double energy = x.square().sum().item<double>() * y.square().sum().item<double>();
  const double common = (x * y).sum().item<double>();
  return energy > 0 ? std::max(0.0, 1 - common * common / energy) : 1;
}

std::vector<InputFinding> check_label(const CheckedImages& images) {
  if (images.leaves_out && unexplained(images.label, images.zero_filled) <= kRounding) {
    return {{false,
             {images.label_name,
              "the zero-filled image of " + images.kspace_name +
                  ", although the mask leaves out columns",
              "the image of the fully sampled scan: scores against this one say nothing",
              "Take the images that were made before masking."}}};
  }
  const double common = correlation(images.label, images.stored);
  if (common >= (images.masked ? kOfAliased : kCorrelation)) {
    return {};
  }
  return {{false,
           {images.label_name,
            "an image that has little in common with that of " + images.kspace_name +
                " (correlation " + fixed(common, 2) + ")",
            "an image of the same scan, at the same place and in the same direction",
            "Check that both files are of one scan."}}};
}

}  // namespace dircn
