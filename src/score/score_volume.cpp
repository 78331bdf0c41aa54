#include "dircn/score/score_volume.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "dircn/core/error.h"
#include "dircn/mri/crop.h"
#include "dircn/mri/ssim_distance.h"
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
                  const ScoreRule& rule, const std::function<double()>& maximum) {
  VolumeScore& volume = scored.volume;
  volume.slices = static_cast<int64_t>(images.size());
  volume.threshold = threshold_of(rule, volume.name);
  volume.data_range = rule.range_of(volume, images, maximum);
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

std::optional<ScoredSlices> score_volume(const ScoredVolume& volume, const std::string& name,
                                         const ScoreRule& rule, const std::function<bool()>& stop) {
  const LabelVolume& label = volume.label();
  ScoredSlices scored;
  std::vector<SliceImages> images;
  for (int64_t i = 0; i < label.slices(); ++i) {
    if (stop()) {
      return std::nullopt;
    }
    images.push_back(scored_part(volume.read_slice(i), rule));
    SliceScore& slice = scored.slices.emplace_back();
    slice.slice = i;
    slice.input_distance = difficulty(images.back());
    for (const auto& box : rule.boxes ? label.boxes(i) : std::vector<Box>()) {
      slice.boxes.push_back({box});
    }
  }
  scored.volume.name = name;
  scored.volume.acceleration = folder_acceleration(name);
  if (!scored.volume.acceleration) {
    scored.volume.acceleration = volume.acceleration();
  }
  score_images(scored, images, rule, [&] { return label.maximum(); });
  for (const auto& slice : scored.slices) {
    require_numbers(slice.metrics, rule.slice_metrics, label, scored.volume.data_range);
  }
  require_numbers(scored.volume.metrics, rule.metrics, label, scored.volume.data_range);
  return scored;
}

}  // namespace dircn
