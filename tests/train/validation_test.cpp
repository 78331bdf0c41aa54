// Validation scores what the labels show, as dircn_eval does.

#include <gtest/gtest.h>
#include <torch/types.h>

#include <filesystem>
#include <memory>
#include <tuple>
#include <vector>

#include "dircn/core/error.h"
#include "dircn/data/prepared_slice.h"
#include "dircn/mri/coils.h"
#include "dircn/mri/crop.h"
#include "dircn/mri/fft.h"
#include "dircn/mri/slice_ssim.h"
#include "dircn/reconstruct/network_ensemble.h"
#include "dircn/score/score_job.h"
#include "small_run.h"
#include "support/challenge_files.h"
#include "support/fov_crop.h"
#include "train/loop/training_sets.h"
#include "train/loop/validation.h"

namespace dircn::validation_test {
namespace {

namespace fs = std::filesystem;
using testing::after;
using testing::never;

constexpr double kTolerance = 1e-6;

class Validation : public testing::SmallRun {
 protected:
  /// Two volumes, whose targets are not square, differ in size, and have their largest value
  /// outside of the crop.
  void write_fastmri_set(const fs::path& folder) const {
    torch::manual_seed(7);
    for (const auto& [name, slices, height] :
         {std::tuple("a.h5", 3, 24), std::tuple("b.h5", 2, 30)}) {
      auto rss = torch::rand({slices, height, 20}) + 0.1;
      rss[0][0][0] = 5;
      testing::write_fastmri(folder / name, testing::full_kspace(slices, 2, 48, 32, height), rss,
                             testing::column_mask(32, 4, 4).flatten());
    }
  }

  static ValidationScores validated(const Network& network, const Config& settings) {
    return validate(network, detail::validation_set(settings).value(), settings, torch::kCPU, "",
                    never)
        .value();
  }

  /// As `dircn_eval` scores the volumes of a folder.
  static Metrics evaluated(const Network& network, const fs::path& folder) {
    DataConfig data;
    data.val = folder.string();
    const auto method = std::make_shared<NetworkEnsemble>(std::vector<Network>{network},
                                                          EnsembleOptions{torch::kCPU});
    return score_volumes(score_network_job(method, data)).overall.value().metrics;
  }

  static void expect_fastmri_scores(const ValidationScores& scores, const Metrics& expected) {
    EXPECT_NEAR(scores.ssim, expected.at(kSsim).value, kTolerance);
    EXPECT_NEAR(scores.ssim_zero_filled, expected.at(kSsim).zero_filled.value(), kTolerance);
    EXPECT_NEAR(scores.psnr, expected.at(kPsnr).value, 1e-4);
    EXPECT_NEAR(scores.nmse, expected.at(kNmse).value, kTolerance * scores.nmse);
  }
};

TEST_F(Validation, ValidatesOnTheLabelsCrop) {
  Config settings = config();
  settings.model.cascades = 1;
  const ValidationSet validation = detail::validation_set(settings).value();
  const SliceSet& set = validation.slices;
  const Network network = make_network(settings.model);
  const auto scores = validate(network, validation, settings, torch::kCPU, "", never);
  ASSERT_TRUE(scores.has_value());
  double sum = 0;
  for (int64_t i = 0; i < set.size(); ++i) {
    const RawSlice raw = set.read(i);
    const auto coils = ifft2c(testing::fov_crop(raw.kspace * raw.mask)).unsqueeze(0);
    const auto zero_filled = center_crop_or_pad(root_sum_of_squares(coils)[0][0], 32, 32);
    sum += masked_ssim(zero_filled, *raw.label, raw.maximum, 5e-5);
  }
  EXPECT_NEAR(scores->ssim_zero_filled, sum / static_cast<double>(set.size()), 1e-6);
  EXPECT_NE(scores->ssim, scores->ssim_zero_filled);
  EXPECT_EQ(scores->picture.size(0), 32);
  EXPECT_GE(scores->picture.size(1), 4 * 32);  // zero-filled, reconstruction, target, error
  EXPECT_FALSE(validate(network, validation, settings, torch::kCPU, "", after(1)).has_value());
}

TEST_F(Validation, AgreesWithTheEvaluationOfTheChallenge) {
  Config settings = config();
  settings.data.val = settings.data.train;  // more volumes than one
  const Network network = make_network(settings.model);
  const ValidationScores scores = validated(network, settings);
  const Metrics expected = evaluated(network, settings.data.val);
  EXPECT_NEAR(scores.ssim, expected.at(kSsim).value, kTolerance);
  EXPECT_NEAR(scores.ssim_zero_filled, expected.at(kSsim).zero_filled.value(), kTolerance);
  EXPECT_GT(scores.psnr, 0);  // which the challenge does not score
}

TEST_F(Validation, AgreesWithTheEvaluationOfFastmri) {
  write_fastmri_set(folder_ / "val");
  Config settings = config();
  settings.data.val = (folder_ / "val").string();
  const Network network = make_network(settings.model);
  expect_fastmri_scores(validated(network, settings), evaluated(network, folder_ / "val"));
}

TEST_F(Validation, ScoresWhatIsKeptOfATrainingSetByTheSameRule) {
  write_fastmri_set(folder_ / "train");
  Config settings = config();
  settings.data.train = (folder_ / "train").string();
  settings.data.val = "";
  settings.data.validation_share = 0.5;
  const auto kept = detail::validation_set(settings).value().slices.volume_of(0).kspace;
  fs::create_directory(folder_ / "kept");
  fs::copy(kept, folder_ / "kept" / kept.filename());
  const Network network = make_network(settings.model);
  expect_fastmri_scores(validated(network, settings), evaluated(network, folder_ / "kept"));
}

TEST_F(Validation, NeedsFilesOfOneLayout) {
  write_fastmri_set(folder_ / "val");
  testing::write_images(folder_ / "image/c.h5", torch::rand({1, 24, 20}), 1);
  testing::write_kspace(folder_ / "kspace/c.h5", testing::full_kspace(1, 2, 48, 32, 1),
                        testing::some_columns(32));
  Config settings = config();
  settings.data.val = folder_.path().string();
  EXPECT_THROW(detail::validation_set(settings), Error);
}

}  // namespace
}  // namespace dircn::validation_test
