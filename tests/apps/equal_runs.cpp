#include "equal_runs.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <nlohmann/json.hpp>
#include <system_error>
#include <variant>
#include <vector>

#include "dircn/model/checkpoint.h"

namespace dircn::testing {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

bool ends_in(const std::string& text, const std::string& end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

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

}  // namespace

std::set<std::string> names_in(const fs::path& folder, const std::string& ending) {
  std::set<std::string> found;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    if (ends_in(name, ending)) {
      found.insert(name);
    }
  }
  return found;
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

}  // namespace dircn::testing
