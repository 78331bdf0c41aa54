#include "dircn/score/score_formats.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "score/sample_scores.h"
#include "support/paths.h"
#include "support/python.h"

namespace dircn::score_csv_test {
namespace {

std::string line(const std::string& text, int index) {
  size_t start = 0;
  for (; index > 0; --index) {
    start = text.find("\r\n", start) + 2;
  }
  return text.substr(start, text.find("\r\n", start) - start);
}

TEST(ScoreCsv, HasARowForEachSlice) {
  const auto text = to_csv(testing::two_volumes());
  EXPECT_EQ(line(text, 0),
            "volume,slice,acceleration,ssim,ssim_zero_filled,preset,threshold,data_range,window,"
            "crop");
  EXPECT_EQ(line(text, 1).rfind("acc4/a.h5,0,4,0.7,0.4,snu2022,5e-05,0.001,\"uniform", 0), 0U)
      << text;
  EXPECT_EQ(line(text, 4).rfind("acc8/bb.h5,0,8,0.25,,snu2022,", 0), 0U) << text;
  EXPECT_EQ(line(text, 5), "");
}

TEST(ScoreCsv, IsEmptyWhereNothingIsKnown) {
  const auto text = to_csv(testing::with_boxes());
  EXPECT_EQ(line(text, 0).rfind("volume,slice,acceleration,ssim,ssim_zero_filled,ssim_bbox,"
                                "ssim_bbox_zero_filled,preset",
                                0),
            0U);
  EXPECT_EQ(line(text, 2).rfind("a.h5,1,,,,,,snu2026,", 0), 0U) << text;
}

TEST(ScoreCsv, ReadsBackInPython) {
  DIRCN_NEEDS_PYTHON("csv");
  auto scores = testing::two_volumes();
  scores.volumes[0].name = "acc4/a \"b\", c\n.h5";
  const testing::TemporaryFolder folder;
  testing::write_file(folder / "scores.csv", to_csv(scores));
  testing::write_file(folder / "check.py", R"(
import csv, sys
rows = list(csv.DictReader(open(sys.argv[1], newline='')))
assert len(rows) == 4, rows
assert rows[0]['volume'] == 'acc4/a "b", c\n.h5', rows
assert float(rows[2]['ssim']) == 0.81234567 and rows[2]['slice'] == '2', rows
assert rows[3]['ssim_zero_filled'] == '' and float(rows[3]['data_range']) == 2e-3, rows
assert rows[3]['window'] == 'uniform 7x7, valid positions' and None not in rows[3], rows
)");
  EXPECT_EQ(
      testing::run_python((folder / "check.py").string() + " " + (folder / "scores.csv").string()),
      0);
}

TEST(ScoreCsv, NamesTheRunWhereThereAreSeveral) {
  const auto runs = testing::two_runs();
  const std::string text = to_csv(runs);
  EXPECT_EQ(text.rfind("run,volume,slice,acceleration,ssim", 0), 0U) << text;
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1 + 4 + 3);
  EXPECT_NE(text.find("\r\none,acc8/bb.h5,0,8,0.25,"), std::string::npos) << text;
  EXPECT_NE(text.find("\r\nother,acc4/a.h5,0,4,0.75,0.4,"), std::string::npos) << text;
  EXPECT_EQ(to_csv({runs[0]}), to_csv(runs[0].scores));
}

}  // namespace
}  // namespace dircn::score_csv_test
