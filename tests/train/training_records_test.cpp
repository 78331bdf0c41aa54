// Lines of metrics.jsonl.

#include "train/state/training_records.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

namespace dircn::training_records_test {
namespace {

std::string line_of_slice(const std::string& name) {
  SliceRecord slice;
  slice.name = name;
  StepRecord record;
  record.slices = {slice};
  return to_json(record);
}

std::string name_in(const std::string& line) {
  return nlohmann::json::parse(line).at("slices").at(0).at("name").get<std::string>();
}

TEST(TrainingRecords, KeepNamesInUtf8) {
  const std::string name = "bl\xC3\xA4tter \"1\".h5 slice 3";
  EXPECT_EQ(name_in(line_of_slice(name)), name);
}

// A file's name is bytes; JSON is UTF-8. What is no such character becomes U+FFFD.
TEST(TrainingRecords, AreJsonWhateverTheNamesAre) {
  const std::string line = line_of_slice("bl\xE4tter.h5 slice 3");
  ASSERT_TRUE(nlohmann::json::accept(line)) << line;
  EXPECT_EQ(line.find('\n'), std::string::npos);
  EXPECT_EQ(name_in(line), "bl\xEF\xBF\xBDtter.h5 slice 3");
}

}  // namespace
}  // namespace dircn::training_records_test
