// dircn_simulate as its users start it.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <string>

#include "simulate/small_head.h"
#include "support/command.h"
#include "support/paths.h"
#include "support/python.h"

namespace dircn::simulate_app_test {
namespace {

namespace fs = std::filesystem;
using testing::CommandResult;
using testing::run_command;
using testing::TemporaryFolder;

class SimulateApp : public ::testing::Test {
 protected:
  std::string arguments(const std::string& output, const std::string& more) const {
    return testing::program("simulate") + " --output " + (folder_ / output).string() +
           " --anatomy " + head_.string() +
           " --slices 3 --coils 4 --height 160 --width 84 --label 80 " + more;
  }

  CommandResult simulate(const std::string& output, const std::string& more,
                         const std::string& environment = "") const {
    return run_command(environment + " " + arguments(output, more));
  }

  std::map<std::string, std::string> contents(const std::string& output) const {
    std::map<std::string, std::string> result;
    for (const auto& entry : fs::recursive_directory_iterator(folder_ / output)) {
      if (entry.is_regular_file()) {
        result[fs::relative(entry.path(), folder_ / output).string()] =
            testing::read_file(entry.path());
      }
    }
    return result;
  }

  /// Runs Python on the folder `output` (sys.argv[1]).
  void check_by_python(const std::string& output, const std::string& script) const {
    testing::write_file(folder_ / "check.py",
                        "import sys, json, h5py, numpy as np\nfolder = sys.argv[1]\n" + script);
    const auto result =
        run_command("'" + testing::python() + "' " + (folder_ / "check.py").string() + " " +
                    (folder_ / output).string());
    EXPECT_EQ(result.exit_code, 0) << result.output;
  }

