// What is said of HDF5 files. The numbers are those that h5py and numpy give.

#include <gtest/gtest.h>
#include <torch/types.h>

#include <cmath>
#include <filesystem>
#include <limits>
#include <string>

#include "dircn/inspect/inspect.h"
#include "formats/hdf5_maker.h"
#include "inspect/inspected.h"
#include "support/challenge_files.h"
#include "support/paths.h"

namespace dircn::hdf5_report_test {
namespace {

namespace fs = std::filesystem;
using testing::Hdf5Maker;
using testing::inspected;
using testing::TemporaryFolder;
using Ints = std::vector<int64_t>;

TEST(InspectHdf5, DescribesTheChallengesKspace) {
  const auto report = inspected(testing::golden("S5_h5/kspace/brain2.h5"));
  EXPECT_EQ(report["kind"], "k-space");
  EXPECT_TRUE(report["problems"].empty()) << report["problems"];
  EXPECT_EQ(report["bytes"], 137568);
  const auto& kspace = report["kspace"];
  EXPECT_EQ(kspace["layout"], "snu");
  EXPECT_EQ(kspace["slices"], 3);
  EXPECT_EQ(kspace["coils"], 2);
  EXPECT_EQ(kspace["height"], 64);
  EXPECT_EQ(kspace["width"], 44);
  EXPECT_EQ(kspace["image_size"].get<Ints>(), (Ints{40, 40})) << "its label's";
  EXPECT_EQ(kspace["mask"]["source"], "stored");
  EXPECT_EQ(kspace["mask"]["pattern"], "equispaced");
  EXPECT_EQ(kspace["mask"]["acceleration"], 4);
  EXPECT_EQ(kspace["mask"]["sampled"], 16);
  EXPECT_EQ(kspace["mask"]["acs_width"], 7);  // columns 19 ... 25
  EXPECT_EQ(kspace["magnitude"]["low"], 0);
  EXPECT_NEAR(kspace["magnitude"]["high"].get<double>(), 0.008292828686535358, 1e-8);
  EXPECT_EQ(kspace["magnitude"]["not_finite"], 0);
  ASSERT_EQ(report["datasets"].size(), 2u);
  EXPECT_EQ(report["datasets"][0]["name"], "kspace");
  EXPECT_EQ(report["datasets"][0]["type"], "64-bit complex numbers");
  EXPECT_EQ(report["datasets"][0]["shape"].get<Ints>(), (Ints{3, 2, 64, 44}));
  EXPECT_EQ(report["datasets"][1]["type"], "64-bit integers");
}

TEST(InspectHdf5, DescribesTheChallengesImages) {
  const auto report = inspected(testing::golden("S5_h5/image/brain2.h5"));
  EXPECT_EQ(report["kind"], "images");
  EXPECT_TRUE(report["problems"].empty()) << report["problems"];
  ASSERT_EQ(report["images"].size(), 3u);
  const auto& label = report["images"][0];
  EXPECT_EQ(label["name"], "image_label");
  EXPECT_EQ(label["shape"].get<Ints>(), (Ints{3, 40, 40}));
  EXPECT_NEAR(label["low"].get<double>(), 2.936542387033114e-06, 1e-12);
  EXPECT_NEAR(label["high"].get<double>(), 0.0010084710083901882, 1e-9);
  EXPECT_NEAR(report["max_attribute"].get<double>(), 0.0010084710083901882, 1e-12);
  EXPECT_TRUE(report["max_agrees"].get<bool>());
  EXPECT_EQ(report["annotations"], 1);
  EXPECT_EQ(report["annotated_slices"], 1);
  EXPECT_NEAR(report["attributes"]["norm"].get<double>(), 0.03064858, 1e-8);
}

TEST(InspectHdf5, DescribesAMaskInTwoDimensions) {
  const auto report = inspected(testing::test_data("brain_8ch_poisson2d.h5"));
  const auto& mask = report["kspace"]["mask"];
  EXPECT_EQ(mask["pattern"], "2-D");
  EXPECT_EQ(mask["sampled"], 5148);
  EXPECT_EQ(mask["acceleration"], 8);
  EXPECT_EQ(mask["acs_width"], 24);
  EXPECT_EQ(mask["acs_height"], 24);
  EXPECT_NEAR(report["kspace"]["magnitude"]["high"].get<double>(), 15.848518, 1e-4);
}

TEST(InspectHdf5, SaysTheSameInTextAndJson) {
  for (const char* name : {"S5_h5/kspace/brain1.h5", "S5_h5/image/brain2.h5"}) {
    const auto inspection = inspect(testing::golden(name));
    testing::expect_in_text(nlohmann::ordered_json::parse(inspection.json), inspection.text);
    EXPECT_EQ(inspection.text.rfind(testing::golden(name).string() + "\n", 0), 0u);
  }
}

TEST(InspectHdf5, CountsWhatIsNotFinite) {
  const TemporaryFolder folder;
  auto kspace = testing::full_kspace(2, 2, 12, 10, 1);
  kspace[1][0][3][4] = std::nan("");
  kspace[0][1][2][2] = std::numeric_limits<float>::infinity();
  testing::write_kspace(folder / "a.h5", kspace, testing::some_columns(10));
  auto finite = kspace.clone();
  finite[1][0][3][4] = 0;
  finite[0][1][2][2] = 0;
  const auto inspection = inspect(folder / "a.h5");
  testing::expect_one_problem(inspection, folder / "a.h5", {"'kspace'", "2 values", "NaN or Inf"});
  const auto report = nlohmann::json::parse(inspection.json);
  EXPECT_EQ(report["kspace"]["magnitude"]["not_finite"], 2);
  EXPECT_NEAR(report["kspace"]["magnitude"]["high"].get<double>(),
              finite.abs().max().item<double>(), 1e-9);

  auto label = torch::rand({2, 9, 8});
  label[1] = std::nan("");
  testing::write_images(folder / "b.h5", label, 1);
  testing::expect_one_problem(inspect(folder / "b.h5"), folder / "b.h5",
                              {"'image_label'", "72 values"});
}

TEST(InspectHdf5, SeesAMaximumThatIsNot) {
  const TemporaryFolder folder;
  testing::write_images(folder / "a.h5", torch::full({1, 8, 8}, 2), 3);
  const auto report = inspected(folder / "a.h5");
  EXPECT_EQ(report["max_attribute"], 3);
  EXPECT_EQ(report["largest_value"], 2);
  EXPECT_FALSE(report["max_agrees"].get<bool>());
}

TEST(InspectHdf5, DescribesFastmrisVolumesAndDrawsTheirMask) {
  const TemporaryFolder folder;
  {
    Hdf5Maker maker(folder / "file_brain_1.h5");
    maker.complex("kspace", testing::full_kspace(2, 3, 40, 32, 2));
    maker.real("reconstruction_rss", torch::rand({2, 20, 18}));
  }
  const auto report = inspected(folder / "file_brain_1.h5");
  EXPECT_TRUE(report["problems"].empty()) << report["problems"];
  EXPECT_EQ(report["kind"], "fastMRI volume");
  EXPECT_EQ(report["kspace"]["layout"], "fastmri");
  EXPECT_EQ(report["kspace"]["mask"]["source"], "drawn");
  EXPECT_EQ(report["kspace"]["image_size"].get<Ints>(), (Ints{20, 18}));
  EXPECT_EQ(report["images"][0]["name"], "reconstruction_rss");
}

TEST(InspectHdf5, ListsAnyFile) {
  const TemporaryFolder folder;
  {
    Hdf5Maker maker(folder / "any.data");  // told apart by content
    maker.real("weights", torch::ones({3, 2}));
    maker.file().createGroup("group");
    maker.real("group/more", torch::ones({5}), H5::PredType::STD_I16LE);
  }
  const auto report = inspected(folder / "any.data");
  EXPECT_EQ(report["kind"], "HDF5");
  ASSERT_EQ(report["datasets"].size(), 2u);
  EXPECT_EQ(report["datasets"][0]["name"], "group/more");
  EXPECT_EQ(report["datasets"][0]["type"], "16-bit integers");
  EXPECT_EQ(report["datasets"][1]["shape"].get<Ints>(), (Ints{3, 2}));
  EXPECT_FALSE(report.contains("kspace"));
}

/// As converters of scanners' raw data write it: a text of any length, and for each readout a
/// compound with values of any number.
TEST(InspectHdf5, SaysWhatIsmrmrdsReadoutsAreNotFor) {
  const TemporaryFolder folder;
  {
    Hdf5Maker maker(folder / "scan.mrd");
    maker.file().createGroup("dataset");
    maker.claim("dataset/xml", {1}, H5::StrType(H5::PredType::C_S1, H5T_VARIABLE))
        .write(std::vector<const char*>{"<ismrmrdHeader/>"}.data(),
               H5::StrType(H5::PredType::C_S1, H5T_VARIABLE));
    const H5::VarLenType values(&H5::PredType::NATIVE_FLOAT);
    H5::CompType head(sizeof(uint64_t));
    head.insertMember("flags", 0, H5::PredType::NATIVE_UINT64);
    H5::CompType readout(head.getSize() + 2 * sizeof(hvl_t));
    readout.insertMember("head", 0, head);
    readout.insertMember("traj", head.getSize(), values);
    readout.insertMember("data", head.getSize() + sizeof(hvl_t), values);
    maker.claim("dataset/data", {4}, readout);
  }
  fs::copy(folder / "scan.mrd", folder / "scan.h5");
  for (const char* name : {"scan.mrd", "scan.h5"}) {
    const auto report = inspected(folder / name);
    EXPECT_EQ(report["kind"], "ISMRMRD, readouts of a scanner");
    EXPECT_TRUE(report["problems"].empty()) << report["problems"];
    EXPECT_EQ(report["datasets"].size(), 2u);
    for (const char* purpose : {"training", "reconstruction", "scoring"}) {
      const std::string verdict = report["verdict"][purpose];
      EXPECT_EQ(verdict.rfind("not: ", 0), 0u) << verdict;
      EXPECT_NE(verdict.find("ISMRMRD's readouts"), std::string::npos) << verdict;
      EXPECT_NE(verdict.find("docs/data.md"), std::string::npos) << verdict;
    }
  }
}

TEST(InspectHdf5, AlignsByCharactersAndRoundsBytes) {
  const TemporaryFolder folder;
  {
    Hdf5Maker maker(folder / "a.h5");
    maker.real("head", torch::ones({300, 400}));
    maker.real("schädel", torch::ones({3}));
    maker.attribute("bytes", 5.5);
    maker.attribute("größe", 7);
  }
  ASSERT_EQ(fs::file_size(folder / "a.h5") / 10000, 48u);  // and the headers
  const auto text = inspect(folder / "a.h5").text;
  for (const char* part :
       {"head     32-bit real numbers  300, 400\n", "schädel  32-bit real numbers         3\n",
        "bytes  5.5\n", "größe  7\n", "bytes  48"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << " in " << text;
  }
  EXPECT_NE(text.find(" kB\n"), std::string::npos) << text;
}

TEST(InspectHdf5, ReportsTheRestOfABadFile) {
  const TemporaryFolder folder;
  Hdf5Maker(folder / "no_mask.h5").complex("kspace", testing::full_kspace(1, 2, 8, 8, 3));
  const auto inspection = inspect(folder / "no_mask.h5");
  testing::expect_one_problem(inspection, folder / "no_mask.h5", {"mask"});
  const auto report = nlohmann::json::parse(inspection.json);
  EXPECT_EQ(report["datasets"][0]["name"], "kspace");
  EXPECT_GT(report["kspace"]["magnitude"]["high"].get<double>(), 0);

  testing::write_images(folder / "flat.h5", torch::rand({9, 8}), 1);
  const auto flat = inspect(folder / "flat.h5");
  testing::expect_one_problem(flat, folder / "flat.h5", {"shape [9, 8]"});
}

TEST(InspectHdf5, StandsClaimsOfAnySize) {
  const TemporaryFolder folder;
  {
    Hdf5Maker maker(folder / "huge.h5");
    maker.claim("kspace", {int64_t{1} << 40, 2, 8, 8}, Hdf5Maker::complex_type());
    maker.claim("image_label", {int64_t{1} << 60, 0, 8}, H5::PredType::NATIVE_FLOAT);
    maker.real("mask", torch::ones({8}));
  }
  const auto inspection = inspect(folder / "huge.h5");
  EXPECT_GE(inspection.problems.size(), 2u);
  EXPECT_EQ(nlohmann::json::parse(inspection.json)["datasets"].size(), 3u);
}

TEST(InspectHdf5, NamesADamagedFile) {
  const TemporaryFolder folder;
  testing::write_kspace(folder / "a.h5", testing::full_kspace(1, 2, 8, 8, 4),
                        testing::some_columns(8));
  fs::resize_file(folder / "a.h5", fs::file_size(folder / "a.h5") / 2);
  const auto inspection = inspect(folder / "a.h5");
  testing::expect_one_problem(inspection, folder / "a.h5", {"truncated"});
  EXPECT_TRUE(inspection.text.empty());
}

}  // namespace
}  // namespace dircn::hdf5_report_test
