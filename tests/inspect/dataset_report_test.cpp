// What is said of folders of volumes.

#include <gtest/gtest.h>
#include <torch/types.h>

#include <cmath>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "dircn/inspect/inspect.h"
#include "formats/hdf5_maker.h"
#include "inspect/inspected.h"
#include "support/challenge_files.h"
#include "support/paths.h"
#include "support/random_input.h"
#include "support/small_set.h"

namespace dircn::dataset_report_test {
namespace {

namespace fs = std::filesystem;
using testing::inspected;
using testing::TemporaryFolder;
using Ints = std::vector<int64_t>;
using Json = nlohmann::ordered_json;

uint64_t bytes_below(const fs::path& folder) {
  uint64_t bytes = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    bytes += entry.is_regular_file() ? entry.file_size() : 0;
  }
  return bytes;
}

TEST(InspectDataset, CountsPartByPart) {
  const TemporaryFolder folder;
  testing::SmallSet wide;
  wide.volumes = 1;
  wide.slices = 3;
  wide.width = 44;
  wide.coils = 3;
  testing::write_small_set(folder / "train");
  testing::write_small_set(folder / "leaderboard/acc4", wide);
  const auto inspection = inspect(folder.path());
  const auto report = Json::parse(inspection.json);
  EXPECT_TRUE(report["problems"].empty()) << report["problems"];
  EXPECT_EQ(report["kind"], "data set");
  EXPECT_EQ(report["volumes"], 3);
  EXPECT_EQ(report["slices"], 7);
  EXPECT_EQ(report["bytes"], bytes_below(folder.path()));
  ASSERT_EQ(report["parts"].size(), 2u);
  const auto& acc4 = report["parts"][0];
  EXPECT_EQ(acc4["name"], "leaderboard/acc4");
  EXPECT_EQ(acc4["volumes"], 1);
  EXPECT_EQ(acc4["image_files"], 1);
  EXPECT_EQ(acc4["coils"].get<Ints>(), Ints{3});
  EXPECT_EQ(acc4["kspace_shapes"]["[3, 48, 44]"], 1);
  const auto& train = report["parts"][1];
  EXPECT_EQ(train["name"], "train");
  EXPECT_EQ(train["slices"], 4);
  EXPECT_EQ(train["layouts"]["snu"], 2);
  EXPECT_EQ(train["masks"]["equispaced"], 2);
  EXPECT_EQ(train["accelerations"].get<Ints>(), Ints{4});
  EXPECT_EQ(train["kspace_shapes"]["[2, 48, 40]"], 2);
  EXPECT_EQ(train["image_shapes"]["[32, 32]"], 2);
  EXPECT_EQ(train["reconstructions"], 0);
  for (const char* part : {"leaderboard/acc4", "train", "equispaced", "[2, 48, 40]",
                           "accelerations    4\n", "coils            3\n", " kB\n"}) {
    EXPECT_NE(inspection.text.find(part), std::string::npos) << part << ": " << inspection.text;
  }
}

TEST(InspectDataset, CountsFastmrisVolumesAndMixedShapes) {
  const TemporaryFolder folder;
  for (int64_t width : {32, 36}) {
    testing::Hdf5Maker maker(folder / ("file" + std::to_string(width) + ".h5"));
    maker.complex("kspace", testing::full_kspace(2, 2, 40, width, 1));
    maker.real("reconstruction_rss", torch::rand({2, 20, 20}));
  }
  const auto report = inspected(folder.path());
  EXPECT_TRUE(report["problems"].empty()) << report["problems"];
  const auto& part = report["parts"][0];
  EXPECT_EQ(part["name"], ".");
  EXPECT_EQ(part["layouts"]["fastmri"], 2);
  EXPECT_EQ(part["image_files"], 2);
  EXPECT_EQ(part["kspace_shapes"].size(), 2u);
  EXPECT_NE(part["masks"].begin().key().find("drawn"), std::string::npos) << part["masks"];
}

TEST(InspectDataset, ListsPlainlyInText) {
  const TemporaryFolder folder;
  for (int64_t coils : {4, 2}) {
    testing::write_kspace(folder / ("file" + std::to_string(coils) + ".h5"),
                          testing::full_kspace(1, coils, 8, 8, 1), torch::ones({8}));
  }
  testing::write_images(folder / "val/image/a.h5", torch::rand({2, 9, 8}), 1);
  const auto text = inspect(folder.path()).text;
  EXPECT_NE(text.find("coils            2, 4\n"), std::string::npos) << text;
  EXPECT_NE(text.find("coils            -\n"), std::string::npos) << text;
}

TEST(InspectDataset, NamesTheAccelerationThatWasDrawn) {
  const TemporaryFolder folder;
  testing::Hdf5Maker(folder / "a.h5").complex("kspace", testing::full_kspace(1, 2, 8, 100, 1));
  DataConfig config;
  config.layout = Layout::fastmri;
  config.mask = {MaskType::random, {0.3}, {4}};  // the centre alone is more than a 4th
  const auto report = Json::parse(inspect(folder.path(), config).json);
  EXPECT_EQ(report["parts"][0]["accelerations"].get<Ints>(), Ints{4});
  const auto file = Json::parse(inspect(folder / "a.h5", config).json);
  EXPECT_EQ(file["kspace"]["mask"]["acceleration"], 4);
  EXPECT_EQ(file["kspace"]["mask"]["sampled"], 30);
  EXPECT_EQ(file["kspace"]["mask"]["source"], "drawn");
}

TEST(InspectDataset, CountsReconstructions) {
  const TemporaryFolder folder;
  testing::write_reconstruction(folder / "acc4/a.h5", torch::rand({2, 9, 8}));
  const auto report = inspected(folder.path());
  EXPECT_TRUE(report["problems"].empty()) << report["problems"];
  EXPECT_EQ(report["volumes"], 0);
  EXPECT_EQ(report["parts"][0]["reconstructions"], 1);
  EXPECT_EQ(report["parts"][0]["image_shapes"]["[9, 8]"], 1);
}

TEST(InspectDataset, TakesAFolderOfImagesAlone) {
  const TemporaryFolder folder;
  testing::write_images(folder / "val/image/a.h5", torch::rand({2, 9, 8}), 1);
  const auto report = inspected(folder.path());
  EXPECT_TRUE(report["problems"].empty()) << report["problems"];
  EXPECT_EQ(report["parts"][0]["image_files"], 1);
}

TEST(InspectDataset, NamesEachFileThatIsWrongAndCountsTheOthers) {
  const TemporaryFolder folder;
  testing::SmallSet set;
  set.volumes = 5;
  testing::write_small_set(folder.path(), set);
  testing::write_file(folder / "kspace/brain1.h5", "no HDF5");
  fs::remove(folder / "image/brain2.h5");
  fs::remove(folder / "kspace/brain3.h5");
  testing::write_images(folder / "image/brain4.h5", torch::rand({9, 32, 32}), 1);
  const auto inspection = inspect(folder.path());
  ASSERT_EQ(inspection.problems.size(), 4u) << ::testing::PrintToString(inspection.problems);
  const std::vector<std::vector<std::string>> expected = {
      {"kspace/brain1.h5", "HDF5"},
      {"kspace/brain2.h5", "without image"},
      {"image/brain3.h5", "without k-space"},
      {"image/brain4.h5", "9 slices", "2, as in"}};
  for (size_t i = 0; i < expected.size(); ++i) {
    for (const auto& part : expected[i]) {
      EXPECT_NE(inspection.problems[i].find(part), std::string::npos) << inspection.problems[i];
    }
  }
  EXPECT_EQ(Json::parse(inspection.json)["volumes"], 3);  // 2, 4 and 5
}

TEST(InspectDataset, NamesTwoFilesOfOneName) {
  const TemporaryFolder folder;
  const auto kspace = testing::full_kspace(1, 2, 8, 8, 1);
  testing::write_kspace(folder / "kspace/a.h5", kspace, testing::some_columns(8));
  testing::write_kspace(folder / "a.h5", kspace, testing::some_columns(8));
  const auto inspection = inspect(folder.path());
  ASSERT_FALSE(inspection.problems.empty());
  EXPECT_NE(inspection.problems[0].find("one volume for each"), std::string::npos)
      << inspection.problems[0];
}

TEST(InspectDataset, SaysWhatCannotBeTrainedOn) {
  const TemporaryFolder folder;
  testing::write_small_set(folder / "full");
  testing::write_small_set(folder / "masked");
  const auto mask = testing::column_mask(40, 4, 8).flatten();
  for (const char* name : {"brain1.h5", "brain2.h5"}) {
    testing::write_kspace(folder / "masked/kspace" / name,
                          testing::full_kspace(2, 2, 48, 40, 5) * mask, mask);
  }
  const auto report = inspected(folder.path());
  EXPECT_TRUE(report["problems"].empty()) << report["problems"];
  EXPECT_EQ(report["parts"][0]["sampling"]["full"], 2);
  EXPECT_EQ(report["parts"][1]["sampling"]["masked already, not for training"], 2);
  // The masked k-space is not of these images.
  ASSERT_EQ(report["remarks"].size(), 2U) << report["remarks"];
  const std::string remark = report["remarks"][0]["remark"];
  EXPECT_NE(remark.find("masked/image/brain1.h5"), std::string::npos) << remark;
  EXPECT_NE(remark.find("little in common"), std::string::npos) << remark;
}

TEST(InspectDataset, NamesAVolumeOfZeros) {
  const TemporaryFolder folder;
  testing::write_kspace(folder / "a.h5", torch::zeros({2, 2, 48, 40}, torch::kComplexFloat),
                        testing::column_mask(40, 4, 8).flatten());
  const auto inspection = inspect(folder.path());
  testing::expect_one_problem(inspection, folder / "a.h5", {"zeros in every slice"});
  const auto report = Json::parse(inspection.json);
  EXPECT_EQ(report["parts"][0]["sampling"]["nothing measured"], 1);
}

TEST(InspectDataset, NamesAMaskWithoutCentre) {
  const TemporaryFolder folder;
  testing::SmallSet set;
  set.volumes = 1;
  testing::write_small_set(folder.path(), set);
  testing::write_kspace(folder / "kspace/brain1.h5", testing::full_kspace(2, 2, 48, 40, 5),
                        torch::arange(40) % 4 == 1);
  for (const fs::path& path : {folder.path(), folder / "kspace/brain1.h5"}) {
    testing::expect_one_problem(inspect(path), folder / "kspace/brain1.h5",
                                {"does not sample the centre"});
  }
}

TEST(InspectDataset, RefusesAFolderWithoutVolumes) {
  const TemporaryFolder folder;
  testing::write_file(folder / "notes.txt", "none");
  testing::expect_one_problem(inspect(folder.path()), folder.path(), {"no .h5 file"});
}

TEST(InspectVerdict, SaysWhatVolumesAreGoodFor) {
  const TemporaryFolder folder;
  testing::write_small_set(folder / "train");
  testing::SmallSet one;
  one.volumes = 1;
  testing::write_small_set(folder / "leaderboard", one);
  const auto mask = testing::column_mask(40, 4, 8).flatten();
  testing::write_kspace(folder / "leaderboard/kspace/brain1.h5",
                        testing::full_kspace(2, 2, 48, 40, 1) * mask, mask);
  fs::remove_all(folder / "leaderboard/image");
  const auto report = Json::parse(inspect(folder.path()).json);
  const auto& leaderboard = report["parts"][0]["verdict"];
  EXPECT_EQ(leaderboard["reconstruction"], "usable");
  EXPECT_NE(leaderboard["training"].get<std::string>().find("not: "), std::string::npos);
  EXPECT_NE(leaderboard["training"].get<std::string>().find("masked already"), std::string::npos);
  EXPECT_NE(leaderboard["scoring"].get<std::string>().find("not: "), std::string::npos);
  const auto& train = report["parts"][1]["verdict"];
  for (const char* purpose : {"training", "reconstruction", "scoring"}) {
    EXPECT_EQ(train[purpose], "usable");
  }
}

/// NaN in a slice that is not the middle one.
TEST(InspectVerdict, OfADeepLookIsAboutEverySlice) {
  const TemporaryFolder folder;
  testing::write_small_set(folder.path());
  auto kspace = testing::full_kspace(3, 2, 48, 40, 1);
  kspace[2][0][5][5] = std::nan("");
  testing::write_kspace(folder / "kspace/brain2.h5", kspace, testing::some_columns(40));
  testing::write_images(folder / "image/brain2.h5", torch::rand({3, 32, 32}) + 0.1, 1);
  const auto training = [&](bool deep) {
    const auto report = Json::parse(inspect(folder.path(), {}, deep).json);
    return report["parts"][0]["verdict"]["training"].get<std::string>();
  };
  EXPECT_EQ(training(false).rfind("usable", 0), 0U) << training(false);
  EXPECT_TRUE(inspect(folder.path()).problems.empty());
  EXPECT_EQ(inspect(folder.path(), {}, true).problems.size(), 1U) << "its exit status says so";
  const auto alone = Json::parse(inspect(folder / "kspace/brain2.h5").json)["verdict"];
  EXPECT_EQ(alone["scoring"].get<std::string>().rfind("not: ", 0), 0U) << alone;
  EXPECT_EQ(training(true).rfind("1 of 2 not: ", 0), 0U) << training(true);
  EXPECT_NE(training(true).find("brain2.h5: 'kspace' slice 2"), std::string::npos);
}

}  // namespace
}  // namespace dircn::dataset_report_test
