// dircn_reconstruct as its users start it.

#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <csignal>
#include <fstream>

#include "dircn/formats/hdf5.h"
#include "dircn/model/checkpoint.h"
#include "dircn/model/module_state.h"
#include "dircn/reconstruct/reconstruct.h"
#include "support/challenge_files.h"
#include "support/command.h"
#include "support/golden.h"
#include "support/image_grids.h"
#include "support/paths.h"
#include "support/random_input.h"

namespace dircn::reconstruct_app_test {
namespace {

namespace fs = std::filesystem;
using testing::CommandResult;
using testing::run_command;
using testing::square_grid;
using testing::TemporaryFolder;

constexpr int64_t kCoils = 2;
constexpr int64_t kHeight = 48;
constexpr int64_t kWidth = 40;

torch::Tensor mask() {
  return testing::column_mask(kWidth, 4, 8).view({kWidth});
}

torch::Tensor kspace(int64_t slices, uint64_t seed = 1) {
  return testing::full_kspace(slices, kCoils, kHeight, kWidth, seed);
}

void write_volume(const fs::path& path, const torch::Tensor& data) {
  testing::write_kspace(path, data, mask());
}

/// A folder with a checkpoint and two volumes in the leaderboard's layout.
class ReconstructApp : public ::testing::Test {
 protected:
  void SetUp() override {
    torch::manual_seed(1);
    save_checkpoint(checkpoint(), state_of(*make_network(testing::small_model())),
                    testing::small_model());
    write_volume(input() / "acc4/kspace/brain1.h5", kspace(2));
    write_volume(input() / "acc8/kspace/brain1.h5", kspace(1, 2));
  }

  fs::path checkpoint() const { return folder_ / "model.pt"; }
  fs::path input() const { return folder_ / "leaderboard"; }
  fs::path output() const { return folder_ / "out"; }

  std::string arguments(const std::string& more = "") const {
    return " --checkpoint " + checkpoint().string() + " --input " + input().string() +
           " --output " + output().string() + " --crop 32 --device cpu " + more;
  }

  CommandResult reconstruct(const std::string& more = "") const {
    return run_command(testing::program("reconstruct") + arguments(more));
  }

