#include "dircn/evaluate/evaluate.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <sstream>
#include <string>
#include <vector>

#include "dircn/core/error.h"
#include "score/score_folders.h"

namespace dircn::evaluation_test {
namespace {

namespace fs = std::filesystem;

/// A job of one volume.
class Evaluation : public testing::ScoreFolders {
 protected:
  void SetUp() override {
    add("acc4", "a.h5", 1);
    job_ = score_folder_job(target(), made());
  }

  /// The job's volume is opened after `action`.
  void before_scoring(const std::function<void()>& action) {
    job_.volumes[0].open = [action, open = job_.volumes[0].open] {
      action();
      return open();
    };
  }

  std::string output(const std::string& name) const { return (outputs_ / name).string(); }

  ScoreJob job_;
  testing::TemporaryFolder outputs_;
  std::ostringstream text_;
};

TEST_F(Evaluation, WritesEveryFile) {
  EXPECT_TRUE(evaluate({{"run", job_}},
                       {output("a"), output("new/b"), output("c"), output("report")}, text_));
  for (const char* name : {"a", "new/b", "c", "report/index.html"}) {
    EXPECT_GT(fs::file_size(output(name)), 0U) << name;
  }
  EXPECT_TRUE(evaluate({{"run", job_}}, {output("a"), "", "", ""}, text_));
}

TEST_F(Evaluation, RefusesFilesThatCannotBeBeforeItWorks) {
  bool scored = false;
  before_scoring([&] { scored = true; });
  fs::create_directory(outputs_ / "folder");
  testing::write_file(outputs_ / "file", "");
  const std::vector<EvaluationFiles> cases = {
      {output("a"), output("a"), "", ""}, {output("a"), "", output("folder/../a"), ""},
      {"", output("a"), output("a"), ""}, {output("r/index.html"), "", "", output("r")},
      {output("folder"), "", "", ""},     {"", output("folder/"), "", ""},
      {"", "", output("folder"), ""},     {output("file/a"), "", "", ""},
      {"", output("file/a"), "", ""},     {"", "", output("file/a"), ""},
      {"", "", "", output("file")}};
  for (size_t i = 0; i < cases.size(); ++i) {
    EXPECT_THROW(evaluate({{"run", job_}}, cases[i], text_), Error) << i;
    EXPECT_FALSE(scored) << i;
  }
  EXPECT_EQ(text_.str(), "");
}

TEST_F(Evaluation, RefusesRunsThatCannotBeCompared) {
  bool scored = false;
  before_scoring([&] { scored = true; });
  EXPECT_THROW(evaluate({{"run", job_}, {"run", job_}}, {}, text_), Error);
  ScoreJob other = job_;
  other.rule = score_rule(ScorePreset::fastmri);
  EXPECT_THROW(evaluate({{"run", job_}, {"other", other}}, {}, text_), Error);
  EXPECT_FALSE(scored);
}

TEST_F(Evaluation, ScoresEveryRun) {
  EXPECT_TRUE(evaluate({{"run", job_}, {"same", job_}}, {}, text_));
  EXPECT_NE(text_.str().find("same - run, overall"), std::string::npos) << text_.str();
}

TEST_F(Evaluation, WritesTheOthersWhereOneFails) {
  const std::vector<std::string> names = {"json", "csv", "picture", "report/index.html"};
  std::string lost;
  before_scoring([&] { fs::create_directories(outputs_ / lost / "in the way"); });
  for (size_t i = 0; i < names.size(); ++i) {
    const std::string folder = std::to_string(i);
    const auto file = [&](const std::string& name) { return output(folder + "/" + name); };
    lost = folder + "/" + names[i];
    EXPECT_FALSE(evaluate({{"run", job_}},
                          {file("json"), file("csv"), file("picture"), file("report")}, text_));
    for (const auto& name : names) {
      EXPECT_EQ(fs::is_regular_file(file(name)), name != names[i]) << name << " beside " << lost;
    }
  }
}

}  // namespace
}  // namespace dircn::evaluation_test
