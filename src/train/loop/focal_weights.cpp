#include "train/loop/focal_weights.h"

#include <torch/types.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <string>
#include <vector>

#include "dircn/core/error.h"

namespace dircn {

FocalWeights::FocalWeights(const FocalConfig& config) : config_(config) {}

bool FocalWeights::needs_training_set() const {
  return config_.gamma > 0 && config_.by == FocalBy::zero_filled && count_ == 0;
}

void FocalWeights::add_training_slice(double difficulty) {
  sum_ += power(difficulty);
  ++count_;
}

double FocalWeights::weigh(double zero_filled, double prediction) {
  if (config_.gamma == 0) {
    return 1;
  }
  if (config_.by == FocalBy::zero_filled) {
    require(count_ > 0, [] {
      return Error::Parts{"focal weights", "no difficulties", "those of the training set", ""};
    });
    return relative(power(zero_filled), sum_ / static_cast<double>(count_));
  }
  window_.push_back(prediction);
  if (static_cast<int64_t>(window_.size()) > kWindow) {
    window_.pop_front();
  }
  // Added up anew each time, so that a resumed run rounds as one that was never interrupted.
  const double sum = std::accumulate(window_.begin(), window_.end(), 0.0,
                                     [&](double all, double d) { return all + power(d); });
  return relative(power(prediction), sum / static_cast<double>(window_.size()));
}

double FocalWeights::power(double difficulty) const {
  return std::pow(std::max(difficulty, 0.0), config_.gamma);  // rounding may bring it below 0
}

double FocalWeights::relative(double power, double mean) {
  return mean > 0 ? power / mean : 1;
}

PickleDict FocalWeights::state() const {
  return {{"gamma", config_.gamma},
          {"sum", sum_},
          {"count", count_},
          {"window",
           torch::tensor(std::vector<double>(window_.begin(), window_.end()), torch::kDouble)}};
}

void FocalWeights::load(const PickleDict& state, const std::string& subject) {
  const double gamma = state.at("gamma", subject).as_double(subject + ": gamma");
  const double sum = state.at("sum", subject).as_double(subject + ": sum");
  const int64_t count = state.at("count", subject).as_int(subject + ": count");
  const auto& window = state.at("window", subject).as_tensor(subject + ": window");
  const bool usable = std::isfinite(sum) && sum >= 0 && count >= 0 && window.dim() == 1 &&
                      window.scalar_type() == torch::kDouble && window.numel() <= kWindow &&
                      window.isfinite().all().item<bool>();
  require(usable, [&] {
    return Error::Parts{subject, "no sums and difficulties", "the state of focal weights",
                        "The file is damaged."};
  });
  const bool same_sum = gamma == config_.gamma;
  sum_ = same_sum ? sum : 0;
  count_ = same_sum ? count : 0;
  const auto values = window.contiguous();
  window_.assign(values.data_ptr<double>(), values.data_ptr<double>() + values.numel());
}

}  // namespace dircn
