// dircn_reconstruct: formats, what is written beside the images, ensembles, parallel imaging.

#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

#include "dircn/formats/hdf5.h"
#include "dircn/formats/nifti.h"
#include "dircn/model/checkpoint.h"
#include "dircn/model/module_state.h"
#include "dircn/model/network.h"
#include "dircn/reconstruct/parallel_imaging.h"
#include "support/command.h"
#include "support/golden.h"
#include "support/paths.h"
#include "support/random_input.h"
#include "support/small_set.h"

namespace dircn::reconstruct_formats_test {
namespace {

namespace fs = std::filesystem;
using testing::run_command;

class ReconstructFormats : public ::testing::Test {
 protected:
  void SetUp() override {
    testing::write_small_set(folder_ / "set", {});
    for (const char* name : {"a", "b"}) {
      torch::manual_seed(name[0]);
      save_checkpoint(folder_ / (std::string(name) + ".pt"),
                      state_of(*make_network(testing::small_model())), testing::small_model());
    }
  }

  std::string path(const std::string& name) const { return (folder_ / name).string(); }

  testing::CommandResult run(const std::string& arguments, const std::string& output) const {
    return run_command(testing::program("reconstruct") + " --input " + path("set/kspace") +
                       " --output " + path(output) + " --crop 32 " + arguments);
  }

  void expect_success(const std::string& arguments, const std::string& output = "out") const {
    const auto result = run(arguments, output);
    ASSERT_EQ(result.exit_code, 0) << result.output;
  }

  std::string with(const std::string& checkpoint) const {
    return "--device cpu --checkpoint " + path(checkpoint) + " ";
  }

  torch::Tensor image(const std::string& output, const std::string& name = "reconstruction") const {
    return Hdf5File(folder_ / output / "brain1.h5").read_real(name);
  }

  testing::TemporaryFolder folder_;
};

TEST_F(ReconstructFormats, AreWrittenBesideEachOther) {
  expect_success(with("a.pt") + "--format h5 nifti png --also zero_filled residual");
  const auto images = image("out");
  EXPECT_TRUE(torch::equal(read_nifti(folder_ / "out/brain1.nii.gz").values, images));
  EXPECT_TRUE(torch::equal(read_nifti(folder_ / "out/brain1_residual.nii.gz").values,
                           image("out", "residual")));
  EXPECT_TRUE(fs::exists(folder_ / "out/brain2/001.png"));
  EXPECT_TRUE(fs::exists(folder_ / "out/brain2/zero_filled_001.png"));
  EXPECT_EQ(run("--device cpu --checkpoint " + path("a.pt") + " --format jpeg", "out").exit_code,
            2);
}

TEST_F(ReconstructFormats, OfWhichOneIsMissingAreAllWrittenAgain) {
  expect_success(with("a.pt") + "--format h5");
  const auto again = run(with("a.pt") + "--format h5 png", "out");
  EXPECT_NE(again.output.find("2 volumes reconstructed, 0 skipped"), std::string::npos)
      << again.output;
  const auto third = run(with("a.pt") + "--format png h5", "out");
  EXPECT_NE(third.output.find("0 volumes reconstructed, 2 skipped"), std::string::npos)
      << third.output;
}

TEST_F(ReconstructFormats, MayCarryMapsAndTellHowTheyWereMade) {
  expect_success(with("a.pt") + "--also sensitivity_maps");
  const Hdf5File file(folder_ / "out/brain1.h5");
  EXPECT_EQ(file.dataset("sensitivity_maps").shape, (std::vector<int64_t>{2, 2, 32, 32}));
  EXPECT_FALSE(file.has_dataset("zero_filled"));
  EXPECT_NE(file.read_text_attribute("reconstruction_method").find("a.pt (DIRCN, 2 cascades"),
            std::string::npos);
  EXPECT_NE(file.read_text_attribute("reconstruction_program").find("dircn"), std::string::npos);
}

TEST_F(ReconstructFormats, OfEnsemblesAreMeanAndDeviation) {
  expect_success(with("a.pt"), "a");
  expect_success(with("b.pt"), "b");
  expect_success(with("a.pt") + path("b.pt"), "both");
  const auto mean = (image("a") + image("b")) / 2;
  EXPECT_LE(testing::relative_max_error(image("both"), mean), 1e-5);
  // Of two values the standard deviation is their distance by the root of two.
  const auto distance = (image("a") - image("b")).abs() / std::sqrt(2.0);
  EXPECT_LE(testing::relative_max_error(image("both", "standard_deviation"), distance), 1e-3);
  expect_success(with("a.pt") + "--flips", "flips");
  EXPECT_GT(image("flips", "standard_deviation").max().item<double>(), 0);
}

TEST_F(ReconstructFormats, OfParallelImagingComeWithoutANetwork) {
  EXPECT_EQ(run("--method pics --checkpoint " + path("a.pt"), "out").exit_code, 2);
  EXPECT_EQ(run("--method pics --flips", "out").exit_code, 2);
  EXPECT_EQ(run("--method pics --also residual", "out").exit_code, 2);
  EXPECT_EQ(run(with("a.pt") + "--tune " + path("set/kspace/brain1.h5"), "out").exit_code, 2);
  if (!parallel_imaging_is_available()) {
    GTEST_SKIP() << "needs the program bart (Debian: bart)";
  }
  testing::SmallSet other;
  other.volumes = 1;
  other.first = 9;
  testing::write_small_set(folder_ / "train", other);
  const auto scored = run("--method pics --tune " + path("set/kspace/brain1.h5"), "out");
  EXPECT_EQ(scored.exit_code, 1);
  EXPECT_NE(scored.output.find("brain1.h5: found a volume that is reconstructed, too"),
            std::string::npos)
      << scored.output;
  expect_success("--method pics --tune " + path("train/kspace/brain1.h5") + " --also zero_filled");
  const auto images = image("out");
  EXPECT_TRUE(torch::isfinite(images).all().item<bool>());
  EXPECT_FALSE(torch::allclose(images, image("out", "zero_filled"), 1e-2, 0));
}

}  // namespace
}  // namespace dircn::reconstruct_formats_test
