#include "dircn/score/score_formats.h"

#include <gtest/gtest.h>

#include <string>

#include "dircn/core/text_table.h"
#include "score/sample_scores.h"

namespace dircn::score_report_test {
namespace {

using testing::two_volumes;
using testing::with_boxes;
using testing::with_deviations;

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(TextTable, AlignsColumnsByCharacters) {
  TextTable table;
  table.add({"name", "n", "score"});
  table.add({"Schädel", "12", "0.5 ± 0.25"});
  EXPECT_EQ(table.text(),
            "name      n       score\n"
            "Schädel  12  0.5 ± 0.25\n");
}

TEST(ScoreText, ShowsEveryMeanBesideZeroFilled) {
  const auto text = to_text(two_volumes());
  for (const char* line : {"volume        slices    SSIM  zero-filled\n",
                           "acc4/a.h5          3  0.8000       0.5000\n",
                           "acc8/bb.h5         1  0.2500            -\n",
                           "acc4               3  0.8000       0.5000\n",
                           "acceleration  slices    SSIM  zero-filled\n",
                           "x8                 1  0.2500            -\n",
                           "overall            4  0.5250            -\n"}) {
    EXPECT_TRUE(has(text, line)) << line << " in\n" << text;
  }
}

TEST(ScoreText, StatesTheRuleTheWorstSlicesAndTheCounts) {
  const auto text = to_text(two_volumes());
  for (const char* part : {"snu2022", "uniform 7x7", "5e-05", "attribute max", "crop: none",
                           "worst slices:\n  acc8/bb.h5 slice 0: 0.2500 (zero-filled -)\n"
                           "  acc4/a.h5 slice 0: 0.7000 (zero-filled 0.4000)\n"
                           "  acc4/a.h5 slice 2: 0.8123 (zero-filled 0.5000)\n",
                           "2 volumes scored, 1 missing, 0 extra, 1 unusable\n"}) {
    EXPECT_TRUE(has(text, part)) << part << " in\n" << text;
  }
  EXPECT_FALSE(has(text, "slice 1:"));
  EXPECT_FALSE(has(text, "time:"));
}

TEST(ScoreText, HasAColumnForEachScore) {
  const auto boxes = to_text(with_boxes());
  EXPECT_TRUE(has(boxes, "SSIM  zero-filled  SSIM bbox  zero-filled\n")) << boxes;
  EXPECT_TRUE(has(boxes, "0.9000            -     0.6000            -\n")) << boxes;
  const auto fastmri = to_text(with_deviations());
  for (const char* part : {"0.9123 ± 0.0456", "31.2500 ± 0.0456", "0.0125 ± 0.0456", "PSNR", "NMSE",
                           "fastmri", "centre square", "threshold: none"}) {
    EXPECT_TRUE(has(fastmri, part)) << part << " in\n" << fastmri;
  }
}

TEST(ScoreText, CountsWhereNothingWasScored) {
  const auto text = to_text(Scores{});
  EXPECT_TRUE(has(text, "0 volumes scored, 0 missing, 0 extra, 0 unusable")) << text;
  EXPECT_FALSE(has(text, "overall"));
}

TEST(ScoreText, SaysHowLongASliceTook) {
  auto scores = two_volumes();
  scores.times = SliceTimes{"cuda:0", {10, 14, 11, 25}};
  EXPECT_TRUE(has(to_text(scores),
                  "time: 15.0 ms a slice (median 12.5, 4 slices timed on cuda:0, batch 1, from "
                  "k-space in host memory; reading and writing not counted)\n"));
  scores.times->milliseconds.clear();
  EXPECT_TRUE(has(to_text(scores), "time: not measured"));
}

TEST(ScoreText, ShowsRunsSideBySide) {
  const auto runs = testing::two_runs();
  const auto text = to_text(runs, compare(runs));
  for (const char* part :
       {"volume        slices  SSIM one  SSIM other  zero-filled\n",
        "acc4/a.h5          3    0.8000      0.8500       0.5000\n",
        "acc8/bb.h5         1    0.2500           -            -\n",
        "overall            4    0.5250      0.8500            -\n",
        "one:\nworst slices:\n  acc8/bb.h5 slice 0", "other:\nworst slices:\n  acc4/a.h5 slice 0",
        "other - one, overall *       3  +0.0500  +0.0500  +0.0500       3      0      0\n",
        "95 % interval, bootstrap over volumes (10000 resamples)", "* a folder has one volume",
        "not compared, since not all have it: acc8/bb.h5\n"}) {
    EXPECT_TRUE(has(text, part)) << part << " in\n" << text;
  }
}

TEST(SliceTimes, HaveMeanAndMedian) {
  EXPECT_EQ(median_time({"cpu", {3, 1, 2}}), 2);
  EXPECT_EQ(median_time({"cpu", {3, 1, 2, 10}}), 2.5);
  EXPECT_EQ(mean_time({"cpu", {3, 1, 2, 10}}), 4);
}

}  // namespace
}  // namespace dircn::score_report_test
