// What becomes of a program that fails, and which regularization is chosen: with scripts in the
// place of BART.

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <torch/types.h>

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>

#include "dircn/core/error.h"
#include "dircn/formats/cfl_file.h"
#include "dircn/reconstruct/parallel_imaging.h"
#include "support/paths.h"

namespace dircn::parallel_imaging_program_test {
namespace {

namespace fs = std::filesystem;
using testing::TemporaryFolder;
using testing::write_file;

/// A variable of the environment, for a while.
class Variable {
 public:
  Variable(const char* name, const std::string& value) : name_(name) {
    if (const char* before = std::getenv(name)) {
      before_ = before;
    }
    ::setenv(name, value.c_str(), 1);
  }
  ~Variable() {
    if (before_) {
      ::setenv(name_, before_->c_str(), 1);
    } else {
      ::unsetenv(name_);
    }
  }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
  std::optional<std::string> before_;
};

/// A shell script in BART's place, in a folder with a name that a shell would trip over; what is
/// temporary is beside it.
class FakeProgram {
 public:
  explicit FakeProgram(const std::string& script) {
    write_file(folder_ / "it's $here/bart", "#!/bin/sh\n" + script);
    ::chmod((folder_ / "it's $here/bart").c_str(), 0755);
    fs::create_directory(folder_ / "a $temporary; folder");
  }
  bool left_nothing() const { return fs::is_empty(folder_ / "a $temporary; folder"); }
  const TemporaryFolder& folder() const { return folder_; }

 private:
  TemporaryFolder folder_;
  Variable toolbox_{"BART_TOOLBOX_PATH", folder_ / "it's $here"};
  Variable temporary_{"TMPDIR", folder_ / "a $temporary; folder"};
};

torch::Tensor some_kspace() {
  return torch::ones({2, 8, 6}, torch::kComplexFloat);
}

torch::Tensor all_columns() {
  return torch::ones({6}, torch::kBool);
}

/// What a run with this script says.
std::string failure_with(const std::string& script) {
  const FakeProgram program(script);
  std::string text = "nothing";
  try {
    ParallelImaging()(some_kspace(), all_columns());
  } catch (const Error& error) {
    text = error.what();
  }
  EXPECT_TRUE(program.left_nothing());
  return text;
}

void expect_part(const std::string& text, const std::string& part) {
  EXPECT_NE(text.find(part), std::string::npos) << text;
}

// Scripts whose last argument is the name of the output.
const std::string kLast = "for output; do :; done\n";
const std::string kHeader = "echo '# Dimensions\n6 8' > \"$output.hdr\"\n";

TEST(ParallelImagingProgram, TellsWhatItSaidWhenItFails) {
  expect_part(failure_with("echo \"ERROR: no $1 today\" >&2; exit 1"),
              "exit status 1; it wrote 'ERROR: no ecalib today'");
  expect_part(failure_with("[ $1 = ecalib ] || kill -9 $$"), "signal 9");
}

TEST(ParallelImagingProgram, IsNotTrustedToWriteAnImage) {
  expect_part(failure_with("exit 0"), "image.hdr: found no such file");
  expect_part(failure_with(kLast + "echo garbage > \"$output.hdr\""), "no line of dimensions");
  expect_part(failure_with(kLast + "echo '# Dimensions\n8 6' > \"$output.hdr\""),
              "found dimensions 8 6");
  expect_part(failure_with(kLast + kHeader + "echo short > \"$output.cfl\""), "found 6 bytes");
  expect_part(
      failure_with(kLast + kHeader + "head -c 384 /dev/zero | tr '\\0' '\\377' > \"$output.cfl\""),
      "NaN or Inf");
}

TEST(ParallelImagingProgram, IsAskedForWithAdviceWhereItIsMissing) {
  const TemporaryFolder folder;
  const Variable path("PATH", folder.path());
  const Variable toolbox("BART_TOOLBOX_PATH", "");
  const Variable older("TOOLBOX_PATH", folder.path());
  EXPECT_FALSE(parallel_imaging_is_available());
  try {
    ParallelImaging reconstruct;
    FAIL();
  } catch (const Error& error) {
    expect_part(error.what(), "apt-get install bart");
  }
}

TEST(ParallelImagingProgram, IsFoundOnThePath) {
  const TemporaryFolder folder;
  write_file(folder / "bart", "");
  ::chmod((folder / "bart").c_str(), 0755);
  const Variable toolbox("BART_TOOLBOX_PATH", "");
  const Variable older("TOOLBOX_PATH", "");
  const Variable path("PATH", folder.path());
  EXPECT_TRUE(parallel_imaging_is_available());
}

// The image is the target for one regularization, and nothing for the others.
TEST(TunedRegularization, IsTheOneWhoseImageIsMostLikeTheTarget) {
  const FakeProgram program(kLast +
                            "while [ $# -gt 1 ]; do [ \"$1\" = -r ] && weight=$2; shift; done\n"
                            "case $weight in 0.00316*) from=good ;; *) from=bad ;; esac\n"
                            "cp \"$BART_TOOLBOX_PATH/../$from.cfl\" \"$output.cfl\"\n"
                            "cp \"$BART_TOOLBOX_PATH/../$from.hdr\" \"$output.hdr\"\n");
  const auto image = torch::rand({24, 20}) + 1;
  write_cfl(program.folder() / "good", image);
  write_cfl(program.folder() / "bad", torch::zeros({24, 20}));
  const auto kspace = torch::ones({2, 24, 20}, torch::kComplexFloat);
  const auto mask = torch::ones({20}, torch::kBool);
  const auto target = image.slice(0, 2, 22);  // its centre
  EXPECT_NEAR(tuned_regularization(kspace, mask, target, 2, std::nullopt), 0.00316228, 1e-8);
  EXPECT_NEAR(tuned_regularization(kspace, mask, target, 2, 0.5), 0.00316228, 1e-8);
  EXPECT_THROW(tuned_regularization(kspace, mask, target, 2, 5.0), Error) << "no foreground";
  EXPECT_TRUE(program.left_nothing());
}

TEST(TunedRegularization, LooksAtSevenValues) {
  ASSERT_EQ(regularization_grid().size(), 7U);
  EXPECT_NEAR(regularization_grid().front(), 1e-4, 1e-12);
  EXPECT_NEAR(regularization_grid()[3], 3.16227766e-3, 1e-9);
  EXPECT_NEAR(regularization_grid().back(), 1e-1, 1e-9);
}

}  // namespace
}  // namespace dircn::parallel_imaging_program_test
