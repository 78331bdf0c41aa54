// Scores of files on disk. The numbers are those of tests/golden S5_metrics and
// S5_leaderboard_volumes.

#include "dircn/score/score_job.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include "dircn/core/error.h"
#include "dircn/core/interrupt.h"
#include "dircn/core/log.h"
#include "dircn/mri/coils.h"
#include "dircn/mri/crop.h"
#include "dircn/mri/fft.h"
#include "dircn/mri/slice_ssim.h"
#include "score/score_folders.h"
#include "support/random_input.h"

namespace dircn::score_volumes_test {
namespace {

namespace fs = std::filesystem;
using testing::GoldenFile;
using testing::write_images;
using testing::write_reconstruction;

double ssim_of(const Metrics& metrics) {
  return metrics.at(kSsim).value;
}

std::optional<double> zero_filled_of(const Metrics& metrics) {
  return metrics.at(kSsim).zero_filled;
}

class ScoreVolumes : public testing::ScoreFolders {};

TEST_F(ScoreVolumes, PoolsAllSlicesAsTheReference) {
  const GoldenFile golden("S5_leaderboard_volumes.pth");
  testing::write_leaderboard(golden, target(), made());
  const Scores scores = score();
  ASSERT_TRUE(scores.problems.empty()) << scores.problems[0].text;
  EXPECT_NEAR(ssim_of(scores.overall->metrics), golden.number("ssim2022"), kTolerance);
  EXPECT_FALSE(zero_filled_of(scores.overall->metrics).has_value());
  ASSERT_EQ(scores.slices.size(), 5U);
  const auto expected = golden.tensor("ssim2022_slices");
  for (const auto& slice : scores.slices) {
    // Sorted by name, brain_a is the second golden volume.
    const int64_t at = slice.volume == 0 ? 3 + slice.slice : slice.slice;
    EXPECT_NEAR(ssim_of(slice.metrics), expected[at].item<double>(), kTolerance) << at;
  }
}

/// In another unit than the challenge's, its threshold leaves no foreground.
TEST_F(ScoreVolumes, SaysWhereTheThresholdLeavesNothingToScore) {
  const double unit = 1e-9;
  write_images(target() / "image/brain1.h5", golden(0, "target") * unit, maximum(0) * unit);
  write_reconstruction(made() / "brain1.h5", golden(0, "recon") * unit);
  const auto log = target().parent_path() / "log";
  set_log_file(log.string());
  EXPECT_EQ(ssim_of(score(ScorePreset::snu2022).overall->metrics), 1);
  const std::string warned = testing::read_file(log);
  EXPECT_NE(warned.find("image/brain1.h5: the targets reach "), std::string::npos) << warned;
  EXPECT_NE(warned.find("threshold of 5e-05"), std::string::npos) << warned;
  EXPECT_LT(ssim_of(score(ScorePreset::fastmri).overall->metrics), 1);
  const std::string all = testing::read_file(log);
  EXPECT_EQ(all.rfind("the targets reach "), all.find("the targets reach ")) << all;
}

TEST_F(ScoreVolumes, WeighsEveryFolderAlike) {
  add("acc4", "a.h5", 0);
  add("acc4", "b.h5", 1);
  add("acc8", "a.h5", 2);
  const Scores scores = score();
  ASSERT_EQ(scores.folders.size(), 2U);
  EXPECT_EQ(scores.folders[0].name, "acc4");
  EXPECT_EQ(scores.folders[0].volumes, 2);
  EXPECT_NEAR(ssim_of(scores.folders[0].metrics), (ssim(0) + ssim(1)) / 2, kTolerance);
  EXPECT_EQ(scores.folders[1].name, "acc8");
  EXPECT_NEAR(ssim_of(scores.folders[1].metrics), ssim(2), kTolerance);
  EXPECT_NEAR(ssim_of(scores.overall->metrics), ((ssim(0) + ssim(1)) / 2 + ssim(2)) / 2,
              kTolerance);
  EXPECT_NEAR(zero_filled_of(scores.overall->metrics).value(), ssim_of(scores.overall->metrics),
              kTolerance);
}

TEST_F(ScoreVolumes, PoolsSlicesOfAFolderNotItsVolumes) {
  add("acc4", "one.h5", 0);
  write_images(target() / "acc4/image/three.h5", golden(1, "target").repeat({3, 1, 1}), maximum(1));
  write_reconstruction(made() / "acc4/three.h5", golden(1, "recon").repeat({3, 1, 1}));
  EXPECT_NEAR(ssim_of(score().overall->metrics), (ssim(0) + 3 * ssim(1)) / 4, kTolerance);
}

TEST_F(ScoreVolumes, ComparesZeroFilledAndReconstructionWithTheTarget) {
  add("acc4", "a.h5", 0);
  write_reconstruction(made() / "acc4/a.h5", golden(0, "target"));
  const Scores scores = score();
  EXPECT_NEAR(ssim_of(scores.overall->metrics), 1, kTolerance);
  EXPECT_NEAR(zero_filled_of(scores.overall->metrics).value(), ssim(0), kTolerance);
}

TEST_F(ScoreVolumes, ClaimsNoZeroFilledMeanOverAPartOfTheSlices) {
  add("acc4", "a.h5", 0);
  add("acc4", "b.h5", 1);
  write_images(target() / "acc4/image/b.h5", golden(1, "target"), maximum(1));
  const Scores scores = score();
  EXPECT_TRUE(zero_filled_of(scores.volumes[0].metrics).has_value());
  EXPECT_FALSE(zero_filled_of(scores.volumes[1].metrics).has_value());
  EXPECT_FALSE(zero_filled_of(scores.overall->metrics).has_value());
}

TEST_F(ScoreVolumes, TakesZeroFilledImagesFromTheKspaceBesideTheTarget) {
  const auto kspace = testing::full_kspace(1, 2, 48, 32, 1);
  const auto mask = testing::some_columns(32);
  const auto image = [](const torch::Tensor& coil_kspace) {
    const auto coils = crop_to_square_fov(ifft2c(coil_kspace));
    return center_crop_or_pad(root_sum_of_squares(coils).squeeze(1), 24, 20);
  };
  const auto label = image(kspace);
  const double largest = label.max().item<double>();
  write_images(target() / "acc4/image/a.h5", label, largest);
  write_reconstruction(made() / "acc4/a.h5", label);
  testing::write_kspace(target() / "acc4/kspace/a.h5", kspace, mask);
  EXPECT_NEAR(zero_filled_of(score().overall->metrics).value(),
              masked_ssim(image(kspace * mask)[0], label[0], largest, kForegroundThreshold),
              1e-5 /* of single-precision transforms */);
  fs::remove(target() / "acc4/kspace/a.h5");
  EXPECT_FALSE(zero_filled_of(score().overall->metrics).has_value());
}

TEST_F(ScoreVolumes, FindsReconstructionsInsideTheDataSet) {
  add("acc4", "a.h5", 0);
  write_images(target() / "acc4/kspace/a.h5", golden(0, "target"), 1);  // of no use
  write_reconstruction(target() / "out/acc4/a.h5", golden(0, "recon"));
  const Scores scores = score_volumes(score_folder_job(target(), target() / "out"));
  EXPECT_TRUE(scores.problems.empty());
  EXPECT_NEAR(ssim_of(scores.overall->metrics), ssim(0), kTolerance);
}

TEST_F(ScoreVolumes, NamesWhatHasNoCounterpart) {
  add("acc4", "a.h5", 0);
  add("acc4", "m.h5", 1);
  add("acc8", "a.h5", 2);
  fs::remove(made() / "acc4/m.h5");
  fs::remove(target() / "acc8/image/a.h5");
  const Scores scores = score();
  ASSERT_EQ(scores.problems.size(), 2U);
  EXPECT_EQ(scores.problems[0].kind, ScoreProblem::Kind::kMissing);
  EXPECT_NE(scores.problems[0].text.find("acc4/m.h5"), std::string::npos);
  EXPECT_EQ(scores.problems[1].kind, ScoreProblem::Kind::kExtra);
  EXPECT_NE(scores.problems[1].text.find("acc8/a.h5"), std::string::npos);
  EXPECT_NEAR(ssim_of(scores.overall->metrics), ssim(0), kTolerance);
}

TEST_F(ScoreVolumes, ScoresTheRestAndSaysWhatIsWrong) {
  struct Case {
    std::function<void()> spoil;
    std::vector<std::string> says;
  };
  const auto file = made() / "acc4/bad.h5";
  const auto images = target() / "acc4/image/bad.h5";
  const auto good = golden(1, "recon");
  const auto label = golden(1, "target");
  const std::vector<Case> cases = {
      {[&] {
         write_reconstruction(file, good.repeat({2, 1, 1}));
       },
       {file, "[2, 90, 80]", "[1, 90, 80]"}},
      {[&] { write_reconstruction(file, good * std::nan("")); }, {file, "slice 0", "NaN"}},
      {[&] { testing::write_file(file, "no HDF5"); }, {file, "HDF5"}},
      {[&] { write_images(file, label, 1); }, {file, "'reconstruction'"}},
      {[&] { write_images(images, label, 1, label.slice(1, 1)); }, {images, "image_input"}},
      {[&] { write_images(images, label, 1, label / 0); }, {images, "image_input", "NaN"}},
      {[&] { write_images(images, label * std::nan(""), 1); }, {images, "image_label"}},
      {[&] { write_images(images, label, 0); }, {images, "max"}}};
  for (size_t i = 0; i < cases.size(); ++i) {
    add("acc4", "a.h5", 0);
    add("acc4", "bad.h5", 1);
    cases[i].spoil();
    const Scores scores = score();
    ASSERT_EQ(scores.problems.size(), 1U) << i;
    EXPECT_EQ(scores.problems[0].kind, ScoreProblem::Kind::kUnusable);
    for (const auto& words : cases[i].says) {
      EXPECT_NE(scores.problems[0].text.find(words), std::string::npos)
          << words << " in " << scores.problems[0].text;
    }
    ASSERT_EQ(scores.slices.size(), 1U) << i;
    EXPECT_NEAR(ssim_of(scores.overall->metrics), ssim(0), kTolerance);
  }
}

TEST_F(ScoreVolumes, HasNoOverallScoreOfNothing) {
  add("acc4", "a.h5", 0);
  testing::write_file(made() / "acc4/a.h5", "");
  EXPECT_FALSE(score().overall.has_value());
  fs::remove(made() / "acc4/a.h5");
  EXPECT_THROW(score(), Error);
  fs::remove_all(target());
  EXPECT_THROW(score(), Error);
}

TEST_F(ScoreVolumes, TakesALowerThresholdForKneesOf2025) {
  add("acc4", "knee1.h5", 0);
  add("acc4", "brain1.h5", 0);
  const auto expected = [&](double threshold) {
    return masked_ssim(golden(0, "recon")[0], golden(0, "target")[0], maximum(0), threshold);
  };
  ASSERT_GT(std::abs(expected(2e-5) - expected(5e-5)), 1e-4);
  const Scores scores = score(ScorePreset::snu2025);
  ASSERT_EQ(scores.volumes.size(), 2U);
  EXPECT_EQ(scores.volumes[0].name, "acc4/brain1.h5");
  EXPECT_EQ(scores.volumes[0].threshold, 5e-5);
  EXPECT_NEAR(ssim_of(scores.volumes[0].metrics), expected(5e-5), kTolerance);
  EXPECT_EQ(scores.volumes[1].threshold, 2e-5);
  EXPECT_NEAR(ssim_of(scores.volumes[1].metrics), expected(2e-5), kTolerance);
  EXPECT_NEAR(ssim_of(score(ScorePreset::snu2022).volumes[1].metrics), expected(5e-5), kTolerance);
}

TEST_F(ScoreVolumes, ScoresAnEmptySliceAsOneIn2022) {
  const auto label = torch::cat({golden(1, "target"), torch::zeros({1, 90, 80})});
  write_images(target() / "acc4/image/a.h5", label, maximum(1));
  write_reconstruction(made() / "acc4/a.h5",
                       torch::cat({golden(1, "recon"), label.slice(0, 0, 1)}));
  const Scores scores = score();
  ASSERT_EQ(scores.slices.size(), 2U);
  EXPECT_EQ(ssim_of(scores.slices[1].metrics), 1);
  EXPECT_NEAR(ssim_of(scores.overall->metrics), (ssim(1) + 1) / 2, kTolerance);
}

using ScoreVolumesDeathTest = ScoreVolumes;

TEST_F(ScoreVolumesDeathTest, ReportsNoPartAfterASignal) {
  ::testing::GTEST_FLAG(death_test_style) = "threadsafe";
  const auto score_after_signal = [&] {
    add("acc4", "a.h5", 1);
    catch_interrupts();
    std::raise(SIGINT);
    try {
      score();
    } catch (const Error& error) {
      std::fputs(error.what(), stderr);
      std::_Exit(7);
    }
  };
  EXPECT_EXIT(score_after_signal(), ::testing::ExitedWithCode(7), "interrupted after 0 of 1");
}

TEST_F(ScoreVolumes, GroupsByTheFolderElseByTheMaskOfTheKspace) {
  add("acc4", "a.h5", 0);
  add("", "b.h5", 1);
  add("", "c.h5", 2);
  add("", "d.h5", 2);
  const auto kspace = testing::full_kspace(1, 2, 16, 64, 1);
  testing::write_kspace(target() / "kspace/b.h5", kspace, testing::column_mask(64, 8, 4).flatten());
  testing::write_file(target() / "kspace/c.h5", "no HDF5");
  const auto job = score_folder_job(target(), made());
  EXPECT_FALSE(job.volumes[1].open()->note().has_value());
  const auto note = job.volumes[2].open()->note();
  ASSERT_TRUE(note.has_value());
  EXPECT_NE(note->find("kspace/c.h5"), std::string::npos) << *note;
  const Scores scores = score_volumes(job);
  EXPECT_TRUE(scores.problems.empty());
  ASSERT_EQ(scores.accelerations.size(), 3U);
  EXPECT_EQ(scores.accelerations[0].name, "-");
  EXPECT_EQ(scores.accelerations[0].volumes, 2);
  EXPECT_FALSE(scores.accelerations[0].acceleration.has_value());
  EXPECT_EQ(scores.accelerations[1].acceleration, 4);
  EXPECT_NEAR(ssim_of(scores.accelerations[1].metrics), ssim(0), kTolerance);
  EXPECT_EQ(scores.accelerations[2].acceleration, 8);
  EXPECT_NEAR(ssim_of(scores.accelerations[2].metrics), ssim(1), kTolerance);
}

}  // namespace
}  // namespace dircn::score_volumes_test
