#include "dircn/score/score_job.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "dircn/core/error.h"
#include "dircn/data/data_layout.h"

namespace dircn::score_job_test {
namespace {

/// The rule for files of these layouts; `automatic` stands for a file that cannot be opened.
ScorePreset chosen(const std::map<std::string, Layout>& layouts,
                   std::optional<ScorePreset> preset = std::nullopt) {
  std::vector<std::filesystem::path> files;
  for (const auto& [name, layout] : layouts) {
    files.emplace_back(name);
  }
  return choose_rule(preset, files,
                     [&](const std::filesystem::path& file) {
                       const Layout layout = layouts.at(file.string());
                       require(layout != Layout::automatic, [&] {
                         return Error::Parts{file.string(), "nothing", "a volume", ""};
                       });
                       return layout;
                     })
      .preset;
}

TEST(ChooseRule, FitsTheLayoutOfTheFiles) {
  EXPECT_EQ(chosen({{"a", Layout::snu}, {"b", Layout::snu}}), ScorePreset::snu2022);
  EXPECT_EQ(chosen({{"a", Layout::fastmri}, {"b", Layout::fastmri}}), ScorePreset::fastmri);
  EXPECT_EQ(chosen({}), ScorePreset::snu2022);
  for (const DataLayout& layout : data_layouts()) {
    EXPECT_EQ(to_string(chosen({{"a", layout.name}})), layout.score_preset);
  }
}

TEST(ChooseRule, PassesOverFilesThatCannotBeOpened) {
  EXPECT_EQ(chosen({{"a", Layout::automatic}, {"b", Layout::fastmri}}), ScorePreset::fastmri);
}

TEST(ChooseRule, NamesAFileOfEachLayoutWhereTheyDiffer) {
  const std::map<std::string, Layout> mixed = {
      {"a1.h5", Layout::fastmri}, {"a2.h5", Layout::fastmri}, {"b.h5", Layout::snu}};
  try {
    chosen(mixed);
    ADD_FAILURE() << "one rule was chosen for both";
  } catch (const Error& error) {
    for (const char* part : {"a1.h5", "b.h5", "--preset"}) {
      EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
    }
  }
  EXPECT_EQ(chosen(mixed, ScorePreset::snu2026), ScorePreset::snu2026);
}

}  // namespace
}  // namespace dircn::score_job_test
