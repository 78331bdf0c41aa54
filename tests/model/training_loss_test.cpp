// The training loss of slices: its terms, their weights, the scale, and batches.

#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <string>

#include "dircn/core/error.h"
#include "dircn/model/losses.h"
#include "dircn/runtime/precision_guard.h"
#include "support/devices.h"
#include "support/golden.h"

namespace dircn::training_loss_test {
namespace {

constexpr int64_t kSlices = 3;

/// Every term with a weight of its own.
LossConfig all_terms() {
  LossConfig config;
  config.weights[LossTerm::gaussian_ssim] = 0.7;
  config.weights[LossTerm::uniform_ssim] = 0.3;
  config.weights[LossTerm::l1] = 2;
  config.weights[LossTerm::mse] = 5;
  return config;
}

/// Slices of different brightness, with a scale and a volume's maximum each.
struct Slices {
  torch::Tensor image, target, scale, maximum;

  Slices part(int64_t slice) const {
    const auto one = [slice](const torch::Tensor& x) { return x.slice(0, slice, slice + 1); };
    return {one(image).detach().requires_grad_(), one(target), one(scale), one(maximum)};
  }
};

Slices random_slices(torch::Device device, torch::ScalarType type = torch::kDouble) {
  torch::manual_seed(1);
  const auto brightness = torch::tensor({1.0, 0.2, 3.0}, torch::kDouble).view({-1, 1, 1});
  const auto target = brightness * torch::rand({kSlices, 12, 15}, torch::kDouble);
  const auto image = target + 0.1 * brightness * torch::randn({kSlices, 12, 15}, torch::kDouble);
  return {image.to(device, type).requires_grad_(), target.to(device, type),
          torch::tensor({0.5, 2.0, 7.0}, torch::kDouble),
          torch::tensor({1.5, 1.5, 4.0}, torch::kDouble)};
}

LossTerms loss_of(const LossConfig& config, const Slices& slices) {
  return training_loss(config, slices.image, slices.target, slices.scale, slices.maximum);
}

DIRCN_DEVICE_TEST(TrainingLoss, IsTheWeightedSumOfItsTerms) {
  const auto terms = loss_of(all_terms(), random_slices(device));
  EXPECT_EQ(terms.total.sizes(), torch::IntArrayRef({kSlices}));
  const auto sum = 0.7 * terms.values[LossTerm::gaussian_ssim] +
                   0.3 * terms.values[LossTerm::uniform_ssim] + 2 * terms.values[LossTerm::l1] +
                   5 * terms.values[LossTerm::mse];
  EXPECT_LE(testing::relative_max_error(terms.total.detach().cpu(), sum.detach().cpu()), 1e-14);
}

DIRCN_DEVICE_TEST(TrainingLoss, OfABatchIsThatOfItsSlices) {
  for (const auto range : {SsimRange::target_max, SsimRange::volume_max}) {
    auto config = all_terms();
    config.range = range;
    const auto batch = random_slices(device);
    const auto total = loss_of(config, batch).total;
    total.mean().backward();
    for (int64_t i = 0; i < kSlices; ++i) {
      const auto slice = batch.part(i);
      const auto alone = loss_of(config, slice).total;
      (alone.sum() / kSlices).backward();
      EXPECT_NEAR(alone.item<double>(), total[i].item<double>(), 1e-13);
      EXPECT_LE(
          testing::relative_max_error(batch.image.grad()[i].cpu(), slice.image.grad()[0].cpu()),
          1e-12);
    }
  }
}

DIRCN_DEVICE_TEST(TrainingLoss, GradientsEqualFiniteDifferences) {
  const auto slices = random_slices(device);
  loss_of(all_terms(), slices).total.sum().backward();
  const torch::NoGradGuard no_grad;
  const double step = 1e-6;
  for (int64_t slice = 0; slice < kSlices; ++slice) {
    for (int64_t column = 0; column < 15; column += 4) {
      auto moved = torch::zeros_like(slices.image);
      moved[slice][4][column] = step;
      const auto at = [&](const torch::Tensor& image) {
        return loss_of(all_terms(), {image, slices.target, slices.scale, slices.maximum})
            .total.sum()
            .item<double>();
      };
      const double slope = (at(slices.image + moved) - at(slices.image - moved)) / (2 * step);
      EXPECT_NEAR(slope, slices.image.grad()[slice][4][column].item<double>(), 1e-7);
    }
  }
}

TEST(TrainingLoss, ScaleDividesAllButSsim) {
  auto slices = random_slices(torch::kCPU);
  const auto terms = loss_of(all_terms(), slices);
  const auto scale = slices.scale;
  slices.scale = torch::ones({kSlices});
  const auto plain = loss_of(all_terms(), slices);
  EXPECT_TRUE(
      torch::equal(terms.values[LossTerm::gaussian_ssim], plain.values[LossTerm::gaussian_ssim]));
  EXPECT_TRUE(
      torch::equal(terms.values[LossTerm::uniform_ssim], plain.values[LossTerm::uniform_ssim]));
  EXPECT_TRUE(
      torch::allclose(terms.values[LossTerm::l1], plain.values[LossTerm::l1] / scale, 1e-13, 0));
  EXPECT_TRUE(torch::allclose(terms.values[LossTerm::mse],
                              plain.values[LossTerm::mse] / scale.square(), 1e-13, 0));
}

// What Note [Normalization] says: dividing before the loss is dividing before the network.
TEST(TrainingLoss, ScaleIsThatOfImageAndTarget) {
  const auto slices = random_slices(torch::kCPU);
  const auto scale = slices.scale.view({-1, 1, 1});
  const auto terms = loss_of(all_terms(), slices);
  const auto divided = training_loss(all_terms(), slices.image / scale, slices.target / scale,
                                     torch::ones({kSlices}), slices.maximum / slices.scale);
  EXPECT_TRUE(torch::allclose(terms.total, divided.total, 1e-12, 0));
}

// Each slice's own maximum, as scikit-image was called for the golden file.
TEST(TrainingLoss, TargetMaximumIsThatOfEachSlice) {
  const testing::GoldenFile golden("S5_losses.pth");
  LossConfig config;
  config.weights[LossTerm::uniform_ssim] = 1;
  for (int64_t i = 0; i < golden.integer("num_pairs"); ++i) {
    const auto pair = "pair." + std::to_string(i) + ".";
    const auto x = golden.tensor(pair + "X").to(torch::kDouble);
    const auto y = golden.tensor(pair + "Y").to(torch::kDouble);
    const auto terms = training_loss(config, x, y, torch::ones({x.size(0)}), {});
    const auto expected = golden.tensor(pair + "skimage_ssim").to(torch::kDouble);
    EXPECT_TRUE(torch::allclose(1 - terms.values[LossTerm::uniform_ssim], expected, 0, 1e-6))
        << pair;
  }
}

TEST(TrainingLoss, LeavesOutWhatHasNoWeight) {
  const auto slices = random_slices(torch::kCPU);
  LossConfig config;
  config.weights[LossTerm::gaussian_ssim] = 0;
  const auto terms = loss_of(config, slices);
  EXPECT_FALSE(terms.values[LossTerm::gaussian_ssim].defined() ||
               terms.values[LossTerm::uniform_ssim].defined() ||
               terms.values[LossTerm::mse].defined());
  EXPECT_TRUE(torch::equal(terms.total, terms.values[LossTerm::l1]));
}

TEST(TrainingLoss, AsksForTheVolumesMaximum) {
  const auto slices = random_slices(torch::kCPU);
  auto config = all_terms();
  config.range = SsimRange::volume_max;
  try {
    training_loss(config, slices.image, slices.target, slices.scale, {});
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("train.loss.range"), std::string::npos)
        << error.what();
  }
  config.weights[LossTerm::uniform_ssim] = 0;
  EXPECT_NO_THROW(training_loss(config, slices.image, slices.target, slices.scale, {}));
}

DIRCN_DEVICE_TEST(TrainingLoss, StaysInSinglePrecisionUnderAutocast) {
  const auto slices = random_slices(device, torch::kFloat);
  const auto expected = loss_of(all_terms(), slices).total;
  expected.sum().backward();
  const auto gradient = slices.image.grad().clone();
  slices.image.mutable_grad().reset();
  torch::Tensor total;
  {
    const PrecisionGuard guard(device, Precision::bf16);
    total = loss_of(all_terms(), slices).total;
  }
  total.sum().backward();
  EXPECT_EQ(total.scalar_type(), torch::kFloat);
  EXPECT_LE(testing::relative_max_error(total.detach().cpu(), expected.detach().cpu()), 1e-6);
  EXPECT_LE(testing::relative_max_error(slices.image.grad().cpu(), gradient.cpu()), 1e-6);
}

}  // namespace
}  // namespace dircn::training_loss_test
