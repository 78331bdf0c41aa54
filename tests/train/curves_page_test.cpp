#include "train/log/curves_page.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "dircn/core/error.h"
#include "support/page_data.h"
#include "support/paths.h"
#include "train/state/training_records.h"

namespace dircn::curves_page_test {
namespace {

using nlohmann::json;

class CurvesPageTest : public ::testing::Test {
 protected:
  /// The page of these lines.
  std::string page(const std::string& metrics, const std::string& title = "run") const {
    testing::write_file(folder_ / "metrics.jsonl", metrics);
    write_curves_page(folder_ / "metrics.jsonl", folder_ / "curves.html", title);
    return testing::read_file(folder_ / "curves.html");
  }

  /// The page's JSON.
  json data(const std::string& metrics) const {
    return json::parse(testing::page_data(page(metrics)));
  }

  testing::TemporaryFolder folder_;
};

/// Two epochs of two steps of two slices; the second one is a phase of its own.
std::string small_run() {
  std::string lines;
  for (const int epoch : {1, 2}) {
    for (const int step : {2 * epoch - 1, 2 * epoch}) {
      StepRecord record;
      record.phase = epoch;
      record.epoch = epoch;
      record.step = step;
      record.learning_rate = 0.5 / epoch;
      record.gradient_norm = step;
      for (const double part : {0.0, 0.5}) {
        SliceRecord slice;
        slice.loss = 8 - step;
        slice.input_distance = step + part;
        slice.output_distance = step - part;
        record.slices.push_back(slice);
      }
      lines += to_json(record) + "\n";
    }
    EpochRecord record;
    record.phase = epoch;
    record.epoch = epoch;
    record.loss = 8.5 - 2 * epoch;
    record.slices_per_second = 2;
    record.learning_rate = 0.5 / epoch;
    record.input_distance = 0.25;
    record.output_distance = 0.125;
    record.validation = ValidationScores();
    record.validation->ssim = 0.5 + 0.125 * epoch;
    record.validation->ssim_zero_filled = 0.375;
    if (epoch == 2) {
      record.validation_ema = ValidationScores();
      record.validation_ema->ssim = 0.875;
    }
    lines += to_json(record) + "\n";
  }
  return lines;
}

TEST_F(CurvesPageTest, HoldsTheRunsNumbers) {
  const json shown = data(small_run());
  EXPECT_EQ(shown.at("step_count"), 4);
  EXPECT_EQ(shown.at("steps").at("step"), json({1, 2, 3, 4}));
  EXPECT_EQ(shown.at("steps").at("loss"), json({7, 6, 5, 4}));
  EXPECT_EQ(shown.at("steps").at("running_loss"), json({7, 6.5, 6, 5.5}));
  EXPECT_EQ(shown.at("steps").at("learning_rate"), json({0.5, 0.5, 0.25, 0.25}));
  EXPECT_EQ(shown.at("steps").at("gradient_norm"), json({1, 2, 3, 4}));
  const json& epochs = shown.at("epochs");
  EXPECT_EQ(epochs.at("epoch"), json({1, 2}));
  EXPECT_EQ(epochs.at("middle_step"), json({1.5, 3.5}));
  EXPECT_EQ(epochs.at("loss"), json({6.5, 4.5}));
  EXPECT_EQ(epochs.at("ssim"), json({0.625, 0.75}));
  EXPECT_EQ(epochs.at("ssim_ema"), json({nullptr, 0.875}));
  EXPECT_EQ(epochs.at("zero_filled"), json({0.375, 0.375}));
  EXPECT_EQ(epochs.at("gt_ssim"), json({0.25, 0.25}));
  EXPECT_EQ(epochs.at("pred_ssim"), json({0.125, 0.125}));
  EXPECT_EQ(shown.at("scatter").at("epoch"), 2);
  EXPECT_EQ(shown.at("scatter").at("gt_ssim"), json({3, 3.5, 4, 4.5}));
  EXPECT_EQ(shown.at("scatter").at("pred_ssim"), json({3, 2.5, 4, 3.5}));
  EXPECT_EQ(shown.at("seconds"), 4);  // eight slices, two a second
}

TEST_F(CurvesPageTest, SaysWherePhasesBegin) {
  EXPECT_EQ(data(small_run()).at("phases"),
            json::parse(R"([{"name": "phase 1", "step": 1, "epoch": 1},
                            {"name": "phase 2", "step": 3, "epoch": 2}])"));
  EXPECT_EQ(data(R"({"type":"step","step":7,"epoch":2,"phase":"</script>"})").at("phases"),
            json::array());
}

// An epoch that was resumed after its last slice has no speed of its own.
TEST_F(CurvesPageTest, SumsTheDurationsThatThereAre) {
  const json shown = data(
      R"({"type":"step","epoch":1,"step":1,"slices":[{"loss":1},{"loss":1},{"loss":1}]}
{"type":"epoch","epoch":1,"slices_per_second":2,"data_wait":0.5}
{"type":"step","epoch":2,"step":2,"slices":[{"loss":1},{"loss":1},{"loss":1}]}
{"type":"epoch","epoch":2}
{"type":"step","epoch":3,"step":3,"slices":[{"loss":1},{"loss":1},{"loss":1}]}
{"type":"epoch","epoch":3,"slices_per_second":4,"data_wait":0.5}
)");
  EXPECT_EQ(shown.at("seconds"), 2.25);
  EXPECT_EQ(shown.at("epochs").at("slices_per_second"), json({2, nullptr, 4}));
}

TEST_F(CurvesPageTest, DrawsWhatThereIs) {
  const json shown = data(
      "{\"type\":\"step\",\"step\":1,\"epoch\":1,\"loss\":0.5}\n"
      "{\"type\":\"step\",\"step\":2,\"epoch\":1,\"loss\":null}\n"
      "{\"type\":\"epoch\",\"epoch\":1}\n[]\n{\"type\":3}\n\n{\"type\":\"step\"}\n"
      "{\"type\":\"step\",\"st");
  EXPECT_EQ(shown.at("steps").at("loss"), json({0.5, nullptr}));
  EXPECT_EQ(shown.at("epochs").at("ssim"), json({nullptr}));
  EXPECT_EQ(shown.at("phases"), json::array());
  // The page's script relies on it that all columns are there.
  for (const char* column : {"step", "loss", "running_loss", "learning_rate", "gradient_norm"}) {
    EXPECT_EQ(data("").at("steps").at(column), json::array()) << column;
  }
  for (const char* column : {"epoch", "middle_step", "loss", "ssim", "ssim_ema", "zero_filled"}) {
    EXPECT_EQ(data("").at("epochs").at(column), json::array()) << column;
  }
}

TEST_F(CurvesPageTest, ThinsLongRuns) {
  constexpr int kSteps = 30011;
  std::string lines;
  for (int step = 1; step <= kSteps; ++step) {
    lines += R"({"type":"step","epoch":1,"step":)" + std::to_string(step) +
             R"(,"slices":[{"gtSSIM":0.5,"predSSIM":0.25}],"loss":)" +
             std::to_string(2 * step + 1) + "}\n";
  }
  const json shown = data(lines);
  EXPECT_LT(std::filesystem::file_size(folder_ / "curves.html"), 500'000U);
  const json& steps = shown.at("steps").at("step");
  const json& loss = shown.at("steps").at("loss");
  ASSERT_EQ(steps.size(), 4000U);
  ASSERT_EQ(loss.size(), 4000U);
  EXPECT_EQ(steps.front(), 1);
  EXPECT_EQ(steps.back(), kSteps);
  EXPECT_EQ(loss.front(), 3);
  EXPECT_EQ(loss.back(), 2 * kSteps + 1);
  double before = 0;
  for (size_t i = 0; i < steps.size(); ++i) {
    const auto step = steps[i].get<double>();
    EXPECT_GT(step, before);
    EXPECT_LE(step, before + 10);  // about eight steps a point
    // The mean of a line lies on the line.
    EXPECT_NEAR(loss[i].get<double>(), 2 * step + 1, 1e-3);
    before = step;
  }
  EXPECT_EQ(shown.at("scatter").at("gt_ssim").size(), 4000U);
}

TEST_F(CurvesPageTest, LoadsNothing) {
  std::string html = page(small_run());
  std::transform(html.begin(), html.end(), html.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  for (const char* loader : {"src=", "src =", "url(", "@import", "fetch(", "xmlhttprequest",
                             "import(", "sendbeacon", "href=\"http", "href=\"//"}) {
    EXPECT_EQ(html.find(loader), std::string::npos) << loader;
  }
  EXPECT_NE(html.find("content-security-policy\" content=\"default-src 'none'"), std::string::npos);
  EXPECT_EQ(html.find("{{"), std::string::npos);
}

TEST_F(CurvesPageTest, CarriesTheLicenceOfWhatItEmbeds) {
  const std::string html = page("");
  EXPECT_NE(html.find("Leon Sorokin"), std::string::npos);
  EXPECT_NE(html.find("Permission is hereby granted, free of charge"), std::string::npos);
}

TEST_F(CurvesPageTest, ShowsTitlesAsTheyAre) {
  const std::string html = page(small_run(), "<b>\"a\" & b</b> {{data}}");
  EXPECT_NE(html.find("<h1>&lt;b&gt;&quot;a&quot; &amp; b&lt;/b&gt; {{data}}</h1>"),
            std::string::npos);
  EXPECT_EQ(html.find("<b>"), std::string::npos);
}

TEST_F(CurvesPageTest, SaysThatThereIsNothingYet) {
  EXPECT_NE(page("").find("No step and no epoch yet"), std::string::npos);
  EXPECT_EQ(page(small_run()).find("No step and no epoch yet"), std::string::npos);
}

TEST_F(CurvesPageTest, NamesAFileThatIsMissing) {
  try {
    write_curves_page(folder_ / "none.jsonl", folder_ / "curves.html", "run");
    FAIL() << "a page of nothing";
  } catch (const Error& error) {
    EXPECT_EQ(error.parts().subject, (folder_ / "none.jsonl").string());
  }
  EXPECT_FALSE(std::filesystem::exists(folder_ / "curves.html"));
}

}  // namespace
}  // namespace dircn::curves_page_test
