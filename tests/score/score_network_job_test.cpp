// A network that reconstructs the validation set, and its scores.

#include "dircn/score/score_job.h"

#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <chrono>
#include <cmath>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "dircn/core/error.h"
#include "dircn/data/label_volume.h"
#include "dircn/mri/coils.h"
#include "dircn/mri/crop.h"
#include "dircn/mri/fft.h"
#include "dircn/mri/slice_ssim.h"
#include "dircn/reconstruct/network_ensemble.h"
#include "dircn/reconstruct/reconstruct.h"
#include "dircn/score/volume_source.h"
#include "support/challenge_files.h"
#include "support/devices.h"
#include "support/paths.h"
#include "support/random_input.h"
#include "support/small_set.h"

namespace dircn::score_network_job_test {
namespace {

namespace fs = std::filesystem;
using testing::SmallSet;
using testing::TemporaryFolder;

Network network() {
  torch::manual_seed(1);
  return make_network(testing::small_model());
}

DataConfig data(const fs::path& val) {
  DataConfig set;
  set.val = val.string();
  return set;
}

std::shared_ptr<SliceMethod> method(const Network& trained, torch::Device device = torch::kCPU) {
  return std::make_shared<NetworkEnsemble>(std::vector<Network>{trained}, EnsembleOptions{device});
}

ScoreJob job_of(const DataConfig& set, std::optional<ScorePreset> preset = std::nullopt) {
  return score_network_job(method(network()), set, preset);
}

DIRCN_DEVICE_TEST(ScoreNetworkJob, ReconstructsScoresAndTimesTheValidationSet) {
  const TemporaryFolder folder;
  SmallSet set;
  set.slices = 7;
  write_small_set(folder.path(), set);
  const Scores scores =
      score_volumes(score_network_job(method(network(), device), data(folder.path())));
  ASSERT_TRUE(scores.problems.empty()) << scores.problems[0].text;
  EXPECT_EQ(scores.rule.preset, ScorePreset::snu2022);
  ASSERT_EQ(scores.slices.size(), 14U);
  ASSERT_EQ(scores.accelerations.size(), 1U);
  EXPECT_EQ(scores.accelerations[0].acceleration, 4);
  ASSERT_TRUE(scores.times.has_value());
  EXPECT_EQ(scores.times->milliseconds.size(), 4U);  // 2 of each volume's 7
  EXPECT_GT(mean_time(*scores.times), 0);
  EXPECT_EQ(scores.times->device, device.str());

  const KspaceVolume kspace(folder / "kspace/brain2.h5");
  const LabelVolume label(folder / "image/brain2.h5");
  const torch::NoGradGuard no_grad;
  Reconstructor reconstructor(network(), {}, device);
  const auto image = reconstructor.slice({kspace.read_slice(3), kspace.mask(), kspace.grid()});
  EXPECT_EQ(scores.slices[10].slice, 3);
  const auto ssim = [&](const torch::Tensor& made) {
    return masked_ssim(made, label.read_slice(3), label.maximum(), kForegroundThreshold);
  };
  EXPECT_NEAR(scores.slices[10].metrics.at(kSsim).value, ssim(image), 1e-4);
  const auto coils =
      crop_to_square_fov(ifft2c((kspace.read_slice(3) * kspace.mask()).unsqueeze(0)));
  const auto zero_filled = center_crop_or_pad(root_sum_of_squares(coils)[0][0], 32, 32);
  EXPECT_NEAR(scores.slices[10].metrics.at(kSsim).zero_filled.value(), ssim(zero_filled), 1e-5);
}

TEST(ScoreNetworkJob, HasNoTimeOfVolumesThatAreShort) {
  const TemporaryFolder folder;
  write_small_set(folder.path(), SmallSet{});
  const Scores scores = score_volumes(job_of(data(folder.path())));
  ASSERT_TRUE(scores.times.has_value());
  EXPECT_TRUE(scores.times->milliseconds.empty());
}

TEST(ScoreNetworkJob, TakesFastmriFiles) {
  const TemporaryFolder folder;
  const auto kspace = testing::full_kspace(2, 2, 48, 32, 1);
  testing::write_fastmri(folder / "val/a.h5", kspace, torch::rand({2, 24, 20}) + 0.1,
                         testing::column_mask(32, 4, 4).flatten());
  const Scores scores = score_volumes(job_of(data(folder / "val")));
  ASSERT_TRUE(scores.problems.empty()) << scores.problems[0].text;
  EXPECT_EQ(scores.rule.preset, ScorePreset::fastmri);
  EXPECT_TRUE(scores.overall->metrics.at(kPsnr).zero_filled.has_value());
  const auto chosen = score_volumes(job_of(data(folder / "val"), ScorePreset::snu2026));
  EXPECT_EQ(chosen.rule.preset, ScorePreset::snu2026);
}

TEST(ScoreNetworkJob, SaysWhereTheFieldOfViewIsNotCropped) {
  const TemporaryFolder folder;
  write_small_set(folder.path(), SmallSet{});
  testing::write_kspace(folder / "kspace/brain2.h5", testing::full_kspace(2, 2, 48, 40, 1),
                        testing::some_points(48, 40));
  const auto job = job_of(data(folder.path()));
  EXPECT_FALSE(job.volumes[0].open()->note().has_value());
  EXPECT_EQ(job.volumes[1].open()->note(), (folder / "kspace/brain2.h5").string() +
                                               ": 2-D mask, so the field of view is not cropped");
}

TEST(ScoreNetworkJob, LeavesOutAVolumeWhoseMaskIsNotThatOfItsKspace) {
  const TemporaryFolder folder;
  write_small_set(folder.path(), SmallSet{});
  const auto mask = testing::column_mask(40, 4, 8).flatten();
  testing::write_kspace(folder / "kspace/brain2.h5", testing::full_kspace(2, 2, 48, 40, 1) * mask,
                        testing::column_mask(40, 4, 8, 1).flatten());
  const Scores scores = score_volumes(job_of(data(folder.path())));
  ASSERT_EQ(scores.problems.size(), 1U);
  EXPECT_NE(scores.problems[0].text.find("brain2.h5 was not scored"), std::string::npos);
  EXPECT_NE(scores.problems[0].text.find("another mask"), std::string::npos);
  EXPECT_EQ(scores.volumes.size(), 1U);
}

TEST(ScoreNetworkJob, WarnsOfLabelsOfAnotherScan) {
  const TemporaryFolder folder;
  write_small_set(folder.path(), SmallSet{});
  testing::write_kspace(folder / "kspace/brain2.h5", testing::full_kspace(2, 2, 48, 40, 1),
                        testing::column_mask(40, 4, 8).flatten());
  const auto job = job_of(data(folder.path()));
  EXPECT_TRUE(job.volumes[0].open()->warnings().empty());
  const auto warnings = job.volumes[1].open()->warnings();
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_NE(warnings[0].find("image/brain2.h5"), std::string::npos) << warnings[0];
  EXPECT_NE(warnings[0].find("kspace/brain2.h5"), std::string::npos) << warnings[0];
}

/// The k-space is read once for the network and the zero-filled image, whose thread reads no file.
TEST(ScoreNetworkJob, ComputesFromWhatWasRead) {
  const TemporaryFolder folder;
  write_small_set(folder.path(), SmallSet{});
  const torch::NoGradGuard no_grad;
  const auto source = job_of(data(folder.path())).volumes[0].open();
  const SliceImages expected = source->read_slice(1);
  SliceInput slice = source->read(1);
  EXPECT_TRUE(torch::equal(slice.kspace, KspaceVolume(folder / "kspace/brain1.h5").read_slice(1)));
  const SliceImages images = source->images(slice);
  EXPECT_TRUE(torch::equal(images.target, expected.target));
  EXPECT_TRUE(torch::equal(images.reconstruction, expected.reconstruction));
  EXPECT_TRUE(torch::equal(images.zero_filled.value(), expected.zero_filled.value()));
  slice.kspace = 2 * slice.kspace;  // not what the file holds
  const auto doubled = source->images(slice).zero_filled.value();
  EXPECT_TRUE(torch::allclose(doubled, 2 * expected.zero_filled.value()));
}

/// Its second slice cannot be read, and the first one takes a while.
class SpoiltSource : public VolumeSource {
 public:
  explicit SpoiltSource(LabelVolume label)
      : VolumeSource(std::move(label), std::nullopt, std::nullopt) {}

