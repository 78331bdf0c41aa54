#include "dircn/score/score_volume.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "dircn/core/error.h"
#include "dircn/mri/crop.h"
#include "dircn/mri/metrics.h"
#include "dircn/mri/slice_ssim.h"
#include "dircn/mri/ssim_distance.h"
#include "dircn/reconstruct/slice_outputs.h"
#include "score/score_groups.h"

namespace dircn {
namespace {

/// Scores the slices of one volume by one rule, one after the other.
class VolumeScorer : public SliceScorer {
 public:
  VolumeScorer(const VolumeSource& volume, const std::string& name, const ScoreRule& rule)
      : label_(volume.label()), rule_(rule) {
    auto& score = result_.volume;
    score.name = name;
    score.slices = label_.slices();
    score.acceleration = folder_acceleration(name);
    if (!score.acceleration) {
      score.acceleration = volume.acceleration();
    }
    score.threshold = threshold_of(rule, name);
    score.data_range =
        rule.preset == ScorePreset::fastmri ? largest_scored_value() : label_.maximum();
  }

  void add(int64_t index, const SliceImages& images) override {
    SliceScore slice;
    slice.slice = index;
    switch (rule_.preset) {
      case ScorePreset::snu2022:
      case ScorePreset::snu2025:
        set(slice.metrics, kSsim, both(images, [&](const torch::Tensor& image) {
              return std::optional<double>(masked_ssim(image, images.target, range(), threshold()));
            }));
        break;
      case ScorePreset::snu2026:
        add_foreground_and_boxes(slice, images);
        break;
      case ScorePreset::fastmri:
        add_whole(slice, images);
        break;
    }
    add_difficulty(slice, images);
    result_.slices.push_back(std::move(slice));
  }

  ScoredSlices finish() override {
    for (const auto& name : rule_.slice_metrics) {
      set(result_.volume.metrics, name, mean(parts(name)));
    }
    if (rule_.preset == ScorePreset::fastmri) {
      add_volume_errors();
    }
    return std::move(result_);
  }

 private:
  double range() const { return result_.volume.data_range; }
  double threshold() const { return result_.volume.threshold.value_or(0); }

  void set(Metrics& metrics, const std::string& name, const std::optional<Metric>& metric) const {
    if (!metric) {
      return;
    }
    require(!std::isnan(metric->value + metric->zero_filled.value_or(0)), [&] {
      return Error::Parts{label_.file().path().string(), name + " that is not a number",
                          "images and data range (" + std::to_string(range()) +
                              ") whose squares single precision can hold",
                          "Check the scale of the target, its 'max' and the reconstruction."};
    });
    metrics[name] = *metric;
  }

  /// `score(image)` of the reconstruction and of the zero-filled image.
  template <typename Score>
  static std::optional<Metric> both(const SliceImages& images, const Score& score) {
    const std::optional<double> value = score(images.reconstruction);
    if (!value) {
      return std::nullopt;
    }
    return Metric{*value, images.zero_filled ? score(*images.zero_filled) : std::nullopt};
  }

  double largest_scored_value() const {
    double largest = 0;
    for (int64_t i = 0; i < label_.slices(); ++i) {
      const torch::Tensor target = label_.read_slice(i);
      largest = std::max(largest, scored_part({target, target}, rule_).target.max().item<double>());
    }
    require(largest > 0, [&] {
      return Error::Parts{label_.file().path().string(), "no positive value in any target",
                          "a volume's maximum above 0, the data range", ""};
    });
    return largest;
  }

  void add_difficulty(SliceScore& slice, const SliceImages& images) const {
    const SliceImages part = scored_part(images, rule_);
    if (part.zero_filled) {
      const int64_t whole = std::max(part.target.size(0), part.target.size(1));
      slice.gt_ssim = ssim_distance(*part.zero_filled, part.target, whole);
    }
  }

  void add_foreground_and_boxes(SliceScore& slice, const SliceImages& images) const {
    set(slice.metrics, kSsim, both(images, [&](const torch::Tensor& image) {
          return foreground_ssim(image, images.target, range(), threshold());
        }));
    for (const auto& box : label_.boxes(slice.slice)) {
      slice.boxes.push_back({box, both(images, [&](const torch::Tensor& image) {
                               return box_ssim(image, images.target, range(), box);
                             })});
    }
    set(slice.metrics, kBoxSsim, mean(scored_parts(slice, kBoxSsim)));
  }

  void add_whole(SliceScore& slice, const SliceImages& images) {
    const SliceImages part = scored_part(images, rule_);
    set(slice.metrics, kSsim, both(part, [&](const torch::Tensor& image) {
          return std::optional<double>(whole_ssim(image, part.target, range()));
        }));
    errors_.add(part.reconstruction, part.target);
    if (part.zero_filled) {
      zero_filled_errors_.add(*part.zero_filled, part.target);
      ++zero_filled_slices_;
    }
  }

  void add_volume_errors() {
    Metric psnr{errors_.psnr(range())};
    Metric nmse{errors_.nmse()};
    if (zero_filled_slices_ == label_.slices()) {
      psnr.zero_filled = zero_filled_errors_.psnr(range());
      nmse.zero_filled = zero_filled_errors_.nmse();
    }
    set(result_.volume.metrics, kPsnr, psnr);
    set(result_.volume.metrics, kNmse, nmse);
  }

  /// What the volume's mean of a score is taken over: slices, or all boxes.
  std::vector<Metric> parts(const std::string& name) const {
    std::vector<Metric> metrics;
    for (const auto& slice : result_.slices) {
      const auto scored = scored_parts(slice, name);
      metrics.insert(metrics.end(), scored.begin(), scored.end());
    }
    return metrics;
  }

  const LabelVolume& label_;
  const ScoreRule& rule_;
  ScoredSlices result_;
  ErrorSums errors_;
  ErrorSums zero_filled_errors_;
  int64_t zero_filled_slices_ = 0;
};

}  // namespace

int64_t crop_edge(int64_t height, int64_t width) {
  return std::min(height, width);
}

SliceImages scored_part(const SliceImages& images, const ScoreRule& rule) {
  if (rule.preset != ScorePreset::fastmri) {
    return images;
  }
  const int64_t edge = crop_edge(images.target.size(0), images.target.size(1));
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

std::unique_ptr<SliceScorer> slice_scorer(const VolumeSource& volume, const std::string& name,
                                          const ScoreRule& rule) {
  return std::make_unique<VolumeScorer>(volume, name, rule);
}

}  // namespace dircn
