#include "dircn/report/report.h"

#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "dircn/evaluate/evaluated_runs.h"
#include "dircn/formats/hdf5_writer.h"
#include "dircn/reconstruct/network_ensemble.h"
#include "dircn/score/score_job.h"
#include "score/score_folders.h"
#include "support/page_data.h"
#include "support/random_input.h"
#include "support/small_set.h"

namespace dircn::report_test {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

/// The data in a page.
Json data_of(const std::string& page) {
  return Json::parse(testing::page_data(page));
}

std::string page_of(const std::vector<EvaluatedRun>& runs, const ReportOptions& options = {}) {
  std::vector<RunScores> scores;
  for (const auto& run : runs) {
    scores.push_back({run.name, score_volumes(run.job)});
  }
  return report_page(runs, scores, compare(scores), options);
}

std::vector<std::string> titles(const Json& data) {
  std::vector<std::string> list;
  for (const auto& panel : data.at("panels")) {
    list.push_back(panel.at("title"));
  }
  return list;
}

class ReportOfFiles : public testing::ScoreFolders {
 protected:
  void SetUp() override {
    add("acc4", "a.h5", 0);
    add("acc4", "b.h5", 1);
    add("acc8", "c.h5", 2);
  }

  EvaluatedRun run(const std::string& name, const fs::path& folder) const {
    return folder_run({name, folder}, target(), std::nullopt, {});
  }
  EvaluatedRun run() const { return run("net", made()); }
};

TEST_F(ReportOfFiles, HoldsEveryScore) {
  const auto data = data_of(page_of({run()}, {"My title", 9, "model: {}"}));
  EXPECT_EQ(data.at("title"), "My title");
  EXPECT_EQ(data.at("configuration"), "model: {}");
  EXPECT_EQ(data.at("runs")[0].at("name"), "net");
  EXPECT_EQ(data.at("rule").at("preset"), "snu2022");
  ASSERT_EQ(data.at("volumes").size(), 3U);
  EXPECT_EQ(data.at("volumes")[2].at("name"), "acc8/c.h5");
  EXPECT_EQ(data.at("volumes")[2].at("acceleration"), 8);
  for (int i = 0; i < 3; ++i) {
    const auto place = static_cast<size_t>(i);
    const auto& score = data.at("volumes")[place].at("scores").at("ssim");
    EXPECT_NEAR(score.at("runs")[0].at("value").get<double>(), ssim(i), kTolerance);
    EXPECT_NEAR(score.at("zero_filled").at("value").get<double>(), ssim(i), kTolerance);
    EXPECT_NEAR(data.at("slices").at("runs")[0][place].get<double>(), ssim(i), kTolerance);
  }
  EXPECT_EQ(data.at("groups")[0].at("kind"), "overall");
  EXPECT_NEAR(data.at("groups")[0].at("scores").at("ssim").at("runs")[0].at("value").get<double>(),
              ((ssim(0) + ssim(1)) / 2 + ssim(2)) / 2, kTolerance);
  EXPECT_TRUE(data.at("comparison").is_null());
  EXPECT_TRUE(data.at("slices").at("gt_ssim")[0].is_number());
}

TEST_F(ReportOfFiles, ShowsPanelsOfEverySlice) {
  const auto data = data_of(page_of({run()}));
  EXPECT_EQ(titles(data),
            (std::vector<std::string>{"Zero-filled", "net", "Target", "Error ×5", "SSIM map"}));
  ASSERT_EQ(data.at("pictures").size(), 3U);
  for (const auto& volume : data.at("pictures")) {
    ASSERT_EQ(volume.at("slices").size(), 1U);
    for (const auto& panel : volume.at("slices")[0].at("panels")) {
      EXPECT_EQ(panel.get<std::string>().rfind("data:image/png;base64,iVBOR", 0), 0U);
    }
    EXPECT_TRUE(volume.at("mask").is_null());  // no k-space beside these targets
  }
  EXPECT_TRUE(data.at("pictures_note").is_null());
  EXPECT_EQ(data.at("extremes").at("worst").size(), 2U);
  EXPECT_EQ(data.at("extremes").at("best").size(), 1U);
}

TEST_F(ReportOfFiles, ShowsTheVolumesBetweenWorstAndBestThatFit) {
  const auto data = data_of(page_of({run()}, {"t", 2, std::nullopt}));
  ASSERT_EQ(data.at("pictures").size(), 2U);
  std::vector<std::pair<double, int>> ranked = {{ssim(0), 0}, {ssim(1), 1}, {ssim(2), 2}};
  std::sort(ranked.begin(), ranked.end());
  std::vector<int> shown = {ranked.front().second, ranked.back().second};
  std::sort(shown.begin(), shown.end());
  EXPECT_EQ(data.at("pictures")[0].at("volume"), shown[0]);
  EXPECT_EQ(data.at("pictures")[1].at("volume"), shown[1]);
  EXPECT_NE(data.at("pictures_note").get<std::string>().find("2 of 3 volumes"), std::string::npos);
  EXPECT_TRUE(data_of(page_of({run()}, {"t", 0, std::nullopt})).at("pictures").empty());
}

TEST_F(ReportOfFiles, ComparesRuns) {
  const fs::path better = target().parent_path() / "better";
  for (const auto& [name, image] :
       std::vector<std::pair<std::string, int>>{{"acc4/a.h5", 0}, {"acc4/b.h5", 1}}) {
    testing::write_reconstruction(better / name, golden(image, "target"));
  }
  const auto data = data_of(page_of({run("net", made()), run("perfect", better)}));
  EXPECT_EQ(data.at("runs").size(), 2U);
  EXPECT_TRUE(data.at("volumes")[2].at("scores").at("ssim").at("runs")[1].is_null());
  EXPECT_EQ(data.at("volumes")[0].at("scores").at("ssim").at("runs")[1].at("value"), 1);
  const auto& row = data.at("comparison").at("rows").back();
  EXPECT_EQ(row.at("group"), "overall");
  EXPECT_EQ(row.at("better"), 2);
  EXPECT_GT(row.at("difference").get<double>(), 0);
  const auto& slices = data.at("pictures")[2].at("slices")[0].at("panels");
  EXPECT_EQ(std::count_if(slices.begin(), slices.end(), [](const Json& p) { return p.is_null(); }),
            3);  // acc8/c.h5: no image, error and map of the second run
  EXPECT_EQ(data.at("problems").size(), 2U);
}

TEST_F(ReportOfFiles, DrawsAnnotatedBoxes) {
  testing::annotate(
      target() / "acc4/image/a.h5",
      R"({"0": [{"x": 1, "y": 2, "width": 30, "height": 40, "label": "</script>"}]})");
  const auto data = data_of(page_of({run()}));
  const auto& box = data.at("pictures")[0].at("slices")[0].at("boxes")[0];
  EXPECT_EQ(box.at("height"), 40);
  EXPECT_EQ(box.at("label"), "</script>");
}

TEST_F(ReportOfFiles, ShowsWhatFilesCarryButNotWhatDoesNotFit) {
  const auto write = [&](const torch::Tensor& residual) {
    Hdf5Writer writer(made() / "acc4/a.h5");
    writer.write_real("reconstruction", golden(0, "recon"));
    writer.write_real("residual", residual);
    writer.finish();
  };
  write(golden(0, "recon"));
  EXPECT_EQ(titles(data_of(page_of({run()}))).back(), "Residual ×5");
  for (const auto& unfit : {torch::ones({1, 3, 3}), golden(0, "recon") * std::nan("")}) {
    write(unfit);
    const auto data = data_of(page_of({run()}));
    EXPECT_EQ(data.at("pictures").size(), 2U);
    ASSERT_EQ(data.at("problems").size(), 1U);
    const auto problem = data.at("problems")[0].get<std::string>();
    EXPECT_EQ(problem.rfind("acc4/a.h5 is not shown: ", 0), 0U) << problem;
    EXPECT_NE(problem.find("'residual'"), std::string::npos) << problem;
  }
}

TEST_F(ReportOfFiles, IsAPageEvenWhereNothingWasScored) {
  testing::write_file(made() / "acc4/a.h5", "no HDF5");
  testing::write_file(made() / "acc4/b.h5", "no HDF5");
  testing::write_file(made() / "acc8/c.h5", "no HDF5");
  const auto data = data_of(page_of({run()}));
  EXPECT_TRUE(data.at("volumes").empty());
  EXPECT_TRUE(data.at("pictures").empty());
  EXPECT_EQ(data.at("problems").size(), 3U);
}

TEST(ReportOfNetworks, ShowsMapsMaskDeviationAndResidual) {
  const testing::TemporaryFolder folder;
  testing::write_small_set(folder.path(), {});
  torch::manual_seed(1);
  const Network first = make_network(testing::small_model());
  const Network second = make_network(testing::small_model());
  DataConfig config;
  config.val = folder.path().string();
  const auto method =
      std::make_shared<NetworkEnsemble>(std::vector<Network>{first, second}, EnsembleOptions{});
  const auto data = data_of(page_of({{"both", score_network_job(method, config)}}));
  EXPECT_EQ(titles(data),
            (std::vector<std::string>{"Zero-filled", "both", "Target", "Error ×5", "SSIM map",
                                      "Standard deviation ×20", "Residual ×5"}));
  const auto& volume = data.at("pictures")[0];
  EXPECT_EQ(volume.at("slices").size(), 2U);
  EXPECT_NE(volume.at("mask").at("note").get<std::string>().find("4-fold: "), std::string::npos);
  EXPECT_NE(volume.at("maps").at("note").get<std::string>().find("2 coils"), std::string::npos);
  EXPECT_EQ(volume.at("slices")[0].at("facts")[0][0], "Data-consistency residual");
}

// 16 slices of the challenge's size, as noisy as images come.
TEST(ReportSize, OfAVolumeStaysBelow25Megabytes) {
  const testing::TemporaryFolder folder;
  torch::manual_seed(1);
  const auto target = torch::rand({16, 384, 384});
  const auto noisy = [&] { return target + 0.2 * torch::randn({16, 384, 384}); };
  testing::write_images(folder / "target/image/a.h5", target, 1, noisy());
  Hdf5Writer writer(folder / "made/a.h5");
  writer.write_real("reconstruction", noisy());
  writer.write_real("residual", torch::rand({16, 384, 384}) / 5);
  writer.write_real("standard_deviation", torch::rand({16, 384, 384}) / 20);
  writer.finish();
  const auto page =
      page_of({folder_run({"net", folder / "made"}, folder / "target", std::nullopt, {})});
  EXPECT_EQ(data_of(page).at("panels").size(), 7U);
  EXPECT_LT(page.size(), 25U << 20U);
}

}  // namespace
}  // namespace dircn::report_test