  TemporaryFolder folder_;
  fs::path head_ = testing::write_small_head(folder_.path());
};

TEST_F(SimulateApp, GivesTheSameBytesOnAnyNumberOfThreads) {
  const std::string set = "--train 2 --val 1 --leaderboard 1";
  const auto one = simulate("one", set, "OMP_NUM_THREADS=1");
  ASSERT_EQ(one.exit_code, 0) << one.output;
  EXPECT_NE(one.output.find("5 volumes written, 0 skipped (already there)"), std::string::npos)
      << one.output;
  ASSERT_EQ(simulate("two", set, "OMP_NUM_THREADS=2").exit_code, 0);
  ASSERT_EQ(simulate("three", set, "OMP_NUM_THREADS=3").exit_code, 0);
  const auto expected = contents("one");
  EXPECT_EQ(expected.size(), 11U);
  EXPECT_TRUE(contents("two") == expected);
  EXPECT_TRUE(contents("three") == expected);
  ASSERT_EQ(simulate("seed", set + " --seed 2").exit_code, 0);
  EXPECT_NE(contents("seed").at("val/kspace/brain_acc4_1.h5"),
            expected.at("val/kspace/brain_acc4_1.h5"));
}

TEST_F(SimulateApp, NumpySeesAChallengeSet) {
  DIRCN_NEEDS_PYTHON("h5py, numpy");
  ASSERT_EQ(simulate("set", "--train 2 --leaderboard 1").exit_code, 0);
  check_by_python("set", R"(
def rss(k):
    axes = (-2, -1)
    shifted = np.fft.ifftshift(k, axes=axes)
    images = np.fft.fftshift(np.fft.ifft2(shifted, norm="ortho"), axes=axes)
    return np.sqrt((abs(images) ** 2).sum(1))
def cropped(x):
    y0, x0 = (x.shape[1] - 80) // 2, (x.shape[2] - 80) // 2
    return x[:, y0:y0 + 80, x0:x0 + 80]
for name, masked in (("train/{}/brain_acc8_1.h5", False), ("leaderboard/acc4/{}/brain_test_1.h5", True)):
    with h5py.File(folder + "/" + name.format("kspace")) as f:
        kspace, mask = f["kspace"][()], f["mask"][()]
    assert kspace.dtype == np.complex64 and kspace.shape == (3, 4, 160, 84), (kspace.dtype, kspace.shape)
    assert mask.dtype == np.float32 and mask.shape == (84,) and set(mask) == {0, 1}, mask
    assert masked == bool((kspace[..., mask == 0] == 0).all())
    with h5py.File(folder + "/" + name.format("image")) as f:
        label, zero_filled = f["image_label"][()], f["image_input"][()]
        assert f.attrs["max"] == label.max() and isinstance(json.loads(f.attrs["annotations"]), dict)
    assert label.dtype == np.float32 and label.shape == (3, 80, 80)
    assert np.allclose(cropped(rss(kspace * mask)), zero_filled, atol=1e-5 * label.max())
    assert masked or np.allclose(cropped(rss(kspace)), label, atol=1e-5 * label.max())
)");
}

TEST_F(SimulateApp, FastMrisReaderFindsWhatItLooksFor) {
  DIRCN_NEEDS_PYTHON("h5py, numpy");
  ASSERT_EQ(simulate("set", "--layout fastmri --train 1 --leaderboard 1").exit_code, 0);
  check_by_python("set", R"(
import xml.etree.ElementTree as etree
with h5py.File(folder + "/multicoil_train/file_brain_train_acc4_1.h5") as f:
    assert sorted(f) == ["ismrmrd_header", "kspace", "reconstruction_rss"], list(f)
    assert sorted(f.attrs) == ["acquisition", "max", "norm", "patient_id"], list(f.attrs)
    label = f["reconstruction_rss"][()]
    assert np.isclose(f.attrs["norm"], np.linalg.norm(label.astype(float))), f.attrs["norm"]
    assert f.attrs["acquisition"] in ("AXT1", "AXT2", "AXFLAIR")
    root = etree.fromstring(f["ismrmrd_header"][()])
def number(*path):
    return int(root.find("/".join("{http://www.ismrm.org/ISMRMRD}" + p for p in ("encoding",) + path)).text)
assert [number("encodedSpace", "matrixSize", a) for a in "xyz"] == [160, 84, 1]
assert [number("reconSpace", "matrixSize", a) for a in "xyz"] == [80, 80, 1]
step = ("encodingLimits", "kspace_encoding_step_1")
assert (number(*step, "center"), number(*step, "maximum")) == (42, 83)
with h5py.File(folder + "/multicoil_test/file_brain_test_acc8_1.h5") as f:
    assert sorted(f) == ["ismrmrd_header", "kspace", "mask"], list(f)
    assert (f["kspace"][()][..., f["mask"][()] == 0] == 0).all()
)");
}

/// Interrupted anywhere, what is there is whole, and the same command gives the same set.
TEST_F(SimulateApp, AnInterruptedSetIsCompletedByTheSameCommand) {
  const std::string set = "--train 10 --val 2";
  const auto killed =
      run_command(arguments("set", set) + " & pid=$!; for i in $(seq 1000); do [ -e " +
                  (folder_ / "set/train/kspace/brain_acc4_1.h5").string() +
                  " ] && break; sleep 0.02; done; kill -TERM $pid; wait $pid");
  EXPECT_EQ(killed.exit_code, 1) << killed.output;
  EXPECT_NE(killed.output.find("run again to continue"), std::string::npos) << killed.output;
  for (const auto& [name, content] : contents("set")) {
    EXPECT_EQ(name.find(".tmp"), std::string::npos) << name;
  }
  const auto again = simulate("set", set);
  EXPECT_EQ(again.exit_code, 0) << again.output;
  ASSERT_EQ(simulate("other", set).exit_code, 0);
  EXPECT_TRUE(contents("set") == contents("other"));
  EXPECT_NE(simulate("set", set).output.find("0 volumes written, 12 skipped"), std::string::npos);
}

TEST_F(SimulateApp, SaysWhatIsWrong) {
  EXPECT_EQ(run_command(testing::program("simulate")).exit_code, 2);
  EXPECT_EQ(simulate("set", "--train -1").exit_code, 2);
  EXPECT_EQ(simulate("set", "--train 1 --layout other").exit_code, 2);
  EXPECT_EQ(simulate("set", "--train 1 --acceleration 1").exit_code, 2);
  const auto nothing = simulate("set", "");
  EXPECT_EQ(nothing.exit_code, 1);
  EXPECT_NE(nothing.output.find("--leaderboard"), std::string::npos) << nothing.output;
  ASSERT_EQ(simulate("set", "--train 1").exit_code, 0);
  const auto other = simulate("set", "--train 1 --acceleration 4");
  EXPECT_EQ(other.exit_code, 1);
  EXPECT_NE(other.output.find("acceleration [4,8]"), std::string::npos) << other.output;
  const auto full = run_command("ulimit -f 4; trap '' XFSZ; " + arguments("full", "--train 1"));
  EXPECT_EQ(full.exit_code, 1);
  EXPECT_NE(full.output.find("brain_acc4_1.h5"), std::string::npos) << full.output;
  EXPECT_TRUE(fs::is_empty(folder_ / "full/train/kspace"));
}

TEST_F(SimulateApp, ExplainsItself) {
  const auto help = run_command(testing::program("simulate") + " --help");
  EXPECT_EQ(help.exit_code, 0);
  for (const char* option : {"--output", "--layout", "--train", "--val", "--leaderboard",
                             "--slices", "--coils", "--height", "--width", "--label",
                             "--acceleration", "--seed", "--anatomy", "768", "396", "mricron"}) {
    EXPECT_NE(help.output.find(option), std::string::npos) << option;
  }
}

/// With a configuration each scan is unlike the others, and what comes is a set that can be used.
TEST_F(SimulateApp, MakesScansUnlikeEachOther) {
  DIRCN_NEEDS_PYTHON("h5py, numpy");
  const std::string varied = testing::program("simulate") + " --output " +
                             (folder_ / "varied").string() + " --anatomy " + head_.string() +
                             " textures --set data.simulation.matrix=[40,64]"
                             " --set data.simulation.coils=[2,4] --slices 2";
  const auto made = run_command(varied + " --train 4 --leaderboard 1");
  ASSERT_EQ(made.exit_code, 0) << made.output;
  EXPECT_NE(made.output.find("scans of the same heads"), std::string::npos) << made.output;
  check_by_python("varied", R"(
import glob
shapes = set()
for path in sorted(glob.glob(folder + "/train/kspace/*.h5") + glob.glob(folder + "/leaderboard/*/kspace/*.h5")):
    with h5py.File(path) as f, h5py.File(path.replace("/kspace/", "/image/")) as g:
        kspace, mask, label = f["kspace"][()], f["mask"][()], g["image_label"][()]
        assert kspace.ndim == 4 and kspace.shape[0] == 2 and label.shape == (2,) + kspace.shape[2:]
        assert 40 <= min(kspace.shape[2:]) and max(kspace.shape[2:]) <= 64 and 2 <= kspace.shape[1] <= 4
        assert np.isclose(g.attrs["max"], label.max())
        if "leaderboard" in path:
            assert (kspace[..., mask == 0] == 0).all()
        shapes.add(kspace.shape)
assert len(shapes) > 3, shapes
)");
  const auto verdict =
      run_command(testing::program("inspect") + " " + (folder_ / "varied/train").string());
  EXPECT_EQ(verdict.exit_code, 0) << verdict.output;
  EXPECT_NE(run_command(varied + " --train 4 --leaderboard 1").output.find("0 volumes written"),
            std::string::npos);
  const auto fixed = run_command(varied + " --train 1 --coils 4");
  EXPECT_EQ(fixed.exit_code, 1);
  EXPECT_NE(fixed.output.find("data.simulation.coils=[8,8]"), std::string::npos) << fixed.output;
  const auto several =
      run_command(testing::program("simulate") + " --output " + (folder_ / "other").string() +
                  " --train 1 --anatomy phantom " + head_.string());
  EXPECT_EQ(several.exit_code, 1);
  EXPECT_NE(several.output.find("Give --config"), std::string::npos) << several.output;
}

TEST(SimulateAppPhantom, PrintsItsConfiguration) {
  const auto result = run_command(testing::program("simulate") +
                                  " --print-config --set data.simulation.coils=[3,5]");
  EXPECT_EQ(result.exit_code, 0) << result.output;
  EXPECT_NE(result.output.find("coils: [3, 5]"), std::string::npos) << result.output;
}

TEST(SimulateAppPhantom, NeedsNoFiles) {
  const TemporaryFolder folder;
  const auto result =
      run_command(testing::program("simulate") + " --output " + (folder / "set").string() +
                  " --anatomy phantom --train 1 --slices 2 --coils 2 --height 96 "
                  "--width 48 --label 48");
  EXPECT_EQ(result.exit_code, 0) << result.output;
  EXPECT_TRUE(fs::exists(folder / "set/train/kspace/brain_acc4_1.h5"));
}

}  // namespace
}  // namespace dircn::simulate_app_test
