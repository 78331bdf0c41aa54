// A training run that is killed again and again ends as one that was not.

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <torch/torch.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "dircn/io/checkpoint.h"
#include "support/command.h"
#include "support/paths.h"
#include "support/small_set.h"

namespace dircn {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::TemporaryFolder;
using Clock = std::chrono::steady_clock;
/// Whether the process is to be killed now.
using Moment = std::function<bool(pid_t)>;

constexpr int kKills = 21;

/// Everything with a state: two phases, an average, weights by prediction, batches, drawn masks. A
/// checkpoint of 3 MB after every step.
constexpr const char* kConfig = R"(
model: {cascades: 1, channels: 4, sensitivity_channels: 2, groups: 2, sensitivity_groups: 1}
data: {train: %/train, val: %/val, crop: 32, training_masks: redrawn,
       augmentation: {probability: 0.5}, mask: {type: random, center_fractions: [0.2], accelerations: [3]}}
train:
  save_minutes: 1.0e-9
  ema: 0.9
  loss: {focal: {by: prediction, gamma: 1}}
  batch: {size: 2}
  schedule: {kind: plateau, patience: 1, warmup: 1}
  phases:
    - {epochs: 5, until: overfitting, patience: 2}
    - {epochs: 7, cascades: 2, transfer: method_3}
)";

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code error;  // there is no folder before the first start
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    names.push_back(entry.path().filename().string());
  }
  return names;
}

