#include "train/loop/training_step.h"

#include <torch/types.h>

#include <cmath>
#include <functional>

#include "dircn/mri/slice_ssim.h"
#include "dircn/runtime/precision_guard.h"

namespace dircn {
namespace {

std::string described(const SliceRecord& record) {
  std::string text = record.name + ": loss " + std::to_string(record.loss);
  for (const auto& [name, value] : record.terms) {
    text += ", " + name + " term " + std::to_string(value);
  }
  return text;
}

void require_finite(const std::vector<SliceRecord>& records) {
  for (const SliceRecord& record : records) {
    if (!std::isfinite(record.loss)) {
      throw NotFinite(record.name, described(record));
    }
  }
}

}  // namespace

TrainingStep::TrainingStep(Network network, const Config& config, FocalWeights& focal,
                           int64_t slices)
    : network_(std::move(network)),
      device_(network_->parameters().front().device()),
      config_(config),
      focal_(focal),
      slices_(slices) {}

void TrainingStep::add(Sample sample, std::string name) {
  Shape shape = sample.kspace.sizes().vec();
  shape.insert(shape.end(), sample.mask.sizes().begin(), sample.mask.sizes().end());
  auto& group = waiting_[shape];
  group.push_back({std::move(sample), std::move(name)});
  if (static_cast<int64_t>(group.size()) == config_.train.batch.at_once) {
    run(group);
    group.clear();
  }
}

void TrainingStep::finish() {
  for (auto& [shape, group] : waiting_) {
    if (!group.empty()) {
      run(group);
      group.clear();
    }
  }
}

void TrainingStep::run(const std::vector<Member>& group) {
  const auto together = [&](auto part) {
    std::vector<torch::Tensor> parts;
    parts.reserve(group.size());
    for (const Member& member : group) {
      parts.push_back(part(member.sample));
    }
    return torch::stack(parts).to(device_, /*non_blocking=*/true);
  };
  const auto kspace = together([](const Sample& sample) { return sample.kspace; });
  const auto target = together([](const Sample& sample) { return sample.target; });
  const auto mask = together([](const Sample& sample) { return sample.mask.squeeze(0); });
  const auto number = [&](double value) { return torch::tensor(value, target.dtype()); };
  const auto scale = together([&](const Sample& sample) { return number(sample.scale); });
  const auto maximum = together([&](const Sample& sample) { return number(sample.maximum); });
  torch::Tensor images;
  {
    const PrecisionGuard precision(device_, config_.train.precision);
    images = network_->forward(kspace, mask);
  }
  const LossTerms terms = training_loss(config_.train.loss, images, target, scale, maximum);
  const auto on_cpu = images.detach().cpu();
  std::vector<SliceRecord> results;
  for (size_t i = 0; i < group.size(); ++i) {
    const auto index = static_cast<int64_t>(i);
    results.push_back(record(group[i], on_cpu[index], terms, index));
  }
  require_finite(results);
  std::vector<double> weights;
  weights.reserve(results.size());
  for (const SliceRecord& result : results) {
    weights.push_back(result.weight / static_cast<double>(slices_));
  }
  (terms.total * torch::tensor(weights, target.options())).sum().backward();
  done_.insert(done_.end(), results.begin(), results.end());
}

SliceRecord TrainingStep::record(const Member& member, const torch::Tensor& image,
                                 const LossTerms& terms, int64_t index) {
  const Sample& sample = member.sample;
  SliceRecord record;
  record.name = member.name;
  record.loss = terms.total[index].item<double>();
  for (const auto& [term, name, weight] : kLossTerms) {
    if (const torch::Tensor& values = terms.values[term]; values.defined()) {
      record.terms.emplace_back(name, values[index].item<double>());
    }
  }
  record.input_distance = ssim_distance(sample.zero_filled, sample.target, config_.data.crop);
  record.output_distance = ssim_distance(image, sample.target, config_.data.crop);
  record.weight = focal_.weigh(record.input_distance, record.output_distance);
  return record;
}

}  // namespace dircn