 private:
  void add_stored(int64_t index, const Extras& /*wanted*/, SliceInput& /*slice*/) const override {
    require(index == 0, [] { return Error::Parts{"slice 1", "spoilt", "", ""}; });
  }

  SliceOutputs outputs(const SliceInput& /*slice*/, const Extras& /*wanted*/) override {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    return {{kReconstruction, label().read_slice(0)}};
  }
};

TEST(ScoreSpoiltSource, KeepsWhatIsInWorkWhenALaterSliceCannotBeRead) {
  const TemporaryFolder folder;
  write_small_set(folder.path(), SmallSet{});
  ScoreJob job;
  job.volumes.push_back({"a.h5", [&] {
                           LabelVolume label(folder / "image/brain1.h5", Layout::automatic);
                           return std::make_unique<SpoiltSource>(std::move(label));
                         }});
  const Scores scores = score_volumes(job);
  EXPECT_TRUE(scores.volumes.empty());
  ASSERT_EQ(scores.problems.size(), 1U);
  EXPECT_NE(scores.problems[0].text.find("spoilt"), std::string::npos) << scores.problems[0].text;
}

TEST(ScoreNetworkJob, ReadsTargetsOfTheLayoutThatIsNamed) {
  const TemporaryFolder folder;
  const auto rss = torch::rand({2, 24, 20}) + 0.1;
  {
    testing::Hdf5Maker maker(folder / "val/a.h5");
    maker.complex("kspace", testing::full_kspace(2, 2, 48, 32, 1));
    maker.real("reconstruction_rss", rss);
    maker.real("image_label", torch::rand({2, 24, 20}));
  }
  auto named = data(folder / "val");
  named.layout = Layout::fastmri;
  named.mask = {MaskType::equispaced, {0.1}, {4}};
  const auto job = job_of(named);
  EXPECT_EQ(job.rule.preset, ScorePreset::fastmri);
  const auto volume = job.volumes[0].open();
  EXPECT_TRUE(torch::equal(volume->label().read_slice(1), rss[1]));
  EXPECT_EQ(volume->acceleration(), 4);
}

TEST(ScoreNetworkJob, NamesWhatFailsAndScoresTheRest) {
  const TemporaryFolder folder;
  SmallSet set;
  set.volumes = 4;
  write_small_set(folder.path(), set);
  fs::remove(folder / "image/brain1.h5");
  fs::remove(folder / "kspace/brain2.h5");
  testing::write_file(folder / "kspace/brain3.h5", "no HDF5");
  const Scores scores = score_volumes(job_of(data(folder.path())));
  ASSERT_EQ(scores.problems.size(), 3U);
  EXPECT_EQ(scores.problems[0].kind, ScoreProblem::Kind::kMissing);
  EXPECT_NE(scores.problems[0].text.find("brain2.h5"), std::string::npos);
  EXPECT_NE(scores.problems[1].text.find("image/brain1.h5"), std::string::npos)
      << scores.problems[1].text;
  EXPECT_NE(scores.problems[2].text.find("kspace/brain3.h5"), std::string::npos);
  ASSERT_EQ(scores.volumes.size(), 1U);
  EXPECT_EQ(scores.volumes[0].name, "brain4.h5");
}

TEST(ScoreNetworkJob, RefusesTwoImagesOfOneName) {
  const TemporaryFolder folder;
  write_small_set(folder.path(), SmallSet{});
  fs::create_directory(folder / "image/image");
  fs::copy_file(folder / "image/brain1.h5", folder / "image/image/brain1.h5");
  EXPECT_THROW(job_of(data(folder.path())), Error);
}

TEST(ScoreNetworkJob, NamesVolumesOnWhichTheNetworkFails) {
  const TemporaryFolder folder;
  write_small_set(folder.path(), SmallSet{});
  auto broken = network();
  {
    const torch::NoGradGuard no_grad;
    for (auto& parameter : broken->parameters()) {
      parameter.fill_(std::nan(""));
    }
  }
  const Scores scores = score_volumes(score_network_job(method(broken), data(folder.path())));
  ASSERT_EQ(scores.problems.size(), 2U);
  EXPECT_NE(scores.problems[0].text.find("brain1.h5"), std::string::npos);
  EXPECT_NE(scores.problems[0].text.find("NaN"), std::string::npos) << scores.problems[0].text;
  EXPECT_FALSE(scores.overall.has_value());
}

TEST(ScoreNetworkJob, NeedsAValidationSet) {
  EXPECT_THROW(job_of(data("")), Error);
  EXPECT_THROW(job_of(data("/no/such/folder")), Error);
}

}  // namespace
}  // namespace dircn::score_network_job_test
