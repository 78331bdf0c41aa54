#include "dircn/reconstruct/network_ensemble.h"

#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include "dircn/core/error.h"
#include "dircn/mri/acs.h"
#include "dircn/mri/coils.h"
#include "dircn/mri/fft.h"
#include "support/challenge_files.h"
#include "support/devices.h"
#include "support/golden.h"
#include "support/random_input.h"

namespace dircn::network_ensemble_test {
namespace {

using testing::relative_max_error;

Network network(uint64_t seed) {
  torch::manual_seed(seed);
  const Network made = make_network(testing::small_model());
  testing::perturb(made->parameters(), seed);
  return made;
}

torch::Tensor mask(int64_t width) {
  return testing::some_columns(width);
}

torch::Tensor kspace(int64_t height, int64_t width, uint64_t seed = 1) {
  return testing::full_kspace(1, 3, height, width, seed)[0] * mask(width);
}

SliceOutputs run(NetworkEnsemble& ensemble, const torch::Tensor& data, const Extras& wanted = {}) {
  const auto device = ensemble.device();
  return ensemble.reconstruct(data.to(device), mask(data.size(-1)).to(device), wanted);
}

torch::Tensor image_of(const Network& alone, const torch::Tensor& data,
                       torch::Device device = torch::kCPU) {
  NetworkEnsemble single({alone}, {device});
  return run(single, data).at(kReconstruction).cpu();
}

TEST(Mirrored, IsItsOwnInverseAndCommutesWithTheTransform) {
  for (const auto& [height, width] :
       std::vector<std::pair<int64_t, int64_t>>{{8, 10}, {7, 9}, {8, 9}}) {
    const auto image = torch::randn({2, height, width}, torch::kComplexDouble);
    for (const auto& dims : std::vector<std::vector<int64_t>>{{-1}, {-2}, {-2, -1}}) {
      EXPECT_TRUE(torch::equal(mirrored(mirrored(image, dims), dims), image));
      EXPECT_LE(relative_max_error(torch::view_as_real(fft2c(mirrored(image, dims))),
                                   torch::view_as_real(mirrored(fft2c(image), dims))),
                1e-13);
      EXPECT_FALSE(torch::equal(mirrored(image, dims), image));
    }
    EXPECT_TRUE(
        torch::equal(mirrored(image, {-1}).select(-1, width / 2), image.select(-1, width / 2)));
  }
}

DIRCN_DEVICE_TEST(NetworkEnsemble, OfOneIsThatNetwork) {
  const auto data = kspace(40, 36);
  auto one = network(1);
  NetworkEnsemble ensemble({one}, {device});
  const auto outputs = run(ensemble, data);
  EXPECT_EQ(outputs.size(), 1U);
  const torch::NoGradGuard no_grad;
  const auto expected =
      one->forward(data.unsqueeze(0).to(device), canonical_mask(mask(36).to(device)));
  EXPECT_LE(relative_max_error(outputs.at(kReconstruction).cpu(), expected[0].cpu()), 1e-5);
}

DIRCN_DEVICE_TEST(NetworkEnsemble, IsTheMeanAndTheDeviationOfItsMembers) {
  const auto data = kspace(40, 36);
  std::vector<torch::Tensor> images;
  for (const uint64_t seed : {1, 2, 3}) {
    images.push_back(image_of(network(seed), data, device).to(torch::kDouble));
  }
  NetworkEnsemble ensemble({network(1), network(2), network(3)}, {device});
  const auto outputs = run(ensemble, data);
  const auto mean = (images[0] + images[1] + images[2]) / 3;
  torch::Tensor squares = torch::zeros_like(mean);
  for (const auto& image : images) {
    squares += (image - mean).square();
  }
  EXPECT_LE(relative_max_error(outputs.at(kReconstruction).cpu(), mean), 1e-5);
  EXPECT_LE(relative_max_error(outputs.at(kDeviation).cpu(), (squares / 2).sqrt()), 1e-4);
}

// A network that sees the mirrored object and mirrors its image back: whatever it does, averaged
// over all mirrorings it treats an object and its mirror image alike.
TEST(NetworkEnsemble, WithFlipsTreatsMirrorImagesAlike) {
  const auto one = network(4);
  NetworkEnsemble ensemble({one}, {torch::kCPU, Precision::fp32, true});
  for (const auto& [height, width] : std::vector<std::pair<int64_t, int64_t>>{{40, 36}, {33, 35}}) {
    const auto data = kspace(height, width);
    const auto columns = mask(width);
    const auto image = ensemble.reconstruct(data, columns, {}).at(kReconstruction);
    for (const auto& dims : std::vector<std::vector<int64_t>>{{-1}, {-2}, {-2, -1}}) {
      const auto turned_mask = dims.back() == -1 ? mirrored(columns, {-1}) : columns;
      const auto turned =
          ensemble.reconstruct(mirrored(data, dims), turned_mask, {}).at(kReconstruction);
      EXPECT_LE(relative_max_error(mirrored(turned, dims), image), 2e-5);
    }
    const auto alone = image_of(one, data);
    EXPECT_GT(relative_max_error(alone, image), 1e-3);  // the network itself does not
  }
}

TEST(NetworkEnsemble, WithFlipsIsTheMeanOfMirroredRuns) {
  const auto data = kspace(40, 36);
  const auto one = network(5);
  NetworkEnsemble single({one}, {});
  torch::Tensor sum = torch::zeros({40, 36}, torch::kDouble);
  const auto grid = mask(36).unsqueeze(0).expand({40, 36}).contiguous();  // a 2-D mask has rows
  for (const auto& dims : std::vector<std::vector<int64_t>>{{}, {-1}, {-2}, {-2, -1}}) {
    const auto outputs = single.reconstruct(mirrored(data, dims), mirrored(grid, dims), {});
    sum += mirrored(outputs.at(kReconstruction), dims).to(torch::kDouble);
  }
  NetworkEnsemble flips({one}, {torch::kCPU, Precision::fp32, true});
  const auto outputs = flips.reconstruct(data, grid, {});
  EXPECT_LE(relative_max_error(outputs.at(kReconstruction), sum / 4), 1e-5);
  EXPECT_TRUE(outputs.count(kDeviation) == 1);
}

DIRCN_DEVICE_TEST(NetworkEnsemble, TellsMapsAndResidualWhereWanted) {
  const auto data = kspace(40, 36);
  auto one = network(6);
  NetworkEnsemble ensemble({one, network(7)}, {device});
  const auto outputs = run(ensemble, data, {Extra::sensitivity_maps, Extra::residual});
  const auto maps = outputs.at(kSensitivityMaps).cpu();
  EXPECT_EQ(maps.sizes(), data.sizes());
  const auto power = maps.abs().square().sum(0);
  EXPECT_LE((power - 1).abs().max().item<double>(), 1e-4);
  // The residual in k-space has the same energy, and lies where samples were taken.
  const torch::NoGradGuard no_grad;
  const auto trace = one->trace(data.unsqueeze(0).to(device), canonical_mask(mask(36).to(device)));
  const auto contradiction = (trace.cascades.back()[0].cpu() - data) * mask(36);
  EXPECT_NEAR(outputs.at(kResidual).norm().item<double>(),
              contradiction.abs().norm().item<double>(),
              1e-4 * contradiction.abs().norm().item<double>());
  EXPECT_GT(contradiction.abs().max().item<double>(), 0);
}

TEST(NetworkEnsemble, TellsWhatTheMapsOfEachMemberAreMadeOf) {
  ModelConfig varnet = testing::small_varnet();
  const auto of = [](const ModelConfig& model) { return make_network(model); };
  const NetworkEnsemble two({network(1), of(varnet)}, {});
  EXPECT_EQ(two.calibrations(), (Calibrations{Calibration::centre, Calibration::symmetric_centre}));
  varnet.sensitivity_from = MapsFrom::all;
  EXPECT_EQ(NetworkEnsemble({of(varnet)}, {}).calibrations(), Calibrations{Calibration::all});
}

TEST(NetworkEnsemble, RefusesWhatItCannotUse) {
  EXPECT_THROW(NetworkEnsemble({}, {}), Error);
  auto broken = network(8);
  {
    const torch::NoGradGuard no_grad;
    broken->parameters().front().fill_(std::nan(""));
  }
  NetworkEnsemble ensemble({network(1), broken}, {});
  EXPECT_THROW(run(ensemble, kspace(40, 36)), Error);
}

}  // namespace
}  // namespace dircn::network_ensemble_test
