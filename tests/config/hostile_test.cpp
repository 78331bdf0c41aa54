#include <gtest/gtest.h>

#include <chrono>
#include <functional>

#include "dircn/config/config.h"
#include "support/paths.h"

namespace dircn::hostile_test {
namespace {

using testing::TemporaryFolder;
using testing::write_file;

std::string repeat(const std::string& text, int count) {
  std::string result;
  for (int i = 0; i < count; ++i) {
    result += text;
  }
  return result;
}

// a0: x, a1: [*a0, *a0, ...], ...: ten times as many values with every line.
std::string alias_bomb() {
  std::string yaml = "a0: &a0 x\n";
  for (int i = 1; i < 12; ++i) {
    const std::string alias = "*a" + std::to_string(i - 1);
    yaml += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + repeat(alias + ", ", 9) +
            alias + "]\n";
  }
  return yaml;
}

// Each anchor holds the one before: as deep as there are lines.
std::string alias_chain(int length) {
  std::string yaml = "- &a0 x\n";
  for (int i = 1; i < length; ++i) {
    yaml += "- &a" + std::to_string(i) + " [*a" + std::to_string(i - 1) + "]\n";
  }
  return yaml;
}

// Ten thousand phases that freeze ten thousand patterns each.
std::string alias_phases() {
  return "train: {phases: [&p {freeze: [" + repeat("a, ", 10000) + "a]}" + repeat(", *p", 10000) +
         "]}\n";
}

struct HostileInput {
  std::string name;
  std::function<std::string()> yaml;
  std::string message;  // some part of it
};

class Hostile : public ::testing::TestWithParam<HostileInput> {};

// Each input must give an error, quickly, and one that a terminal can show.
TEST_P(Hostile, GivesAShortErrorSoon) {
  const std::string yaml = GetParam().yaml();
  const auto start = std::chrono::steady_clock::now();
  try {
    parse_config(yaml, "c.yaml");
    FAIL() << "no error";
  } catch (const Error& error) {
    const std::string text = error.what();
    EXPECT_EQ(text.find("c.yaml"), 0U) << text;
    EXPECT_NE(text.find(GetParam().message), std::string::npos) << text;
    EXPECT_LT(text.size(), 1000U);
  }
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
}

const HostileInput kInputs[] = {
    {"too_long", [] { return "#" + std::string(1 << 20, ' '); }, "more than 1 MiB"},
    {"deep_lists", [] { return std::string(1 << 20, '['); }, "nested too deeply"},
    {"deep_maps", [] { return repeat("{a: ", 1000); }, "nested too deeply"},
    {"deep_blocks", [] { return repeat("- ", 100000); }, "nested too deeply"},
    {"deep_keys", [] { return repeat("? ", 100000); }, "c.yaml:1"},
    {"alias_bomb", alias_bomb, "too many values"},
    {"alias_chain", [] { return alias_chain(50000); }, "nested too deeply"},
    {"alias_in_itself", [] { return std::string("data: &a {train: *a}\n"); }, "alias"},
    {"alias_as_value", [] { return alias_bomb() + "model: {cascades: *a11}\n"; },
     "too many values"},
    {"many_values",
     [] { return "train: {schedule: {milestones: [" + repeat("1,", 200000) + "1]}}\n"; },
     "too many values"},
    {"alias_phases", alias_phases, "too many values"},
    {"alias_texts",
     [] {
       return "train: {start: &t " + std::string(500000, 't') + ", phases: [{freeze: [" +
              repeat("*t, ", 1000) + "*t]}]}\n";
     },
     "too many values"},
    {"long_key", [] { return std::string(900000, 'k') + ": 1\n"; }, "c.yaml:1"},
    {"long_quoted_key", [] { return "? \"" + std::string(900000, 'k') + "\"\n: 1\n"; },
     "an unknown key"},
    {"long_name", [] { return "model: {aggregation: " + std::string(900000, 'n') + "}\n"; },
     "Did you mean"},
    {"long_number", [] { return "model: {cascades: " + std::string(900000, '9') + "}\n"; },
     "an integer"},
    {"binary", [] { return std::string("\x89HDF\r\n\x1A\n\0\0\0", 11); }, "control character"},
    {"utf16", [] { return std::string("\xFF\xFEm\0o\0", 6); }, "control character"},
    {"bad_escape", [] { return std::string("data: {train: \"\\UFFFFFFFF\"}\n"); }, "bad syntax"},
    {"brackets", [] { return repeat("]}", 1000); }, "bad syntax"},
    {"merge_key", [] { return std::string("a: &a {cascades: 1}\nmodel: {<<: *a}\n"); },
     "unknown key"},
};

INSTANTIATE_TEST_SUITE_P(Rows, Hostile, ::testing::ValuesIn(kInputs),
                         [](const auto& row) { return row.param.name; });

TEST(HostileFile, EndlessOrTooLongIsRefused) {
  const TemporaryFolder folder;
  write_file(folder / "long.yaml", "#" + std::string(1 << 20, ' '));
  for (const std::string& path : {(folder / "long.yaml").string(), std::string("/dev/zero")}) {
    try {
      load_config(path);
      FAIL() << "no error";
    } catch (const Error& error) {
      EXPECT_EQ(std::string(error.what()).find(path + ": found more than 1 MiB"), 0U)
          << error.what();
    }
  }
}

TEST(HostileFile, AsLongAsAllowedIsRead) {
  EXPECT_EQ(parse_config("model: {cascades: 2} #" + std::string((1 << 20) - 22, ' '), "c.yaml")
                .model.cascades,
            2);
}

TEST(HostileFile, LongChainsOfExtendsAreRefused) {
  const TemporaryFolder folder;
  for (int i = 0; i < 40; ++i) {
    write_file(folder / (std::to_string(i) + ".yaml"),
               "extends: " + std::to_string(i + 1) + ".yaml\n");
  }
  EXPECT_THROW(load_config(folder / "0.yaml"), Error);
  write_file(folder / "5.yaml", "model: {cascades: 2}\n");
  EXPECT_EQ(load_config(folder / "0.yaml").model.cascades, 2);
}

TEST(HostileOverride, ManyPartsAreRefused) {
  EXPECT_THROW(parse_config("", "c.yaml", {repeat("a.", 100000) + "a=1"}), Error);
  EXPECT_THROW(parse_config("", "c.yaml", {"model.cascades=" + std::string(1 << 21, '1')}), Error);
}

}  // namespace
}  // namespace dircn::hostile_test
