// dircn_inspect as its users start it.

#include <gtest/gtest.h>
#include <torch/types.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "support/command.h"
#include "support/page_data.h"
#include "support/paths.h"
#include "support/small_set.h"

namespace dircn::inspect_app_test {
namespace {

namespace fs = std::filesystem;
using testing::CommandResult;
using testing::run_command;
using testing::TemporaryFolder;

CommandResult inspect_app(const std::string& arguments) {
  return run_command(testing::program("inspect") + " " + arguments);
}

std::string golden(const std::string& name) {
  return testing::golden(name).string();
}

TEST(InspectApp, DescribesEverythingInText) {
  const auto result = inspect_app(golden("S5_h5/kspace/brain1.h5") + " " + golden("S5_h5") + " " +
                                  golden("S1_weighted.pth"));
  EXPECT_EQ(result.exit_code, 0) << result.output;
  for (const char* part :
       {"brain1.h5\n", "k-space", "equispaced", "data set", "checkpoint", "693957"}) {
    EXPECT_NE(result.output.find(part), std::string::npos) << part << " in " << result.output;
  }
}

TEST(InspectApp, PrintsOneJsonArrayWhateverIsWrong) {
  const TemporaryFolder folder;
  testing::write_file(folder / "bad.h5", "no HDF5");
  const auto bad = (folder / "bad.h5").string();
  const auto result = inspect_app("--json " + bad + " " + golden("S7_checkpoint-best.pth") +
                                  " 2> " + (folder / "errors").string());
  EXPECT_EQ(result.exit_code, 1);
  const auto reports = nlohmann::json::parse(result.output);
  ASSERT_EQ(reports.size(), 2u);
  EXPECT_EQ(reports[0]["path"], bad);
  EXPECT_EQ(reports[0]["problems"].size(), 1u);
  EXPECT_EQ(reports[1]["epoch"], 3);
  EXPECT_NE(testing::read_file(folder / "errors").find(bad), std::string::npos);
}

TEST(InspectApp, GoesOnAfterABadFile) {
  const auto result = inspect_app("/no/such.h5 " + golden("S1_weighted.pth"));
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_NE(result.output.find("/no/such.h5: found no such file"), std::string::npos)
      << result.output;
  EXPECT_NE(result.output.find("693957"), std::string::npos) << result.output;
}

TEST(InspectApp, DrawsASlice) {
  const TemporaryFolder folder;
  const auto picture = (folder / "slice.png").string();
  const auto file = golden("S5_h5/kspace/brain1.h5");
  EXPECT_EQ(inspect_app(file + " --png " + picture + " --slice 1").exit_code, 0);
  EXPECT_EQ(testing::read_file(picture).substr(1, 3), "PNG");
  const auto result = inspect_app(file + " --png " + picture + " --slice 2");
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_NE(result.output.find("found no slice 2; expected 0 to 1"), std::string::npos)
      << result.output;
}

TEST(InspectApp, WritesTheHistogramOfATrainingSet) {
  const TemporaryFolder folder;
  testing::write_small_set(folder / "train");
  const auto prefix = (folder / "gtssim").string();
  const auto result = inspect_app("--gtssim-histogram " + (folder / "train").string() +
                                  " --output " + prefix + " --set data.crop=32");
  EXPECT_EQ(result.exit_code, 0) << result.output;
  for (const char* part : {"4 slices: mean 0.", "median", "quartile"}) {
    EXPECT_NE(result.output.find(part), std::string::npos) << part << " in " << result.output;
  }
  EXPECT_NE(testing::read_file(prefix + ".csv").find("brain2.h5,1,0."), std::string::npos);
  const auto page = testing::read_file(prefix + ".html");
  EXPECT_NE(page.find("4 slices: mean 0."), std::string::npos);
  EXPECT_EQ(nlohmann::json::parse(testing::page_data(page)).at("counts").size(), 50u);
}

TEST(InspectApp, KnowsBeforeMeasuringWhereItCannotWrite) {
  const TemporaryFolder folder;
  testing::write_file(folder / "file", "");
  const auto prefix = (folder / "file/gtssim").string();
  const auto result = inspect_app("--gtssim-histogram /no/such/set --output " + prefix);
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_NE(result.output.find(prefix), std::string::npos) << result.output;
  EXPECT_EQ(result.output.find("/no/such/set"), std::string::npos) << result.output;
}

TEST(InspectApp, RefusesWrongUse) {
  const auto file = golden("S5_h5/kspace/brain1.h5");
  EXPECT_EQ(inspect_app("").exit_code, 2);
  EXPECT_EQ(inspect_app("--json").exit_code, 2);
  EXPECT_EQ(inspect_app(file + " " + file + " --png a.png").exit_code, 2);
  EXPECT_EQ(inspect_app(file + " --slice 1").exit_code, 2);
  EXPECT_EQ(inspect_app(file + " --png a.png --slice -1").exit_code, 2);
  EXPECT_EQ(inspect_app(file + " --png a.png --slice 99999999999999999999").exit_code, 2);
  EXPECT_EQ(inspect_app(file + " --gtssim-histogram x --output y").exit_code, 2);
  EXPECT_EQ(inspect_app("--gtssim-histogram x").exit_code, 2);
  for (const char* prefix : {"out/", "''", ".", "out/.."}) {
    EXPECT_EQ(inspect_app("--gtssim-histogram x --output " + std::string(prefix)).exit_code, 2)
        << prefix;
  }
  EXPECT_EQ(inspect_app(file + " --output y").exit_code, 2);
  EXPECT_EQ(inspect_app(file + " --colour").exit_code, 2);
  EXPECT_EQ(inspect_app("--help").exit_code, 0);
  EXPECT_EQ(inspect_app("--print-config").exit_code, 0);
}

}  // namespace
}  // namespace dircn::inspect_app_test
