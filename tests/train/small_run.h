#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "dircn/config/config.h"
#include "dircn/model/network.h"
#include "support/paths.h"

namespace dircn::testing {

/// A `stop` that never stops.
bool never();

/// One that becomes true after it has been asked `calls` times.
std::function<bool()> after(int calls);

/// The lines of a metrics file that are of a type: "step" or "epoch".
std::vector<nlohmann::json> lines_of(const std::filesystem::path& metrics, const std::string& type);

/// The largest difference of two networks' parameters, relative to the largest value of each.
double difference(const Network& a, const Network& b);

/// A small training set (2 volumes of 2 slices), a small validation set (1 of 2), a folder for
/// runs, and a configuration that trains a small network on them for two epochs.
class SmallRun : public ::testing::Test {
 protected:
  static void SetUpTestSuite();
  static void TearDownTestSuite() { sets_.reset(); }

  static Config config();

  static std::unique_ptr<TemporaryFolder> sets_;
  TemporaryFolder folder_;
};

}  // namespace dircn::testing
