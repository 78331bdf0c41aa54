// Losses and their gradients against tests/golden/S5_losses.

#include "dircn/model/losses.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "dircn/mri/metrics.h"
#include "dircn/mri/ssim.h"
#include "support/devices.h"
#include "support/golden.h"

namespace dircn::losses_test {
namespace {

using testing::GoldenFile;
using testing::relative_max_error;

using Loss = std::function<torch::Tensor(const torch::Tensor&, const torch::Tensor&)>;

LossConfig only(LossTerm term) {
  LossConfig config;
  config.weights = {};
  config.weights[term] = 1;
  return config;
}

/// The training loss of `config`, averaged over slices.
Loss averaged(const LossConfig& config, const torch::Tensor& volume_maximum = {}) {
  return [=](const auto& x, const auto& y) {
    return training_loss(config, x, y, torch::ones({x.size(0)}), volume_maximum).total.mean();
  };
}

/// Every loss of one pair of the golden file by its name there.
std::vector<std::pair<std::string, Loss>> losses(const GoldenFile& golden,
                                                 const std::string& pair) {
  const auto argument = torch::tensor(golden.number(pair + "data_range_arg"));
  auto uniform = only(LossTerm::uniform_ssim);
  uniform.range = SsimRange::volume_max;
  return {
      {"gaussian_ssim", averaged(only(LossTerm::gaussian_ssim))},
      {"gaussian_ssim_data_range",
       [=](const auto& x, const auto& y) {
         return ssim_losses(x, y, argument.to(x.device()), SsimWindow::gaussian).mean();
       }},
      {"ssim",
       [](const auto& x, const auto& y) {
         return ssim_losses(x, y, y.max(), SsimWindow::uniform).mean();
       }},
      {"snu_ssim", averaged(uniform, golden.tensor(pair + "snu_data_range"))},
      {"orig_fssim",
       [](const auto& x, const auto& y) {
         const auto range = y.amax({1, 2}) - y.amin({1, 2});
         return ssim_losses(x, y, range, SsimWindow::uniform).mean();
       }},
      {"l1", averaged(only(LossTerm::l1))},
      {"mse", averaged(only(LossTerm::mse))},
      {"gaussian_ssim_plus_l1", averaged(LossConfig{})},
  };
}

DIRCN_DEVICE_TEST(Losses, ValuesAndGradientsEqualTheReference) {
  const GoldenFile golden("S5_losses.pth");
  for (int64_t i = 0; i < golden.integer("num_pairs"); ++i) {
    const auto pair = "pair." + std::to_string(i) + ".";
    for (const auto& [name, loss] : losses(golden, pair)) {
      auto x = golden.tensor(pair + "X").to(device, torch::kDouble).set_requires_grad(true);
      const auto value = loss(x, golden.tensor(pair + "Y").to(device, torch::kDouble));
      value.backward();
      const double expected = golden.number(pair + name);
      // The reference computes in single precision; similarities are of order 1, the other losses
      // are not.
      const double scale = name == "l1" || name == "mse" ? expected : 1;
      EXPECT_NEAR(value.item<double>(), expected, 2e-6 * scale) << pair << name;
      EXPECT_LE(relative_max_error(x.grad().cpu(), golden.tensor(pair + name + ".grad_X")), 2e-4)
          << pair << name;
    }
  }
}

TEST(Metrics, EqualTheReference) {
  const GoldenFile golden("S5_losses.pth");
  for (int64_t i = 0; i < golden.integer("num_pairs"); ++i) {
    const auto pair = "pair." + std::to_string(i) + ".";
    const auto x = golden.tensor(pair + "X").to(torch::kDouble);
    const auto y = golden.tensor(pair + "Y").to(torch::kDouble);
    double mean_nmse = 0;
    double mean_psnr = 0;
    for (int64_t b = 0; b < x.size(0); ++b) {
      mean_nmse += nmse(x[b], y[b]) / static_cast<double>(x.size(0));
      // The reference takes the range from the prediction; here it is an argument.
      mean_psnr += psnr(x[b], y[b], (x[b].max() - x[b].min()).item<double>()) /
                   static_cast<double>(x.size(0));
    }
    EXPECT_NEAR(mean_nmse, golden.number(pair + "orig_nmse"), 1e-6) << pair;
    EXPECT_NEAR(mean_psnr, golden.number(pair + "orig_psnr"), 1e-4) << pair;
    const auto expected = golden.tensor(pair + "skimage_ssim");
    const auto ssim =
        1 - ssim_losses(x[0].unsqueeze(0), y[0].unsqueeze(0), y[0].max(), SsimWindow::uniform);
    EXPECT_NEAR(ssim[0].item<double>(), expected[0].item<double>(), 1e-6) << pair;
  }
}

}  // namespace
}  // namespace dircn::losses_test
