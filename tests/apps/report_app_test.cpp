// dircn_eval's comparisons and its page, the latter as a browser shows it.

#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "dircn/model/checkpoint.h"
#include "dircn/model/module_state.h"
#include "dircn/model/network.h"
#include "score/score_folders.h"
#include "support/command.h"
#include "support/paths.h"
#include "support/python.h"
#include "support/random_input.h"
#include "support/small_set.h"

namespace dircn::report_app_test {
namespace {

namespace fs = std::filesystem;
using testing::CommandResult;
using testing::run_command;

/// A name that would run a script, were it taken for HTML.
constexpr const char* kHostile = "<img src=x onerror=alert(1)>&.h5";

bool has(const CommandResult& result, const std::string& part) {
  return result.output.find(part) != std::string::npos;
}

/// Two networks, a set that they have not seen, and what they make of it.
class ReportApp : public ::testing::Test {
 protected:
  void SetUp() override {
    testing::SmallSet set;
    set.slices = 5;
    testing::write_small_set(folder_ / "set", set);
    for (const char* name : {"a", "b"}) {
      torch::manual_seed(name[0]);
      save_checkpoint(folder_ / (std::string(name) + ".pt"),
                      state_of(*make_network(testing::small_model())), testing::small_model());
    }
  }

  std::string path(const std::string& name) const { return (folder_ / name).string(); }

  void reconstruct(const std::string& name) const {
    const auto result =
        run_command(testing::program("reconstruct") + " --device cpu --checkpoint " +
                    path(name + ".pt") + " --input " + path("set/kspace") + " --output " +
                    path("out/" + name) + " --crop 32 --also sensitivity_maps residual");
    ASSERT_EQ(result.exit_code, 0) << result.output;
  }

  CommandResult eval(const std::string& arguments) const {
    return run_command(testing::program("eval") + " " + arguments);
  }

  std::string compared() const {
    return "--target " + path("set") + " --compare first=" + path("out/a") + " " + path("out/b") +
           " ";
  }

  testing::TemporaryFolder folder_;
};

TEST_F(ReportApp, ComparesFoldersInTableAndFiles) {
  reconstruct("a");
  reconstruct("b");
  const auto result =
      eval(compared() + "--json " + path("scores.json") + " --csv " + path("scores.csv"));
  EXPECT_EQ(result.exit_code, 0) << result.output;
  for (const char* part : {"SSIM first", "SSIM b", "zero-filled", "b - first, overall", "better"}) {
    EXPECT_TRUE(has(result, part)) << part << " in " << result.output;
  }
  const auto scores = nlohmann::json::parse(testing::read_file(folder_ / "scores.json"));
  const auto ssim = [&](size_t run) {
    return scores["runs"][run]["overall"]["ssim"].get<double>();
  };
  EXPECT_EQ(scores["runs"][0]["name"], "first");
  EXPECT_NEAR(scores["comparison"].back()["difference"].get<double>(), ssim(1) - ssim(0), 1e-9);
  EXPECT_EQ(scores["comparison"].back()["slices"], 10);
  const std::string csv = testing::read_file(folder_ / "scores.csv");
  EXPECT_EQ(csv.rfind("run,volume,slice", 0), 0U) << csv.substr(0, 80);
  EXPECT_NE(csv.find("\r\nb,brain1.h5,0,"), std::string::npos);
}

TEST_F(ReportApp, ComparesCheckpointsOnTheValidationSet) {
  const auto result = eval("--set data.val=" + path("set") + " --device cpu --compare " +
                           path("a.pt") + " " + path("b.pt") + " --json " + path("scores.json"));
  EXPECT_EQ(result.exit_code, 0) << result.output;
  const auto scores = nlohmann::json::parse(testing::read_file(folder_ / "scores.json"));
  EXPECT_EQ(scores["runs"][1]["name"], "b.pt");
  EXPECT_EQ(scores["runs"][1]["slices"].size(), 10U);
}

TEST_F(ReportApp, AveragesCheckpointsAndFlips) {
  const auto ssim = [&](const std::string& arguments) {
    const auto result = eval("--set data.val=" + path("set") + " --device cpu --json " +
                             path("scores.json") + " --checkpoint " + arguments);
    EXPECT_EQ(result.exit_code, 0) << result.output;
    return nlohmann::json::parse(testing::read_file(folder_ / "scores.json"))["overall"]["ssim"]
        .get<double>();
  };
  const double one = ssim(path("a.pt"));
  EXPECT_NE(ssim(path("a.pt") + " " + path("b.pt")), one);
  EXPECT_NE(ssim(path("a.pt") + " --flips"), one);
}

TEST_F(ReportApp, WritesAPageThatABrowserShows) {
  DIRCN_NEEDS_PYTHON("selenium");
  if (run_command("command -v chromedriver && command -v chromium").exit_code != 0) {
    GTEST_SKIP() << "needs chromium and its driver (Debian: chromium, chromium-driver)";
  }
  for (const char* folder : {"set/kspace/", "set/image/"}) {
    fs::rename(folder_ / folder / "brain1.h5", folder_ / folder / kHostile);
  }
  testing::annotate(folder_ / "set/image" / kHostile,
                    R"({"3": [{"x": 5, "y": 6, "width": 12, "height": 9, "label": "<i>lesion"}]})");
  reconstruct("a");
  reconstruct("b");
  for (const std::string& arguments :
       {"--target " + path("set") + " --reconstruction " + path("out/a"), compared()}) {
    const auto result = eval(arguments + " --report " + path("report"));
    ASSERT_EQ(result.exit_code, 0) << result.output;
    EXPECT_TRUE(has(result, "report: " + path("report/index.html"))) << result.output;
    const auto shown = run_command(testing::python() + " " +
                                   testing::source("tests/report/report_in_browser.py").string() +
                                   " " + path("report/index.html"));
    EXPECT_EQ(shown.exit_code, 0) << shown.output;
  }
}

TEST_F(ReportApp, ReportsWhatNetworksDo) {
  const auto result =
      eval("--set data.val=" + path("set") + " --device cpu --checkpoint " + path("a.pt") + " " +
           path("b.pt") + " --report " + path("report") + " --report-volumes 1");
  EXPECT_EQ(result.exit_code, 0) << result.output;
  const std::string page = testing::read_file(folder_ / "report/index.html");
  for (const char* part : {"Standard deviation", "Residual", "mean of ", "1 of 2 volumes",
                           "sensitivity_channels", "LibTorch"}) {
    EXPECT_NE(page.find(part), std::string::npos) << part;
  }
}

TEST_F(ReportApp, TellsWrongUse) {
  for (const char* arguments :
       {"--compare a b", "--target t --compare a", "--target t --reconstruction r --compare a b",
        "--target t --compare a b --flips", "--target t --reconstruction r --report-volumes 2",
        "--config c.yaml --checkpoint a.pt --compare a b"}) {
    EXPECT_EQ(eval(arguments).exit_code, 2) << arguments;
  }
  reconstruct("a");
  const auto twice =
      eval("--target " + path("set") + " --compare x=" + path("out/a") + " x=" + path("out/a"));
  EXPECT_EQ(twice.exit_code, 1);
  EXPECT_TRUE(has(twice, "NAME=PATH")) << twice.output;
}

}  // namespace
}  // namespace dircn::report_app_test
