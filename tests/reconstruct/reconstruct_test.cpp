// Whole volumes through a network, read and written beside it.

#include "dircn/reconstruct/reconstruct.h"

#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "dircn/core/interrupt.h"
#include "dircn/formats/hdf5.h"
#include "support/challenge_files.h"
#include "support/devices.h"
#include "support/golden.h"
#include "support/image_grids.h"
#include "support/paths.h"
#include "support/random_input.h"

namespace dircn::reconstruct_test {
namespace {

namespace fs = std::filesystem;
using testing::square_grid;
using testing::TemporaryFolder;

constexpr int64_t kWidth = 32;

/// Of two slices; the first volume has more rows than columns, the second more coils.
torch::Tensor kspace_of(int64_t volume) {
  const int64_t height = volume == 0 ? 40 : 32;
  return testing::full_kspace(2, volume == 1 ? 3 : 2, height, kWidth,
                              static_cast<uint64_t>(volume + 1));
}

/// A folder of three volumes, and where their images go.
class Folder {
 public:
  Folder() {
    for (int64_t volume = 0; volume < 3; ++volume) {
      write(volume, kspace_of(volume));
      const std::string name = std::to_string(volume) + ".h5";
      entries_.push_back({in(volume), std::nullopt, name});
    }
  }

  void write(int64_t volume, const torch::Tensor& kspace) const {
    testing::write_kspace(in(volume), kspace, testing::some_columns(kWidth));
  }

  const std::vector<VolumeEntry>& entries() const { return entries_; }
  fs::path in(int64_t volume) const { return folder_ / ("in/" + std::to_string(volume) + ".h5"); }
  fs::path out() const { return folder_ / "out"; }
  fs::path out(int64_t volume) const { return out() / (std::to_string(volume) + ".h5"); }

 private:
  TemporaryFolder folder_;
  std::vector<VolumeEntry> entries_;
};

Network network() {
  torch::manual_seed(1);
  return make_network(testing::small_model());
}

Reconstructor reconstructor(torch::Device device = torch::kCPU) {
  ReconstructionOptions options;
  options.crop = ImageSize{24, 24};
  return {network(), options, device};
}

DIRCN_DEVICE_TEST(Reconstruct, WritesWhatTheSlicesYieldOneByOne) {
  const Folder folder;
  auto networks = reconstructor(device);
  const auto summary = networks.volumes(folder.entries(), folder.out());
  EXPECT_EQ(summary.reconstructed, 3);
  EXPECT_EQ(summary.failed, 0);
  EXPECT_EQ(summary.slices, 6);
  for (int64_t volume = 0; volume < 3; ++volume) {
    const auto written = Hdf5File(folder.out(volume)).read_real("reconstruction");
    for (int64_t i = 0; i < 2; ++i) {
      const torch::Tensor kspace = kspace_of(volume)[i];
      const auto image =
          networks.slice({kspace, testing::some_columns(kWidth),
                          square_grid({kspace.size(-2), kspace.size(-1)}, {24, 24})});
      EXPECT_LE(testing::relative_max_error(written[i], image),
                1e-4 /* float32, another number of threads */);
    }
  }
  EXPECT_EQ(networks.volumes(folder.entries(), folder.out()).skipped, 3);
}

TEST(Reconstruct, MeasuresTheShareOfTheNetwork) {
  const Folder folder;
  const auto summary = reconstructor().volumes(folder.entries(), folder.out());
  EXPECT_GT(summary.network_seconds, 0);
  EXPECT_GE(summary.seconds, summary.network_seconds);
  EXPECT_GT(summary.busy(), 0);
  EXPECT_LE(summary.busy(), 1);
}

TEST(Reconstruct, GoesOnAfterABadSliceInTheMiddle) {
  const Folder folder;
  auto bad = kspace_of(1);
  bad[1][0][5][5] = std::nan("");
  folder.write(1, bad);
  const auto summary = reconstructor().volumes(folder.entries(), folder.out());
  EXPECT_EQ(summary.reconstructed, 2);
  EXPECT_EQ(summary.failed, 1);
  EXPECT_GE(summary.slices, 4);
  EXPECT_TRUE(fs::exists(folder.out(0)) && fs::exists(folder.out(2)));
  EXPECT_FALSE(fs::exists(folder.out(1)));
}

TEST(Reconstruct, CountsFilesThatCannotBeOpened) {
  const Folder folder;
  testing::write_file(folder.in(0), "no HDF5");
  const auto summary = reconstructor().volumes(folder.entries(), folder.out());
  EXPECT_EQ(summary.reconstructed, 2);
  EXPECT_EQ(summary.failed, 1);
  EXPECT_EQ(summary.slices, 4);
}

TEST(Reconstruct, LeavesNothingOfANetworkThatYieldsNaN) {
  const Folder folder;
  auto broken = network();
  {
    const torch::NoGradGuard no_grad;
    for (auto& parameter : broken->parameters()) {
      parameter.fill_(std::nan(""));
    }
  }
  const auto summary = Reconstructor(broken, {}).volumes(folder.entries(), folder.out());
  EXPECT_EQ(summary.reconstructed, 0);
  EXPECT_EQ(summary.failed, 3);
  EXPECT_EQ(summary.slices, 0);
  EXPECT_TRUE(fs::is_empty(folder.out()));
}

TEST(ReconstructDeathTest, LeavesNothingAfterASignal) {
  ::testing::GTEST_FLAG(death_test_style) = "threadsafe";
  const auto reconstruct_after_signal = [] {
    const Folder folder;
    catch_interrupts();
    std::raise(SIGTERM);
    const auto summary = reconstructor().volumes(folder.entries(), folder.out());
    std::fputs(to_string(summary).c_str(), stderr);
    std::_Exit(fs::is_empty(folder.out()) ? 7 : 8);
  };
  EXPECT_EXIT(reconstruct_after_signal(), ::testing::ExitedWithCode(7),
              "0 volumes reconstructed, .*0 failed; interrupted before the rest");
}

TEST(Reconstruct, SaysHowItWent) {
  ReconstructionSummary summary;
  summary.skipped = 2;
  EXPECT_EQ(to_string(summary), "0 volumes reconstructed, 2 skipped (already there), 0 failed");
  summary.reconstructed = 3;
  summary.failed = 1;
  summary.slices = 16;
  summary.network_seconds = 11.84;
  summary.seconds = 12.2;  // 97.05 %
  const std::string text =
      "3 volumes reconstructed, 2 skipped (already there), 1 failed; the network ran 97 % of "
      "12.2 s (16 slices, 740.0 ms each)";
  EXPECT_EQ(to_string(summary), text);
  summary.interrupted = true;
  EXPECT_EQ(to_string(summary), text + "; interrupted before the rest, run again to continue");
}

}  // namespace
}  // namespace dircn::reconstruct_test
