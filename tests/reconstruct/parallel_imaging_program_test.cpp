// What becomes of a program that fails, and which options are chosen: with scripts in the
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
#include "dircn/mri/fft.h"
#include "dircn/reconstruct/parallel_imaging.h"
#include "dircn/reconstruct/parallel_imaging_tuning.h"
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
// Maps: of two coils, twice.
const std::string kMaps =
    kLast +
    "if [ $1 = ecalib ]; then echo '# Dimensions\n6 8 1 2 2' > \"$output.hdr\"\n"
    "head -c 1536 /dev/zero > \"$output.cfl\"; exit 0; fi\n";
const std::string kHeader = "echo '# Dimensions\n6 8 1 1 2' > \"$output.hdr\"\n";

TEST(ParallelImagingProgram, TellsWhatItSaidWhenItFails) {
  expect_part(failure_with("echo \"ERROR: no $1 today\" >&2; exit 1"),
              "exit status 1; it wrote 'ERROR: no ecalib today'");
  expect_part(failure_with(kMaps + "kill -9 $$"), "signal 9");
}

TEST(ParallelImagingProgram, IsNotTrustedToWriteMapsOrAnImage) {
  expect_part(failure_with("exit 0"), "maps.hdr: found no such file");
  expect_part(failure_with(kMaps + "exit 0"), "image.hdr: found no such file");
  expect_part(failure_with(kMaps + "echo garbage > \"$output.hdr\""), "no line of dimensions");
  expect_part(failure_with(kMaps + "echo '# Dimensions\n8 6' > \"$output.hdr\""),
              "found dimensions 8 6");
  expect_part(failure_with(kMaps + kHeader + "echo short > \"$output.cfl\""), "found 6 bytes");
  expect_part(
      failure_with(kMaps + kHeader + "head -c 768 /dev/zero | tr '\\0' '\\377' > \"$output.cfl\""),
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

// The image is the target for one set of options alone, and less like it for each option that is
// another one.
TEST(TunedParallelImaging, FindsEveryOptionThatMakesTheImageMostLikeTheTarget) {
  const FakeProgram program(
      kLast +
      "if [ $1 = ecalib ]; then echo $* > \"$BART_TOOLBOX_PATH/../ecalib\"; from=maps\n"
      "else told=\"$(cat \"$BART_TOOLBOX_PATH/../ecalib\") $*\"; wrong=0\n"
      "for part in '-k 6:' ':6:1' '-t 0.0003' '-c 0.9' '-r 0.01 '; do\n"
      "case \"$told\" in *\"$part\"*) ;; *) wrong=$((wrong+1)) ;; esac; done; from=$wrong; fi\n"
      "cp \"$BART_TOOLBOX_PATH/../$from.cfl\" \"$output.cfl\"\n"
      "cp \"$BART_TOOLBOX_PATH/../$from.hdr\" \"$output.hdr\"\n");
  const auto image = torch::rand({24, 20}) + 1;
  auto maps = torch::zeros({2, 2, 1, 24, 20}, torch::kComplexFloat);
  maps[0][1] = 1;  // an image of the first map, in the second coil alone
  write_cfl(program.folder() / "maps", maps);
  const auto difference = 0.1 * torch::rand({24, 20});
  for (int wrong = 0; wrong <= 5; ++wrong) {
    const auto worse = image + wrong * difference;
    write_cfl(program.folder() / std::to_string(wrong).c_str(),
              torch::stack({worse, torch::zeros_like(worse)}).view({2, 1, 1, 24, 20}));
  }
  // Next to nothing was measured, so that what the program says is seen.
  const auto kspace = torch::full({2, 24, 20}, 1e-12, torch::kComplexFloat);
  auto mask = torch::zeros({24, 20}, torch::kBool);
  mask.slice(0, 8, 16).slice(1, 6, 14) = true;
  const auto unseen = [&](const torch::Tensor& x) {
    const auto filled = torch::where(mask, torch::zeros({1}, torch::kComplexFloat), fft2c(x));
    return ifft2c(filled).abs().slice(0, 2, 22);  // its centre
  };
  const auto target = unseen(torch::complex(image, torch::zeros_like(image)));
  for (const auto& threshold : {std::optional<double>(), std::optional<double>(1e-9)}) {
    const auto tuned = tuned_to_target(kspace, mask, target, 2, threshold);
    EXPECT_EQ(to_string(tuned),
              "BART: ecalib -m 2 -k 6:6:1 -t 0.0003 -c 0.9, pics -l1 -r 0.01 -i 60");
  }
  EXPECT_THROW(tuned_to_target(kspace, mask, target, 2, 5.0), Error) << "no foreground";
  EXPECT_TRUE(program.left_nothing());
}

}  // namespace
}  // namespace dircn::parallel_imaging_program_test
