#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "dircn/inspect/inspect.h"

namespace dircn::testing {

/// The JSON of an inspection, which must parse.
inline nlohmann::ordered_json inspected(const std::filesystem::path& path) {
  return nlohmann::ordered_json::parse(inspect(path).json);
}

/// Expects that every key of `report` and every number that it says stands in the text, too (bytes
/// are rounded there).
inline void expect_in_text(const nlohmann::ordered_json& report, const std::string& text) {
  for (const auto& item : report.items()) {
    std::string key = item.key();
    std::replace(key.begin(), key.end(), '_', ' ');
    if (report.is_object() && key != "problems" && key != "path") {
      EXPECT_NE(text.find(key), std::string::npos) << key << " is not in " << text;
    }
    if (item.value().is_structured()) {
      expect_in_text(item.value(), text);
    } else if (key == "bytes") {
      EXPECT_NE(text.find("B\n"), std::string::npos) << text;
    } else if (item.value().is_number_integer() || item.value().is_boolean()) {
      const auto value = item.value().is_boolean() ? (item.value().get<bool>() ? "yes" : "no")
                                                   : item.value().dump();
      EXPECT_NE(text.find(value), std::string::npos) << value << " is not in " << text;
    }
  }
}

/// Expects one problem that names the file and says these things.
inline void expect_one_problem(const Inspection& inspection, const std::filesystem::path& file,
                               const std::vector<std::string>& parts) {
  ASSERT_EQ(inspection.problems.size(), 1u) << ::testing::PrintToString(inspection.problems);
  const auto& problem = inspection.problems.front();
  EXPECT_NE(problem.find(file.string()), std::string::npos) << problem;
  for (const auto& part : parts) {
    EXPECT_NE(problem.find(part), std::string::npos) << part << " is not in: " << problem;
  }
  EXPECT_EQ(nlohmann::json::parse(inspection.json)["problems"].size(), 1u);
}

}  // namespace dircn::testing
