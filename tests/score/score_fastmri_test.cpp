// Scores of fastMRI's files, beside scikit-image's of the same files.

#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <cmath>
#include <filesystem>
#include <sstream>
#include <string>

#include "dircn/core/error.h"
#include "dircn/formats/hdf5.h"
#include "dircn/mri/coils.h"
#include "dircn/mri/crop.h"
#include "dircn/mri/fft.h"
#include "dircn/score/score_formats.h"
#include "dircn/score/score_job.h"
#include "support/challenge_files.h"
#include "support/golden.h"
#include "support/paths.h"
#include "support/python.h"

namespace dircn::score_fastmri_test {
namespace {

namespace fs = std::filesystem;
using testing::TemporaryFolder;
using testing::write_fastmri;
using testing::write_reconstruction;

/// The image of k-space [C, H, W] by this mask.
torch::Tensor zero_filled(const torch::Tensor& kspace, const torch::Tensor& mask, int64_t height,
                          int64_t width) {
  const auto coils = crop_to_square_fov(ifft2c((kspace * mask).unsqueeze(0)));
  return center_crop_or_pad(root_sum_of_squares(coils).squeeze(0).squeeze(0), height, width);
}

/// Two volumes whose targets are not square, and reconstructions that are larger.
class FastmriFiles : public ::testing::Test {
 protected:
  void SetUp() override {
    torch::manual_seed(3);
    add("a.h5", 3, 24, 20);
    add("b.h5", 2, 18, 26);
  }

  void add(const std::string& name, int64_t slices, int64_t height, int64_t width,
           double unit = 1) {
    const auto rss = torch::rand({slices, height, width}) * 1e-3;
    const auto image = center_crop_or_pad(rss, 30, 32) + 1e-4 * torch::rand({slices, 30, 32});
    write_fastmri(target() / name, kspace(slices) * unit, rss * unit, mask());
    write_reconstruction(made() / name, image * unit);
  }

  static torch::Tensor kspace(int64_t slices) {
    return testing::full_kspace(slices, 2, 48, 32, static_cast<uint64_t>(slices));
  }
  static torch::Tensor mask() { return testing::column_mask(32, 4, 4).flatten(); }