  TemporaryFolder folder_;
};

TEST_F(ReconstructApp, WritesEveryVolumeInItsFolder) {
  const auto result = reconstruct();
  EXPECT_EQ(result.exit_code, 0) << result.output;
  EXPECT_NE(result.output.find("2 volumes reconstructed, 0 skipped (already there), 0 failed"),
            std::string::npos)
      << result.output;
  EXPECT_EQ(Hdf5File(output() / "acc4/brain1.h5").dataset("reconstruction").shape,
            (std::vector<int64_t>{2, 32, 32}));
  EXPECT_EQ(Hdf5File(output() / "acc8/brain1.h5").dataset("reconstruction").shape,
            (std::vector<int64_t>{1, 32, 32}));
}

TEST_F(ReconstructApp, MasksCropsAndReconstructsEachSlice) {
  ASSERT_EQ(reconstruct().exit_code, 0);
  const torch::NoGradGuard no_grad;
  const Network network = make_network(testing::small_model());
  load_state(*network, load_checkpoint(checkpoint()));
  Reconstructor reconstructor(network, {});
  const auto data = kspace(2);
  const auto written = Hdf5File(output() / "acc4/brain1.h5").read_real("reconstruction");
  for (int64_t i = 0; i < 2; ++i) {
    const auto image =
        reconstructor.slice({data[i] * mask(), mask(), square_grid({kHeight, kWidth}, {32, 32})});
    EXPECT_LE(testing::relative_max_error(written[i], image),
              1e-4 /* float32, another number of threads */);
  }
}

TEST_F(ReconstructApp, ReconstructsInBfloat16WhereToldTo) {
  const auto image = [&](const std::string& precision) {
    EXPECT_EQ(reconstruct("--overwrite --precision " + precision).exit_code, 0);
    return Hdf5File(output() / "acc4/brain1.h5").read_real("reconstruction");
  };
  const auto exact = image("fp32");
  const auto error = ((image("bf16") - exact).norm() / exact.norm()).item<double>();
  EXPECT_GT(error, 1e-4);
  EXPECT_LE(error, 0.2);  // 8 bits of mantissa through 60 convolutions with random weights
  EXPECT_EQ(reconstruct("--precision fp8").exit_code, 2);
}

TEST_F(ReconstructApp, WritesWhatFastmrisFilesSayOfSizeAndScan) {
  fs::remove_all(input());
  {
    testing::Hdf5Maker maker(input() / "multicoil_test/scan.h5");
    maker.complex("kspace", kspace(2));
    maker.real("mask", mask());
    testing::write_text(maker.file(), "ismrmrd_header",
                        testing::scan_header({30, 28, kWidth, kWidth, kWidth / 2}));
    maker.attribute("patient_id", "somebody");
    maker.attribute("max", 0.25);
    maker.attribute("acquisition", "AXT2");
  }
  const auto result =
      run_command(testing::program("reconstruct") + " --checkpoint " + checkpoint().string() +
                  " --input " + input().string() + " --output " + output().string());
  ASSERT_EQ(result.exit_code, 0) << result.output;
  const Hdf5File file(output() / "multicoil_test/scan.h5");
  EXPECT_EQ(file.dataset("reconstruction").shape, (std::vector<int64_t>{2, 30, 28}));
  EXPECT_EQ(file.read_text("ismrmrd_header"),
            Hdf5File(input() / "multicoil_test/scan.h5").read_text("ismrmrd_header"));
  EXPECT_EQ(file.read_text_attribute("patient_id"), "somebody");
  EXPECT_EQ(file.read_text_attribute("acquisition"), "AXT2");
  EXPECT_EQ(file.read_number_attribute("max"), 0.25);
  ASSERT_EQ(reconstruct("--overwrite").exit_code, 0);
  EXPECT_EQ(Hdf5File(output() / "multicoil_test/scan.h5").dataset("reconstruction").shape,
            (std::vector<int64_t>{2, 32, 32}))
      << "--crop 32";
}

TEST_F(ReconstructApp, SkipsWhatIsThereUnlessToldOtherwise) {
  ASSERT_EQ(reconstruct().exit_code, 0);
  testing::write_file(output() / "acc4/brain1.h5", "mine");
  EXPECT_NE(reconstruct().output.find("0 volumes reconstructed, 2 skipped"), std::string::npos);
  EXPECT_EQ(testing::read_file(output() / "acc4/brain1.h5"), "mine");
  EXPECT_NE(reconstruct("--overwrite").output.find("2 volumes reconstructed, 0 skipped"),
            std::string::npos);
  EXPECT_TRUE(Hdf5File(output() / "acc4/brain1.h5").has_dataset("reconstruction"));
}

TEST_F(ReconstructApp, TakesAReferenceCheckpointWithoutAConfiguration) {
  const auto reference = " --overwrite --checkpoint " +
                         testing::golden("S7_checkpoint-best.pth").string() + " --input " +
                         input().string() + " --output " + output().string();
  const auto image = [&] {
    return Hdf5File(output() / "acc8/brain1.h5").read_real("reconstruction");
  };
  const auto without = run_command(testing::program("reconstruct") + reference);
  EXPECT_EQ(without.exit_code, 0) << without.output;
  EXPECT_NE(without.output.find("data_consistency soft: assumed"), std::string::npos)
      << without.output;
  const auto alone = image();
  EXPECT_EQ(alone.sizes().vec(), (std::vector<int64_t>{1, kWidth, kWidth}))
      << "what was measured, its readout no longer than its lines";
  const auto with = run_command(testing::program("reconstruct") + reference + " --config " +
                                testing::test_data("reference_small.yaml").string());
  EXPECT_EQ(with.exit_code, 0) << with.output;
  EXPECT_EQ(with.output.find("assumed"), std::string::npos) << with.output;
  EXPECT_TRUE(torch::equal(image(), alone));
}

TEST_F(ReconstructApp, RefusesAModelThatContradictsTheCheckpoint) {
  const auto result = reconstruct("--set model.cascades=4");
  EXPECT_EQ(result.exit_code, 1) << result.output;
  EXPECT_NE(result.output.find("--set model.cascades=4: model.cascades: found 4; expected 2"),
            std::string::npos)
      << result.output;
  EXPECT_EQ(reconstruct("--set model.cascades=2").exit_code, 0);
}

TEST_F(ReconstructApp, ReconstructsMeasuredScannerDataWithATwoDimensionalMask) {
  const auto result = run_command(
      testing::program("reconstruct") + " --checkpoint " + checkpoint().string() + " --input " +
      testing::test_data("brain_8ch_poisson2d.h5").string() + " --output " + output().string());
  EXPECT_EQ(result.exit_code, 0) << result.output;
  EXPECT_NE(result.output.find("2-D mask"), std::string::npos) << result.output;
  const auto image = Hdf5File(output() / "brain_8ch_poisson2d.h5").read_real("reconstruction");
  EXPECT_TRUE(torch::isfinite(image).all().item<bool>());
  EXPECT_GT(image.max().item<double>(), 0);
}

TEST_F(ReconstructApp, RefusesToReplaceItsInput) {
  write_volume(folder_ / "flat/a.h5", kspace(1));
  const auto flat = (folder_ / "flat").string();
  const auto result =
      run_command(testing::program("reconstruct") + " --checkpoint " + checkpoint().string() +
                  " --input " + flat + " --output " + flat + " --overwrite");
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_TRUE(Hdf5File(folder_ / "flat/a.h5").has_dataset("kspace"));
}

TEST_F(ReconstructApp, TakesNoOutputForInput) {
  const auto inside = " --checkpoint " + checkpoint().string() + " --input " +
                      folder_.path().string() + " --output " + (folder_ / "recon").string() +
                      " --crop 32";
  for (const char* counts :
       {"2 volumes reconstructed, 0 skipped", "0 volumes reconstructed, 2 skipped"}) {
    const auto result = run_command(testing::program("reconstruct") + inside);
    EXPECT_EQ(result.exit_code, 0) << result.output;
    EXPECT_NE(result.output.find(counts), std::string::npos) << result.output;
  }
}

TEST_F(ReconstructApp, FinishesNothingByHalvesWhenInterrupted) {
  for (int i = 0; i < 30; ++i) {
    write_volume(input() / ("acc4/kspace/many" + std::to_string(i) + ".h5"), kspace(20));
  }
  // The first volume's output says that work has begun.
  const auto script =
      testing::program("reconstruct") + arguments() + " & child=$!; until [ -e " +
      (output() / "acc4/brain1.h5").string() +
      " ]; do kill -0 $child || break; sleep 0.05; done; kill -TERM $child; wait $child";
  const auto result = run_command(script);
  EXPECT_EQ(result.exit_code, 1) << result.output;
  EXPECT_NE(result.output.find("interrupted"), std::string::npos) << result.output;
  int64_t whole = 0;
  for (const auto& entry : fs::recursive_directory_iterator(output())) {
    if (entry.is_regular_file()) {
      EXPECT_EQ(entry.path().extension(), ".h5") << entry.path();
      whole += Hdf5File(entry.path()).has_dataset("reconstruction") ? 1 : 0;
    }
  }
  EXPECT_GE(whole, 1);
  EXPECT_LT(whole, 32);
}

TEST_F(ReconstructApp, LeavesNothingOnAFullDisk) {
  const auto result =
      run_command("ulimit -f 4; trap '' XFSZ; " + testing::program("reconstruct") + arguments());
  EXPECT_EQ(result.exit_code, 1) << result.output;
  EXPECT_NE(result.output.find("acc4/brain1.h5"), std::string::npos) << result.output;
  for (const auto& entry : fs::recursive_directory_iterator(output())) {
    EXPECT_FALSE(entry.is_regular_file() && entry.file_size() > 4096) << entry.path();
    EXPECT_NE(entry.path().extension(), ".tmp") << entry.path();
  }
}

TEST_F(ReconstructApp, TakesOverridesAndPrintsTheConfiguration) {
  const auto result =
      run_command(testing::program("reconstruct") +
                  (" --set data.fov_crop=none --checkpoint " + checkpoint().string() + " --input " +
                   input().string() + " --output " + output().string()));
  EXPECT_EQ(result.exit_code, 0) << result.output;
  EXPECT_EQ(Hdf5File(output() / "acc8/brain1.h5").dataset("reconstruction").shape,
            (std::vector<int64_t>{1, kHeight, kWidth}));
  EXPECT_NE(result.output.find("48 x 40 (--crop chooses another size)"), std::string::npos)
      << result.output;
  const auto printed =
      run_command(testing::program("reconstruct") + " --set data.crop=24 --print-config");
  EXPECT_EQ(printed.exit_code, 0) << printed.output;
  EXPECT_NE(printed.output.find("crop: 24"), std::string::npos) << printed.output;
}

TEST_F(ReconstructApp, WritesTheSizeThatIsAskedFor) {
  EXPECT_EQ(reconstruct("--overwrite --crop 36x20").exit_code, 2) << "once is enough";
  const auto result = run_command(testing::program("reconstruct") + " --checkpoint " +
                                  checkpoint().string() + " --input " + input().string() +
                                  " --output " + output().string() + " --crop 36x20");
  EXPECT_EQ(result.exit_code, 0) << result.output;
  EXPECT_EQ(Hdf5File(output() / "acc8/brain1.h5").dataset("reconstruction").shape,
            (std::vector<int64_t>{1, 36, 20}));
}

TEST_F(ReconstructApp, TakesAnInputThatLiesInItsOutput) {
  const auto result = run_command(
      testing::program("reconstruct") + " --checkpoint " + checkpoint().string() + " --input " +
      (input() / "acc4").string() + " --output " + folder_.path().string() + " --crop 24");
  EXPECT_EQ(result.exit_code, 0) << result.output;
  EXPECT_NE(result.output.find("1 volumes reconstructed"), std::string::npos) << result.output;
}

TEST_F(ReconstructApp, SaysWhatItTakes) {
  const auto help = run_command(testing::program("reconstruct") + " --help");
  EXPECT_EQ(help.exit_code, 0);
  for (const char* option :
       {"--checkpoint", "--input", "--output", "--config", "--crop", "--device", "--overwrite"}) {
    EXPECT_NE(help.output.find(option), std::string::npos) << option;
  }
  EXPECT_EQ(run_command(testing::program("reconstruct")).exit_code, 2);
  EXPECT_EQ(reconstruct("--no-such-option").exit_code, 2);
  for (const std::string size : {"0", "24x", "x24", "24x0", "24x24x24", "99999", "-5", "a"}) {
    const auto result = run_command(testing::program("reconstruct") + " --checkpoint c --input i" +
                                    " --output o --crop=" + size);
    EXPECT_EQ(result.exit_code, 2) << size << result.output;
  }
}

}  // namespace
}  // namespace dircn::reconstruct_app_test
