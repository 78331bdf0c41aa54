#include "dircn/score/score_volume.h"

#include <torch/types.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "dircn/core/error.h"
#include "dircn/core/log.h"
#include "dircn/core/text.h"
#include "dircn/mri/crop.h"
#include "dircn/mri/slice_ssim.h"
#include "dircn/reconstruct/slice_outputs.h"
#include "score/score_groups.h"

namespace dircn {
namespace {

/// Of the zero-filled image, where there is one.
std::optional<double> difficulty(const SliceImages& part) {
  const int64_t whole = std::max(part.target.size(0), part.target.size(1));
  return part.zero_filled
             ? std::optional<double>(ssim_distance(*part.zero_filled, part.target, whole))
             : std::nullopt;
}

void require_numbers(const Metrics& metrics, const std::vector<std::string>& names,
                     const LabelVolume& label, double data_range) {
  for (const auto& name : names) {
    const Metric* metric = find_metric(metrics, name);
    require(metric == nullptr || !std::isnan(metric->value + metric->zero_filled.value_or(0)), [&] {
      return Error::Parts{label.file().path().string(), name + " that is not a number",
                          "images and data range (" + std::to_string(data_range) +
                              ") whose squares single precision can hold",
                          "Check the scale of the target, its 'max' and the reconstruction."};
    });
  }
}

/// A threshold is in the unit of a challenge's data; in another one it makes background of it all.
void warn_without_foreground(const std::vector<SliceImages>& images, const VolumeScore& volume,
                             const LabelVolume& label) {
  double largest = 0;
  for (const SliceImages& slice : images) {
    largest = std::max(largest, slice.target.max().item<double>());
  }
  if (volume.threshold && largest > 0 && largest <= *volume.threshold) {
    log_warning(label.file().path().string() + ": the targets reach " + significant(largest, 3) +
                ", nowhere above this rule's foreground threshold of " +
                significant(*volume.threshold, 3) +
                ": its SSIM says nothing; --preset fastmri has no threshold");
  }
}

}  // namespace

SliceImages scored_part(const SliceImages& images, const ScoreRule& rule) {
  if (rule.crop_edge == nullptr) {
    return images;
  }
  const int64_t edge = rule.crop_edge(images.target.size(0), images.target.size(1));
  const auto square = [&](const torch::Tensor& image) {
    return center_crop_or_pad(image, edge, edge);
  };
  SliceImages part{square(images.target), square(images.reconstruction)};
  if (images.zero_filled) {
    part.zero_filled = square(*images.zero_filled);
  }
  part.more = at_size(images.more, {edge, edge});
  return part;
}

void score_images(ScoredSlices& scored, const std::vector<SliceImages>& images,
                  const ScoreRule& rule, double maximum) {
  VolumeScore& volume = scored.volume;
  volume.slices = static_cast<int64_t>(images.size());
  volume.threshold = threshold_of(rule, volume.name);
  volume.data_range = rule.range_of != nullptr ? rule.range_of(volume, images) : maximum;
  for (size_t i = 0; i < images.size(); ++i) {
    rule.score_slice(scored.slices[i], images[i], volume);
  }
  for (const auto& name : rule.slice_metrics) {
    if (const auto all = mean(scored_parts(scored.slices, name))) {
      volume.metrics[name] = *all;
    }
  }
  if (rule.score_whole != nullptr) {
    rule.score_whole(volume, images);
  }
}

VolumeScorer::VolumeScorer(const VolumeSource& volume, const std::string& name,
                           const ScoreRule& rule)
    : label_(volume.label()),
      rule_(rule),
      maximum_(rule.range_of != nullptr ? 0 : label_.maximum()) {
  scored_.volume.name = name;
  scored_.volume.acceleration = folder_acceleration(name);
  if (!scored_.volume.acceleration) {
    scored_.volume.acceleration = volume.acceleration();
  }
}

void VolumeScorer::add(const SliceImages& images) {
  images_.push_back(scored_part(images, rule_));
  SliceScore& slice = scored_.slices.emplace_back();
  slice.slice = static_cast<int64_t>(images_.size()) - 1;
  slice.input_distance = difficulty(images_.back());
  for (const auto& box : rule_.boxes ? label_.boxes(slice.slice) : std::vector<Box>()) {
    slice.boxes.push_back({box});
  }
}

ScoredSlices VolumeScorer::finish() {
  score_images(scored_, images_, rule_, maximum_);
  warn_without_foreground(images_, scored_.volume, label_);
  for (const auto& slice : scored_.slices) {
    require_numbers(slice.metrics, rule_.slice_metrics, label_, scored_.volume.data_range);
  }
  require_numbers(scored_.volume.metrics, rule_.metrics, label_, scored_.volume.data_range);
  return std::move(scored_);
}

}  // namespace dircn