  Scores score() const { return score_volumes(score_folder_job(target(), made())); }
  fs::path target() const { return folder_ / "multicoil_val"; }
  fs::path made() const { return folder_ / "recon"; }
  TemporaryFolder folder_;
};

TEST_F(FastmriFiles, AreScoredAsTheirOwn) {
  const Scores scores = score();
  ASSERT_TRUE(scores.problems.empty()) << scores.problems[0].text;
  EXPECT_EQ(scores.rule.preset, ScorePreset::fastmri);
  ASSERT_EQ(scores.volumes.size(), 2U);
  EXPECT_EQ(scores.volumes[0].acceleration, 4);
  EXPECT_EQ(score_folder_job(target(), made(), ScorePreset::snu2022).rule.preset,
            ScorePreset::snu2022);
}

TEST_F(FastmriFiles, AgreeWithScikitImage) {
  DIRCN_NEEDS_PYTHON("h5py, numpy, skimage");
  const auto script = folder_ / "check.py";
  testing::write_file(script, R"(
import sys, h5py, numpy as np
from skimage.metrics import structural_similarity, peak_signal_noise_ratio
target, made, out = sys.argv[1:]
def centre(x, n):
    y0, x0 = (x.shape[1] - n) // 2, (x.shape[2] - n) // 2
    return x[:, y0:y0 + n, x0:x0 + n].astype(np.float64)
rows = []
for name in ('a.h5', 'b.h5'):
    gt = h5py.File(target + '/' + name)['reconstruction_rss'][()]
    n = min(gt.shape[1:])
    gt, image = centre(gt, n), centre(h5py.File(made + '/' + name)['reconstruction'][()], n)
    ssim = np.mean([structural_similarity(g, i, data_range=gt.max()) for g, i in zip(gt, image)])
    psnr = peak_signal_noise_ratio(gt, image, data_range=gt.max())
    rows.append((ssim, psnr, np.linalg.norm(gt - image) ** 2 / np.linalg.norm(gt) ** 2))
rows = np.array(rows)
np.savetxt(out, np.concatenate([rows, [rows.mean(0)], [2 * rows.std(0, ddof=1)]]))
)");
  const auto out = folder_ / "scores.txt";
  ASSERT_EQ(testing::run_python(script.string() + " " + target().string() + " " + made().string() +
                                " " + out.string()),
            0);
  std::istringstream text(testing::read_file(out));
  const Scores scores = score();
  const auto expect_row = [&](const auto& value_of) {
    for (const char* name : {kSsim, kPsnr, kNmse}) {
      double expected = 0;
      text >> expected;
      EXPECT_NEAR(value_of(name), expected, 1e-8 * std::abs(expected)) << name;
    }
  };
  for (const auto& volume : scores.volumes) {
    expect_row([&](const char* name) { return volume.metrics.at(name).value; });
  }
  const auto& overall = scores.overall->metrics;
  expect_row([&](const char* name) { return overall.at(name).value; });
  expect_row([&](const char* name) { return overall.at(name).two_sd.value(); });
}

TEST_F(FastmriFiles, HaveTheSameScoresInAnyUnit) {
  const Scores expected = score();
  for (const double unit : {1e-20, 1e-9, 1e10, 1e20}) {
    torch::manual_seed(3);
    add("a.h5", 3, 24, 20, unit);
    add("b.h5", 2, 18, 26, unit);
    const Scores found = score();
    ASSERT_TRUE(found.problems.empty()) << found.problems[0].text;
    for (const char* name : {kSsim, kPsnr, kNmse}) {
      const Metric& score = found.overall->metrics.at(name);
      const Metric& other = expected.overall->metrics.at(name);
      const double tolerance = 1e-6 * std::abs(other.value);
      EXPECT_NEAR(score.value, other.value, tolerance) << name << " " << unit;
      EXPECT_NEAR(*score.zero_filled / *other.zero_filled, 1, 1e-5) << name << " " << unit;
    }
  }
}

TEST_F(FastmriFiles, HaveNoDeviationOfOneVolume) {
  fs::remove(target() / "b.h5");
  fs::remove(made() / "b.h5");
  EXPECT_FALSE(score().overall->metrics.at(kSsim).two_sd.has_value());
}

TEST_F(FastmriFiles, GetZeroFilledImagesOfTheirKspace) {
  const auto volume = score_folder_job(target(), made()).volumes[1].open();
  const auto images = volume->read_slice(1);
  ASSERT_TRUE(images.zero_filled.has_value());
  EXPECT_LE(
      testing::relative_max_error(*images.zero_filled, zero_filled(kspace(2)[1], mask(), 18, 26)),
      1e-5);
  const Scores scores = score();
  for (const char* name : {kSsim, kPsnr, kNmse}) {
    EXPECT_TRUE(scores.overall->metrics.at(name).zero_filled.has_value()) << name;
  }
}

TEST_F(FastmriFiles, GetTheMaskThatTheirReconstructionKept) {
  const auto kept = testing::column_mask(32, 8, 2).flatten();
  write_fastmri(target() / "b.h5", kspace(2), torch::rand({2, 18, 26}) * 1e-3, std::nullopt);
  const auto keep = [&](const torch::Tensor& values) {
    testing::Hdf5Maker maker(made() / "b.h5");
    maker.real("reconstruction", torch::rand({2, 30, 32}) * 1e-3);
    maker.real("mask", values);
  };
  keep(kept);
  const auto open = score_folder_job(target(), made()).volumes[1].open;
  EXPECT_EQ(open()->acceleration(), 8);
  EXPECT_LE(testing::relative_max_error(open()->read_slice(1).zero_filled.value(),
                                        zero_filled(kspace(2)[1], kept, 18, 26)),
            1e-5);
  for (const auto& wrong : {torch::ones({31}), torch::zeros({32}), torch::full({32}, 0.5)}) {
    keep(wrong);
    const Scores scores = score();
    ASSERT_EQ(scores.problems.size(), 1U);
    EXPECT_NE(scores.problems[0].text.find((made() / "b.h5").string() + ": 'mask'"),
              std::string::npos)
        << scores.problems[0].text;
  }
}

TEST_F(FastmriFiles, AreNotScoredBesideThoseOfTheChallenge) {
  testing::write_images(target() / "c.h5", torch::rand({1, 24, 20}), 1);
  write_reconstruction(made() / "c.h5", torch::rand({1, 24, 20}));
  EXPECT_THROW(score(), Error);
  EXPECT_EQ(score_folder_job(target(), made(), ScorePreset::fastmri).volumes.size(), 3U);
}

TEST_F(FastmriFiles, AreTheirOwnIfTheLayoutSaysSo) {
  const auto rss = torch::rand({2, 18, 26});
  {
    testing::Hdf5Maker maker(target() / "b.h5");
    maker.real("reconstruction_rss", rss);
    maker.real("image_label", torch::rand({2, 18, 26}));
  }
  DataConfig data;
  data.layout = Layout::fastmri;
  const auto job = score_folder_job(target(), made(), std::nullopt, data);
  EXPECT_EQ(job.rule.preset, ScorePreset::fastmri);
  EXPECT_TRUE(torch::equal(job.volumes[1].open()->read_slice(1).target, rss[1]));
}

TEST_F(FastmriFiles, MayBePerfect) {
  write_reconstruction(made() / "a.h5",
                       Hdf5File(target() / "a.h5").read_real("reconstruction_rss"));
  const Scores scores = score();
  ASSERT_TRUE(scores.problems.empty()) << scores.problems[0].text;
  EXPECT_TRUE(std::isinf(scores.volumes[0].metrics.at(kPsnr).value));
  EXPECT_FALSE(scores.overall->metrics.at(kPsnr).two_sd.has_value());
  EXPECT_TRUE(scores.overall->metrics.at(kSsim).two_sd.has_value());
  const auto text = to_text(scores);
  EXPECT_NE(text.find(" inf "), std::string::npos) << text;
  EXPECT_EQ(text.find("nan"), std::string::npos) << text;
}

TEST_F(FastmriFiles, MayLackTheirKspace) {
  testing::Hdf5Maker(target() / "a.h5").real("reconstruction_rss", torch::rand({3, 24, 20}));
  const Scores scores = score();
  ASSERT_TRUE(scores.problems.empty()) << scores.problems[0].text;
  EXPECT_FALSE(scores.volumes[0].metrics.at(kPsnr).zero_filled.has_value());
  EXPECT_FALSE(scores.volumes[0].acceleration.has_value());
  EXPECT_TRUE(scores.volumes[1].metrics.at(kPsnr).zero_filled.has_value());
  EXPECT_FALSE(scores.overall->metrics.at(kPsnr).zero_filled.has_value());
}

TEST_F(FastmriFiles, TakeTheirRangeFromWithinTheCrop) {
  auto rss = torch::full({1, 30, 20}, 0.5);
  rss[0][1][3] = 9;    // outside the centre square
  rss[0][15][10] = 2;  // inside
  write_fastmri(target() / "a.h5", kspace(1), rss, mask());
  write_reconstruction(made() / "a.h5", rss * 0.9);
  EXPECT_EQ(score().volumes[0].data_range, 2);
}

TEST_F(FastmriFiles, AreUnusableWithASmallerReconstruction) {
  write_reconstruction(made() / "a.h5", torch::rand({3, 20, 19}));
  write_reconstruction(made() / "b.h5", torch::rand({3, 18, 26}));  // a slice too many
  const Scores scores = score();
  ASSERT_EQ(scores.problems.size(), 2U);
  EXPECT_NE(scores.problems[0].text.find("[3, 20, 19]"), std::string::npos)
      << scores.problems[0].text;
  EXPECT_NE(scores.problems[1].text.find("[3, 18, 26]"), std::string::npos)
      << scores.problems[1].text;
  EXPECT_FALSE(scores.overall.has_value());
}

TEST_F(FastmriFiles, AreUnusableWithDarkTargets) {
  write_fastmri(target() / "a.h5", kspace(3), torch::zeros({3, 24, 20}), mask());
  const Scores scores = score();
  ASSERT_EQ(scores.problems.size(), 1U);
  EXPECT_NE(scores.problems[0].text.find("a.h5"), std::string::npos);
}

}  // namespace
}  // namespace dircn::score_fastmri_test
