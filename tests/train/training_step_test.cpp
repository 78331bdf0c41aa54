// The gradient of a step: however its slices are grouped, it is the same.

#include "train/loop/training_step.h"

#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <string>

#include "dircn/core/precision.h"
#include "dircn/data/prepared_slice.h"
#include "dircn/data/sample.h"
#include "support/devices.h"
#include "support/golden.h"
#include "support/random_input.h"

namespace dircn::training_step_test {
namespace {

using testing::relative_max_error;

/// A slice of random k-space in double precision with every fourth column and a centre.
Sample random_sample(int64_t coils, int64_t height, int64_t width, int64_t first_column = 0) {
  const auto options = torch::dtype(torch::kComplexDouble);
  auto mask = torch::zeros({1, 1, 1, width}, torch::kBool);
  mask.slice(3, first_column, width, 4).fill_(true);
  mask.slice(3, width / 2 - 3, width / 2 + 3).fill_(true);
  const auto full = torch::randn({coils, height, width}, options);
  Sample sample;
  sample.kspace = full * mask.squeeze(0);
  sample.mask = mask;
  sample.zero_filled = combined_image(sample.kspace);
  sample.target = combined_image(full);
  sample.maximum = sample.target.max().item<double>();
  sample.scale = 2;
  return sample;
}

Network double_network(const Config& config, torch::Device device) {
  torch::manual_seed(3);
  const Network network = make_network(config.model);
  network->to(device, torch::kDouble);
  return network;
}

std::vector<torch::Tensor> gradients(const Network& network, const Config& config,
                                     const std::vector<Sample>& samples) {
  network->zero_grad();
  FocalWeights focal(config.train.loss.focal);
  TrainingStep step(network, config, focal, static_cast<int64_t>(samples.size()));
  for (const Sample& sample : samples) {
    step.add(sample, "slice");
  }
  step.finish();
  EXPECT_EQ(step.slices().size(), samples.size());
  std::vector<torch::Tensor> found;
  for (const auto& parameter : network->parameters()) {
    found.push_back(parameter.grad().defined() ? parameter.grad().clone() : torch::Tensor());
  }
  return found;
}

void expect_equal(const std::vector<torch::Tensor>& found,
                  const std::vector<torch::Tensor>& expected) {
  double largest = 0;
  for (const auto& gradient : expected) {
    largest = std::max(largest, gradient.defined() ? gradient.abs().max().item<double>() : 0);
  }
  ASSERT_GT(largest, 0);
  for (size_t i = 0; i < expected.size(); ++i) {
    ASSERT_EQ(found[i].defined(), expected[i].defined()) << i;
    if (expected[i].defined()) {
      EXPECT_LE((found[i] - expected[i]).abs().max().item<double>(), 1e-9 * largest) << i;
    }
  }
}

DIRCN_DEVICE_TEST(TrainingStep, OfABatchIsThatOfItsSlicesOneByOne) {
  Config config;
  config.model = testing::small_model();
  config.train.loss.weights[LossTerm::mse] = 0.5;
  torch::manual_seed(8);
  std::vector<Sample> samples;
  for (int64_t i = 0; i < 4; ++i) {
    samples.push_back(random_sample(2, 32, 24, i));  // masks differ within the batch
  }
  const Network network = double_network(config, device);
  const auto one_by_one = gradients(network, config, samples);
  for (const int64_t at_once : {2, 3, 4}) {
    config.train.batch.at_once = at_once;
    expect_equal(gradients(network, config, samples), one_by_one);
  }
}

DIRCN_DEVICE_TEST(TrainingStep, TakesSlicesOfDifferentShapes) {
  Config config;
  config.model = testing::small_model();
  torch::manual_seed(9);
  const std::vector<Sample> samples{random_sample(2, 32, 24), random_sample(3, 32, 24),
                                    random_sample(2, 24, 40), random_sample(2, 32, 24)};
  const Network network = double_network(config, device);
  const auto one_by_one = gradients(network, config, samples);
  config.train.batch.at_once = 4;
  expect_equal(gradients(network, config, samples), one_by_one);
}

TEST(TrainingStep, IsTheMeanOfItsSlicesGradients) {
  Config config;
  config.model = testing::small_model();
  torch::manual_seed(10);
  const std::vector<Sample> samples{random_sample(2, 32, 24), random_sample(2, 32, 24)};
  const Network network = double_network(config, torch::kCPU);
  auto mean = gradients(network, config, {samples[0]});
  const auto second = gradients(network, config, {samples[1]});
  for (size_t i = 0; i < mean.size(); ++i) {
    if (mean[i].defined()) {
      mean[i] = (mean[i] + second[i]) / 2;
    }
  }
  expect_equal(gradients(network, config, samples), mean);
}

TEST(TrainingStep, WeighsDifficultSlicesMore) {
  Config config;
  config.model = testing::small_model();
  torch::manual_seed(11);
  const auto sample = random_sample(2, 32, 24);
  const Network network = double_network(config, torch::kCPU);
  auto expected = gradients(network, config, {sample});
  config.train.loss.focal = {FocalBy::zero_filled, 1};
  FocalWeights focal(config.train.loss.focal);
  focal.add_training_slice(0.1);
  focal.add_training_slice(0.3);
  network->zero_grad();
  TrainingStep step(network, config, focal, 1);
  step.add(sample, "slice");
  step.finish();
  const SliceRecord& record = step.slices()[0];
  EXPECT_NEAR(record.weight, record.input_distance / 0.2, 1e-9);
  std::vector<torch::Tensor> found;
  for (const auto& parameter : network->parameters()) {
    found.push_back(parameter.grad());
  }
  for (auto& gradient : expected) {
    gradient = gradient.defined() ? gradient * record.weight : gradient;
  }
  expect_equal(found, expected);
}

TEST(TrainingStep, ComputesAndRecordsEachTermOfTheLossByTheNameOfItsKey) {
  torch::manual_seed(14);
  const auto sample = random_sample(2, 32, 24);
  for (const std::string& key : enum_names<LossTerm>()) {
    SCOPED_TRACE(key);
    std::string yaml = "train:\n  loss:\n";
    for (const std::string& name : enum_names<LossTerm>()) {
      yaml += "    " + name + (name == key ? ": 0.5\n" : ": 0\n");
    }
    Config config = parse_config(yaml, "c.yaml");
    config.model = testing::small_model();
    const Network network = double_network(config, torch::kCPU);
    FocalWeights focal(config.train.loss.focal);
    TrainingStep step(network, config, focal, 1);
    step.add(sample, "slice");
    step.finish();
    const auto line = nlohmann::json::parse(to_json(StepRecord{1, 1, 1, 0, 0, step.slices()}));
    ASSERT_EQ(line.at("loss_terms").size(), 1U) << line;
    const auto value = line.at("loss_terms").at(key).get<double>();
    EXPECT_TRUE(std::isfinite(value) && value > 0) << value;
    EXPECT_NEAR(line.at("loss").get<double>(), 0.5 * value, 1e-12);
  }
}

TEST(TrainingStep, SaysWhichSliceIsNotFinite) {
  Config config;
  config.model = testing::small_model();
  torch::manual_seed(12);
  auto bad = random_sample(2, 32, 24);
  bad.target.fill_(std::nan(""));
  const Network network = double_network(config, torch::kCPU);
  FocalWeights focal(config.train.loss.focal);
  TrainingStep step(network, config, focal, 2);
  step.add(random_sample(2, 32, 24), "good");
  try {
    step.add(bad, "bad");
    FAIL() << "took NaN";
  } catch (const NotFinite& error) {
    EXPECT_EQ(error.slices, "bad");
    EXPECT_NE(error.numbers.find("l1 term nan"), std::string::npos) << error.numbers;
  }
}

DIRCN_DEVICE_TEST(TrainingStep, ComputesItsLossInFullPrecision) {
  Config config;
  config.model = testing::small_model();
  torch::manual_seed(13);
  Sample sample = random_sample(2, 32, 24);
  sample = with_tensors(sample, [](const torch::Tensor& tensor) {
    return tensor.is_complex()          ? tensor.to(torch::kComplexFloat)
           : tensor.is_floating_point() ? tensor.to(torch::kFloat)
                                        : tensor;
  });
  torch::manual_seed(3);
  const Network network = make_network(config.model);
  network->to(device);
  const auto loss = [&](Precision precision) {
    config.train.precision = precision;
    FocalWeights focal(config.train.loss.focal);
    TrainingStep step(network, config, focal, 1);
    step.add(sample, "slice");
    step.finish();
    for (const auto& parameter : network->parameters()) {
      EXPECT_TRUE(!parameter.grad().defined() || parameter.grad().scalar_type() == torch::kFloat);
    }
    return step.slices()[0].loss;
  };
  const double exact = loss(Precision::fp32);
  EXPECT_NEAR(loss(Precision::bf16), exact, 2e-2 * exact);
  EXPECT_NE(loss(Precision::bf16), exact);
}

}  // namespace
}  // namespace dircn::training_step_test