bool ends_in(const std::string& text, const std::string& end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

std::set<std::string> names_in(const fs::path& folder, const std::string& ending) {
  std::set<std::string> found;
  for (const std::string& name : names_in(folder)) {
    if (ends_in(name, ending)) {
      found.insert(name);
    }
  }
  return found;
}

/// Whether this process has begun to write last.pt, and not ended: see `AtomicFile`.
bool is_saving(const fs::path& run, pid_t process) {
  const std::string begin = ".last.pt." + std::to_string(process) + "-";
  const std::vector<std::string> names = names_in(run);
  return std::any_of(names.begin(), names.end(),
                     [&](const std::string& name) { return name.rfind(begin, 0) == 0; });
}

Moment after(double seconds) {
  return [=, start = Clock::now()](pid_t) { return seconds_since(start) >= seconds; };
}

Moment once_saved(const fs::path& run) {
  const auto time = [=] {
    std::error_code error;
    return fs::last_write_time(run / "last.pt", error);
  };
  return [=, before = time()](pid_t) { return time() != before; };
}

Moment while_saving(const fs::path& run) {
  return [=](pid_t process) { return is_saving(run, process); };
}

class TrainKill : public ::testing::Test {
 protected:
  void SetUp() override {
    testing::write_small_set(folder_ / "train", {3, 4, 2, 48, 40, 32});
    testing::write_small_set(folder_ / "val", {1, 1, 2, 48, 40, 32, 9});
    std::string config = kConfig;
    for (size_t at = config.find('%'); at != std::string::npos; at = config.find('%', at)) {
      config.replace(at, 1, folder_.path().string());
    }
    testing::write_file(folder_ / "a.yaml", config);
  }

  /// One thread: two that wait for each other take long where others are at work, too.
  std::string training(const fs::path& run) const {
    return std::string("exec env OMP_NUM_THREADS=1 ") + DIRCN_TRAIN + " --device cpu --config " +
           (folder_ / "a.yaml").string() + " --resume auto --output " + run.string() +
           " > /dev/null 2>&1";
  }

  /// Starts the program and kills it at a moment; its process id, or none if it ended before.
  std::optional<pid_t> killed_at(const fs::path& run, const Moment& is_now) const {
    const std::string command = training(run);
    const pid_t child = ::fork();
    if (child == 0) {
      ::execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
      ::_exit(127);
    }
    int status = 0;
    while (!is_now(child)) {
      if (::waitpid(child, &status, WNOHANG) != 0) {
        return std::nullopt;
      }
      std::this_thread::sleep_for(std::chrono::microseconds(500));
    }
    ::kill(child, SIGKILL);
    ::waitpid(child, &status, 0);
    return WIFSIGNALED(status) ? std::optional<pid_t>(child) : std::nullopt;
  }

  TemporaryFolder folder_;
};

/// All lines but for the times in those of epochs.
std::vector<json> untimed_lines(const fs::path& metrics) {
  std::vector<json> lines;
  std::ifstream stream(metrics);
  for (std::string text; std::getline(stream, text);) {
    lines.push_back(json::parse(text));
    lines.back().erase("slices_per_second");
    lines.back().erase("data_wait");
  }
  return lines;
}

/// What a checkpoint says of the run's folder, and of times.
bool may_differ(const std::string& where) {
  return ends_in(where, ".pt/config") || ends_in(where, ".pt/metrics") ||
         ends_in(where, ".pt/training/metrics_bytes");
}

std::string text_of(const PickleDict::Key& key) {
  return std::holds_alternative<std::string>(key) ? std::get<std::string>(key)
                                                  : std::to_string(std::get<int64_t>(key));
}

void expect_equal(const PickleValue& found, const PickleValue& expected, const std::string& where);

void expect_equal(const PickleDict& found, const PickleDict& expected, const std::string& where) {
  ASSERT_EQ(found.describe_keys(), expected.describe_keys()) << where;
  for (const auto& [key, value] : expected.entries()) {
    expect_equal(found.at(key, where), value, where + "/" + text_of(key));
  }
}

void expect_equal(const PickleValue::List& found, const PickleValue::List& expected,
                  const std::string& where) {
  ASSERT_EQ(found.size(), expected.size()) << where;
  for (size_t i = 0; i < expected.size(); ++i) {
    expect_equal(found[i], expected[i], where + "/" + std::to_string(i));
  }
}

void expect_equal(const PickleValue& found, const PickleValue& expected, const std::string& where) {
  if (may_differ(where)) {
    return;
  }
  ASSERT_EQ(found.kind(), expected.kind()) << where;
  if (expected.is_dict()) {
    expect_equal(found.as_dict(), expected.as_dict(), where);
  } else if (expected.is_sequence()) {
    expect_equal(found.as_list(), expected.as_list(), where);
  } else if (expected.is_tensor()) {
    EXPECT_EQ(found.as_tensor().scalar_type(), expected.as_tensor().scalar_type()) << where;
    EXPECT_TRUE(torch::equal(found.as_tensor(), expected.as_tensor())) << where;
  } else if (expected.is_double()) {
    EXPECT_EQ(found.as_double(), expected.as_double()) << where;
  } else if (expected.is_int()) {
    EXPECT_EQ(found.as_int(), expected.as_int()) << where;
  } else if (expected.is_bool()) {
    EXPECT_EQ(found.as_bool(), expected.as_bool()) << where;
  } else if (expected.is_string()) {
    EXPECT_EQ(found.as_string(), expected.as_string()) << where;
  }
}

void expect_equal_runs(const fs::path& found, const fs::path& expected) {
  EXPECT_EQ(untimed_lines(found / "metrics.jsonl"), untimed_lines(expected / "metrics.jsonl"));
  const auto checkpoints = names_in(expected, ".pt");
  ASSERT_EQ(names_in(found, ".pt"), checkpoints);
  for (const char* name : {"last.pt", "best.pt", "best_ema.pt"}) {
    EXPECT_EQ(checkpoints.count(name), 1U) << name;
  }
  for (const std::string& name : checkpoints) {
    expect_equal(load_checkpoint(found / name).contents, load_checkpoint(expected / name).contents,
                 name);
  }
}

TEST_F(TrainKill, EndsAtTheSameBitsAfterManyKills) {
  const auto start = Clock::now();
  ASSERT_EQ(testing::run_command(training(folder_ / "whole")).exit_code, 0);
  const double seconds = seconds_since(start);
  const fs::path run = folder_ / "killed";
  std::mt19937 random(1);
  bool was_saved = false;
  int kills_in_saves = 0;
  for (int kill = 0; kill < kKills; ++kill) {
    // Moments from the program's start, in a fifth of the whole run's time: in its start-up, in
    // reading the checkpoint, in the first few steps. By a third of the kills the run has come on a
    // step.
    const double share = static_cast<double>(random() % 1000) / 1000 / 5;
    const Moment moments[] = {after(share * seconds), once_saved(run), while_saving(run)};
    const auto process = killed_at(run, moments[kill % 3]);
    ASSERT_TRUE(process) << "it ended before kill " << kill;
    kills_in_saves += is_saving(run, *process) ? 1 : 0;
    was_saved = was_saved || fs::exists(run / "last.pt");
    if (was_saved) {
      ASSERT_NO_THROW(load_checkpoint(run / "last.pt")) << "after kill " << kill;
    }
  }
  EXPECT_GE(kills_in_saves, 1);
  ASSERT_EQ(testing::run_command(training(run)).exit_code, 0);
  EXPECT_EQ(names_in(run, ".tmp"), std::set<std::string>());
  expect_equal_runs(run, folder_ / "whole");
}

}  // namespace
}  // namespace dircn
