#include "train/loop/validation.h"

#include <torch/utils.h>

#include <chrono>
#include <cmath>
#include <numeric>
#include <utility>
#include <vector>

#include "dircn/core/progress.h"
#include "dircn/data/loader.h"
#include "dircn/model/losses.h"
#include "dircn/mri/metrics.h"
#include "dircn/pictures/comparison_picture.h"
#include "dircn/score/score_volume.h"
#include "dircn/score/scores.h"
#include "train/loop/not_finite.h"

namespace dircn {
namespace {

/// Sums over slices of what needs no rule.
void add_slice(ValidationScores& sums, const SliceImages& images, const Sample& sample,
               const LossConfig& loss) {
  const auto number = [&](double value) {
    return torch::full({1}, value, images.target.options());
  };
  sums.loss += training_loss(loss, images.reconstruction.unsqueeze(0), images.target.unsqueeze(0),
                             number(sample.scale), number(sample.maximum))
                   .total.item<double>();
  sums.psnr += psnr(images.reconstruction, images.target, sample.maximum);
  sums.nmse += nmse(images.reconstruction, images.target);
}

SliceImages images_of(const torch::Tensor& image, const Sample& sample) {
  return {sample.target, sample.grid.image(image), sample.grid.image(sample.zero_filled)};
}

torch::Tensor picture_of(const SliceImages& images) {
  return comparison_picture(
      {SliceImages{images.target.cpu(), images.reconstruction.cpu(), images.zero_filled->cpu()}});
}

/// Scores volumes by the rule, as their slices come, one volume after the other.
class VolumesInTurn {
 public:
  explicit VolumesInTurn(const ValidationSet& set) : set_(set) { scores_.rule = set.rule; }

  void add(const SliceImages& images, const Sample& sample) {
    parts_.push_back(scored_part(images, set_.rule));
    volume_.slices.emplace_back();
    const int64_t next = sample.index + 1;
    if (next == set_.slices.size() || set_.slices.slice_of(next) == 0) {
      volume_.volume.name = set_.slices.volume_of(sample.index).relative.generic_string();
      score_images(volume_, parts_, set_.rule, sample.maximum);
      add_scored(scores_, std::exchange(volume_, {}));
      parts_.clear();
    }
  }

  Metrics metrics() const { return all_together(scores_).metrics; }

 private:
  const ValidationSet& set_;
  Scores scores_;
  ScoredSlices volume_;
  std::vector<SliceImages> parts_;  // of the volume
};

}  // namespace

std::optional<ValidationScores> validate(const Network& network, const ValidationSet& set,
                                         const Config& config, torch::Device device,
                                         const std::string& title,
                                         const std::function<bool()>& stop) {
  const torch::NoGradGuard no_grad;
  const auto start = std::chrono::steady_clock::now();
  const SliceSet& slices = set.slices;
  std::vector<int64_t> order(static_cast<size_t>(slices.size()));
  std::iota(order.begin(), order.end(), 0);
  network->eval();
  Loader loader(slices, order, loader_options(config.data, device));
  Progress progress(slices.size(), "slices", title);
  ValidationScores scores;
  VolumesInTurn volumes(set);
  while (const auto loaded = loader.next()) {
    if (stop()) {
      return std::nullopt;
    }
    const Sample sample = to_device(*loaded, device);
    const auto image = network->forward(sample.kspace.unsqueeze(0), sample.mask).squeeze(0);
    if (!torch::isfinite(image).all().item<bool>()) {
      throw NotFinite(slices.name(sample.index) + " (validation)", "NaN or Inf in the image",
                      scale_problem(*loaded, config.train.loss));
    }
    const SliceImages images = images_of(image, sample);
    add_slice(scores, images, sample, config.train.loss);
    volumes.add(images, sample);
    if (sample.index == slices.size() / 2) {
      scores.picture = picture_of(images);
    }
    progress.advance();
  }
  const Metrics metrics = volumes.metrics();
  const auto by_rule = [&](const char* name, double sum) {
    const Metric* metric = find_metric(metrics, name);
    return metric != nullptr ? metric->value : sum / static_cast<double>(slices.size());
  };
  scores.loss /= static_cast<double>(slices.size());
  scores.ssim = metrics.at(kSsim).value;
  scores.ssim_zero_filled = metrics.at(kSsim).zero_filled.value_or(0);
  scores.psnr = by_rule(kPsnr, scores.psnr);
  scores.nmse = by_rule(kNmse, scores.nmse);
  scores.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return scores;
}

}  // namespace dircn
