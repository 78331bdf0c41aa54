// Scores of files on disk. The numbers are those of tests/golden S5_metrics and
// S5_leaderboard_volumes.

#include "dircn/eval/score_volumes.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "dircn/core/error.h"
#include "support/challenge_files.h"
#include "support/golden.h"
#include "support/paths.h"

namespace dircn {
namespace {

namespace fs = std::filesystem;
using testing::GoldenFile;
using testing::TemporaryFolder;
using testing::write_images;
using testing::write_reconstruction;

constexpr double kTolerance = 1e-6;

class ScoreVolumes : public ::testing::Test {
 protected:
  /// A golden slice as a volume, its degraded image being both zero-filled and reconstruction.
  void add(const std::string& folder, const std::string& name, int image) const {
    const auto degraded = golden(image, "recon");
    write_images(target() / folder / "image" / name, golden(image, "target"), maximum(image),
                 degraded);
    write_reconstruction(made() / folder / name, degraded);
  }

  torch::Tensor golden(int image, const std::string& name) const {
    return metrics_.tensor(key(image, name)).unsqueeze(0);
  }
  double maximum(int image) const { return metrics_.number(key(image, "maximum")); }
  double ssim(int image) const { return metrics_.number(key(image, "ssim2022")); }

  fs::path target() const { return folder_ / "leaderboard"; }
  fs::path made() const { return folder_ / "recon"; }
  Scores score() const { return score_volumes(target(), made()); }

 private:
  static std::string key(int image, const std::string& name) {
    return "img." + std::to_string(image) + "." + name;
  }

  const GoldenFile metrics_{"S5_metrics.pth"};
  TemporaryFolder folder_;
};

TEST_F(ScoreVolumes, PoolsAllSlicesAsTheReference) {
  const GoldenFile golden("S5_leaderboard_volumes.pth");
  for (int64_t v = 0; v < golden.integer("num_volumes"); ++v) {
    const auto key = "vol." + std::to_string(v) + ".";
    const auto name = golden.text(key + "name");
    write_images(target() / "image" / name, golden.tensor(key + "target"),
                 golden.number(key + "maximum"));
    write_reconstruction(made() / name, golden.tensor(key + "recon"));
  }
  const Scores scores = score();
  ASSERT_TRUE(scores.problems.empty()) << scores.problems[0].text;
  EXPECT_NEAR(scores.overall->ssim, golden.number("ssim2022"), kTolerance);
  EXPECT_FALSE(scores.overall->ssim_zero_filled.has_value());
  ASSERT_EQ(scores.slices.size(), 5U);
  const auto expected = golden.tensor("ssim2022_slices");
  for (const auto& slice : scores.slices) {
    // Sorted by name, brain_a is the second golden volume.
    const int64_t at = slice.volume == 0 ? 3 + slice.slice : slice.slice;
    EXPECT_NEAR(slice.score.ssim, expected[at].item<double>(), kTolerance) << at;
  }
}

TEST_F(ScoreVolumes, WeighsEveryFolderAlike) {
  add("acc4", "a.h5", 0);
  add("acc4", "b.h5", 1);
  add("acc8", "a.h5", 2);
  const Scores scores = score();
  ASSERT_EQ(scores.folders.size(), 2U);
  EXPECT_EQ(scores.folders[0].name, "acc4");
  EXPECT_EQ(scores.folders[0].volumes, 2);
  EXPECT_NEAR(scores.folders[0].score.ssim, (ssim(0) + ssim(1)) / 2, kTolerance);
  EXPECT_EQ(scores.folders[1].name, "acc8");
  EXPECT_NEAR(scores.folders[1].score.ssim, ssim(2), kTolerance);
  EXPECT_NEAR(scores.overall->ssim, ((ssim(0) + ssim(1)) / 2 + ssim(2)) / 2, kTolerance);
  EXPECT_NEAR(scores.overall->ssim_zero_filled.value(), scores.overall->ssim, kTolerance);
}

TEST_F(ScoreVolumes, PoolsSlicesOfAFolderNotItsVolumes) {
  add("acc4", "one.h5", 0);
  write_images(target() / "acc4/image/three.h5", golden(1, "target").repeat({3, 1, 1}), maximum(1));
  write_reconstruction(made() / "acc4/three.h5", golden(1, "recon").repeat({3, 1, 1}));
  EXPECT_NEAR(score().overall->ssim, (ssim(0) + 3 * ssim(1)) / 4, kTolerance);
}

TEST_F(ScoreVolumes, ComparesZeroFilledAndReconstructionWithTheTarget) {
  add("acc4", "a.h5", 0);
  write_reconstruction(made() / "acc4/a.h5", golden(0, "target"));
  const Scores scores = score();
  EXPECT_NEAR(scores.overall->ssim, 1, kTolerance);
  EXPECT_NEAR(scores.overall->ssim_zero_filled.value(), ssim(0), kTolerance);
}

TEST_F(ScoreVolumes, ClaimsNoZeroFilledMeanOverAPartOfTheSlices) {
  add("acc4", "a.h5", 0);
  add("acc4", "b.h5", 1);
  write_images(target() / "acc4/image/b.h5", golden(1, "target"), maximum(1));
  const Scores scores = score();
  EXPECT_TRUE(scores.volumes[0].score.ssim_zero_filled.has_value());
  EXPECT_FALSE(scores.volumes[1].score.ssim_zero_filled.has_value());
  EXPECT_FALSE(scores.overall->ssim_zero_filled.has_value());
}

TEST_F(ScoreVolumes, FindsReconstructionsInsideTheDataSet) {
  add("acc4", "a.h5", 0);
  write_images(target() / "acc4/kspace/a.h5", golden(0, "target"), 1);  // never opened
  write_reconstruction(target() / "out/acc4/a.h5", golden(0, "recon"));
  const Scores scores = score_volumes(target(), target() / "out");
  EXPECT_TRUE(scores.problems.empty());
  EXPECT_NEAR(scores.overall->ssim, ssim(0), kTolerance);
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
  EXPECT_NEAR(scores.overall->ssim, ssim(0), kTolerance);
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
    EXPECT_NEAR(scores.overall->ssim, ssim(0), kTolerance);
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

TEST(WorstAndMedianSlice, AreByScore) {
  Scores scores;
  for (const double ssim : {0.9, 0.7, 0.8, 0.6}) {
    scores.slices.push_back({0, static_cast<int64_t>(scores.slices.size()), {ssim, {}}});
  }
  const auto worst = worst_slices(scores, 3);
  ASSERT_EQ(worst.size(), 3U);
  EXPECT_EQ(worst[0].slice, 3);
  EXPECT_EQ(worst[1].slice, 1);
  EXPECT_EQ(worst[2].slice, 2);
  EXPECT_EQ(worst_slices(scores, 9).size(), 4U);
  EXPECT_EQ(median_slice(scores).slice, 1);
  scores.slices.pop_back();
  EXPECT_EQ(median_slice(scores).slice, 2);
}

}  // namespace
}  // namespace dircn
