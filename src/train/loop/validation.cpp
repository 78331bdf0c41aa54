#include "train/loop/validation.h"

#include <torch/utils.h>

#include <chrono>
#include <cmath>
#include <numeric>
#include <vector>

#include "dircn/core/progress.h"
#include "dircn/data/loader.h"
#include "dircn/model/losses.h"
#include "dircn/mri/crop.h"
#include "dircn/mri/metrics.h"
#include "dircn/mri/slice_ssim.h"
#include "dircn/pictures/comparison_picture.h"
#include "train/loop/not_finite.h"

namespace dircn {
namespace {

/// Adds one slice's scores to the sums.
void add_slice(ValidationScores& sums, const torch::Tensor& image, const Sample& sample,
               const LossConfig& loss) {
  const auto& target = sample.target;
  const auto fit = [&](const torch::Tensor& x) {
    return center_crop_or_pad(x, target.size(0), target.size(1));
  };
  const auto cropped = fit(image);
  const auto number = [&](double value) { return torch::full({1}, value, target.options()); };
  sums.loss += training_loss(loss, cropped.unsqueeze(0), target.unsqueeze(0), number(sample.scale),
                             number(sample.maximum))
                   .total.item<double>();
  sums.ssim += masked_ssim(cropped, target, sample.maximum, kForegroundThreshold);
  sums.ssim_zero_filled +=
      masked_ssim(fit(sample.zero_filled), target, sample.maximum, kForegroundThreshold);
  sums.psnr += psnr(cropped, target, sample.maximum);
  sums.nmse += nmse(cropped, target);
}

torch::Tensor picture_of(const torch::Tensor& image, const Sample& sample) {
  const auto& target = sample.target;
  const auto fit = [&](const torch::Tensor& x) {
    return center_crop_or_pad(x, target.size(0), target.size(1)).cpu();
  };
  SliceImages images;
  images.zero_filled = fit(sample.zero_filled);
  images.reconstruction = fit(image);
  images.target = target.cpu();
  return comparison_picture(images);
}

}  // namespace

std::optional<ValidationScores> validate(const Network& network, const SliceSet& set,
                                         const Config& config, torch::Device device,
                                         const std::string& title,
                                         const std::function<bool()>& stop) {
  const torch::NoGradGuard no_grad;
  const auto start = std::chrono::steady_clock::now();
  std::vector<int64_t> order(static_cast<size_t>(set.size()));
  std::iota(order.begin(), order.end(), 0);
  network->eval();
  Loader loader(set, order, loader_options(config.data, device));
  Progress progress(set.size(), "slices", title);
  ValidationScores scores;
  while (const auto loaded = loader.next()) {
    if (stop()) {
      return std::nullopt;
    }
    const Sample sample = to_device(*loaded, device);
    const auto image = network->forward(sample.kspace.unsqueeze(0), sample.mask).squeeze(0);
    if (!torch::isfinite(image).all().item<bool>()) {
      throw NotFinite(set.name(sample.index) + " (validation)", "NaN or Inf in the image");
    }
    add_slice(scores, image, sample, config.train.loss);
    if (sample.index == set.size() / 2) {
      scores.picture = picture_of(image, sample);
    }
    progress.advance();
  }
  const auto count = static_cast<double>(set.size());
  for (double* sum :
       {&scores.loss, &scores.ssim, &scores.ssim_zero_filled, &scores.psnr, &scores.nmse}) {
    *sum /= count;
  }
  scores.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return scores;
}

}  // namespace dircn
