// Every kind of bad input that dircn_reconstruct may meet: what it says, what it exits with, what
// it still does.

#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <functional>

#include "dircn/formats/hdf5.h"
#include "dircn/model/checkpoint.h"
#include "dircn/model/module_state.h"
#include "dircn/model/network.h"
#include "formats/hdf5_maker.h"
#include "formats/torch_file_maker.h"
#include "support/challenge_files.h"
#include "support/command.h"
#include "support/paths.h"
#include "support/random_input.h"

namespace dircn::bad_input_test {
namespace {

namespace fs = std::filesystem;
using testing::Hdf5Maker;
using testing::TemporaryFolder;

constexpr int64_t kWidth = 36;

/// The files of one run; a row of the table spoils one of them.
struct Scene {
  TemporaryFolder folder;
  fs::path checkpoint = folder / "model.pt";
  fs::path input = folder / "input";
  fs::path output = folder / "output";
  fs::path bad = input / "kspace/bad.h5";
  std::string options;
  std::string limits;  // shell commands before the program
};

torch::Tensor good_kspace() {
  return testing::random_input(2, 2, 40, kWidth, torch::ones({1, 1, 1, kWidth}, torch::kBool), 1)
      .kspace.to(torch::kComplexFloat);
}

torch::Tensor good_mask() {
  return testing::column_mask(kWidth, 4, 6).view({kWidth});
}

void spoil_value(const fs::path& path, double value) {
  auto kspace = good_kspace();
  torch::view_as_real(kspace)[1][0][3][4][0] = value;
  testing::write_kspace(path, kspace, good_mask());
}

/// What pickling an object that calls os.system("true") gives.
std::string hostile_pickle() {
  constexpr char kBytes[] = "\x80\2cposix\nsystem\nX\4\0\0\0true\x85R.";
  return {kBytes, sizeof(kBytes) - 1};
}

void truncate_file(const fs::path& path) {
  fs::resize_file(path, fs::file_size(path) / 2);
}

void save_network(const fs::path& path, const ModelConfig& config, const ModelConfig& claimed) {
  save_checkpoint(path, state_of(*make_network(config)), claimed);
}

struct Row {
  const char* name;
  std::function<void(Scene&)> spoil;
  std::vector<std::string> expected;  // all in the output
  bool good_volume_is_done;           // the volume beside the bad one is reconstructed all the same
  int exit_code = 1;
};

void PrintTo(const Row& row, std::ostream* stream) {
  *stream << row.name;
}

ModelConfig wider() {
  auto config = testing::small_model();
  config.channels = 4;
  return config;
}

std::vector<Row> rows() {
  return {
      {"NoCheckpoint", [](Scene& run) { fs::remove(run.checkpoint); }, {"model.pt"}, false},
      {"AnotherArchitecture",
       [](Scene& run) { save_network(run.checkpoint, testing::small_model(), wider()); },
       {"model.pt", "308 of another shape", "i_cascades.0", "[4, 2, 2, 2]", "[8, 4, 2, 2]"},
       false},
      {"TruncatedCheckpoint",
       [](Scene& run) { truncate_file(run.checkpoint); },
       {"model.pt"},
       false},
      {"CorruptCheckpoint",
       [](Scene& run) { testing::write_file(run.checkpoint, "PK not a zip"); },
       {"model.pt"},
       false},
      {"EmptyCheckpoint",
       [](Scene& run) { testing::write_file(run.checkpoint, ""); },
       {"model.pt"},
       false},
      {"MissingConfig",
       [](Scene& run) { run.options = "--config /no/such.yaml"; },
       {"/no/such.yaml"},
       false},
      {"MissingFolder", [](Scene& run) { fs::remove_all(run.input); }, {"input", "kspace"}, false},
      {"EmptyFolder",
       [](Scene& run) {
         fs::remove_all(run.input);
         fs::create_directories(run.input);
       },
       {"input", ".h5"},
       false},
      {"TruncatedVolume",
       [](Scene& run) {
         testing::write_kspace(run.bad, good_kspace(), good_mask());
         truncate_file(run.bad);
       },
       {"bad.h5"},
       true},
      {"NotHdf5",
       [](Scene& run) { testing::write_file(run.bad, "no HDF5"); },
       {"bad.h5", "HDF5"},
       true},
      {"WrongDtype",
       [](Scene& run) {
         Hdf5Maker file(run.bad);
         file.real("kspace", torch::ones({2, 2, 40, kWidth}));
         file.real("mask", good_mask());
       },
       {"bad.h5", "kspace", "complex"},
       true},
      {"WrongRank",
       [](Scene& run) { testing::write_kspace(run.bad, good_kspace()[0], good_mask()); },
       {"bad.h5", "kspace", "[2, 40, 36]"},
       true},
      {"NoMask",
       [](Scene& run) { Hdf5Maker(run.bad).complex("kspace", good_kspace()); },
       {"bad.h5", "mask"},
       true},
      {"MaskOfAnotherWidth",
       [](Scene& run) { testing::write_kspace(run.bad, good_kspace(), torch::ones({35})); },
       {"bad.h5", "35", "36"},
       true},
      {"NaN", [](Scene& run) { spoil_value(run.bad, std::nan("")); }, {"bad.h5", "slice 1"}, true},
      {"Inf", [](Scene& run) { spoil_value(run.bad, INFINITY); }, {"bad.h5", "slice 1"}, true},
      {"UnwritableOutput",
       [](Scene& run) { testing::write_file(run.output, "a file where the folder should be"); },
       {"output"},
       false},
      {"UnknownDevice",
       [](Scene& run) { run.options = "--device gpu"; },
       {"gpu", "cuda"},
       false,
       2},
      {"AbsentGpu", [](Scene& run) { run.options = "--device cuda:99"; }, {"cuda:99"}, false},
      {"BadOverride",
       [](Scene& run) { run.options = "--set data.corp=3"; },
       {"data.corp", "crop"},
       false},
      {"HostileCheckpoint",
       [](Scene& run) { testing::write_torch_zip(run.checkpoint, hostile_pickle()); },
       {"model.pt", "posix.system", "run any code"},
       false},
      {"FullDisk",
       [](Scene& run) { run.limits = "ulimit -f 4; trap '' XFSZ; "; },
       {"good.h5"},
       false},
      {"UnknownOption", [](Scene& run) { run.options = "--colour"; }, {"--colour"}, false, 2},
      {"CropOutOfRange", [](Scene& run) { run.options = "--crop -3"; }, {"crop"}, false, 2},
  };
}

class BadInput : public ::testing::TestWithParam<Row> {};

TEST_P(BadInput, IsNamedAndStopsNothingElse) {
  const auto& row = GetParam();
  Scene run;
  torch::manual_seed(1);
  save_network(run.checkpoint, testing::small_model(), testing::small_model());
  testing::write_kspace(run.input / "kspace/good.h5", good_kspace(), good_mask());
  row.spoil(run);
  const auto result =
      testing::run_command(run.limits + testing::program("reconstruct") + " --checkpoint " +
                           run.checkpoint.string() + " --input " + run.input.string() +
                           " --output " + run.output.string() + " --crop 32 " + run.options);
  EXPECT_EQ(result.exit_code, row.exit_code) << result.output;
  for (const auto& text : row.expected) {
    EXPECT_NE(result.output.find(text), std::string::npos)
        << "no '" << text << "' in: " << result.output;
  }
  EXPECT_EQ(fs::exists(run.output / "good.h5"), row.good_volume_is_done) << result.output;
  EXPECT_FALSE(fs::exists(run.output / "bad.h5"));
  if (row.good_volume_is_done) {
    EXPECT_NE(result.output.find("1 volumes reconstructed, 0 skipped (already there), 1 failed"),
              std::string::npos)
        << result.output;
  }
}

INSTANTIATE_TEST_SUITE_P(Reconstruct, BadInput, ::testing::ValuesIn(rows()),
                         [](const auto& item) { return std::string(item.param.name); });

}  // namespace
}  // namespace dircn::bad_input_test
