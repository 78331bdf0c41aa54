// configs/experiments: each file changes what it says, and nothing else.

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <set>
#include <string>

#include "dircn/config/config.h"
#include "support/paths.h"

namespace dircn::experiments_test {
namespace {

namespace fs = std::filesystem;
using Keys = std::set<std::string>;

fs::path folder() {
  return testing::source("configs/experiments");
}

Config experiment(const std::string& name) {
  return load_config(folder() / (name + ".yaml"));
}

Keys with(Keys keys, const std::string& key) {
  keys.insert(key);
  return keys;
}

/// By file, the keys in which it differs from base.yaml.
const std::map<std::string, Keys>& experiments() {
  static const Keys continued{"train.epochs", "train.learning_rate", "train.schedule.kind"};
  static const Keys transfer{"train.epochs", "train.learning_rate", "train.schedule.kind",
                             "train.phases"};
  static const Keys networks{"model.cascades", "model.channels", "model.sensitivity_channels",
                             "train.epochs", "train.schedule.kind"};
  static const std::map<std::string, Keys> table{
      {"accumulated", {"train.batch.size"}},
      {"augmented", {"data.augmentation.probability"}},
      {"base", {}},
      {"batch_schedule", {"train.batch.milestones", "train.batch.factor", "train.schedule.kind"}},
      {"concat", {"model.aggregation"}},
      {"continued", continued},
      {"ema", {"train.ema"}},
      {"focal_1", {"train.loss.focal.gamma"}},
      {"focal_2", {"train.loss.focal.gamma"}},
      {"focal_prediction_1", {"train.loss.focal.by", "train.loss.focal.gamma"}},
      {"method_1", transfer},
      {"method_2", transfer},
      {"method_3", transfer},
      {"networks_concat", with(networks, "model.aggregation")},
      {"networks_varnet", with(networks, "model.name")},
      {"networks_weighted_sum", networks},
      {"no_aggregation", {"model.aggregation"}},
      {"normalized", {"data.normalization"}},
      {"statistics", {"model.se_squeeze"}},
  };
  return table;
}

Keys changed_keys(const Config& before, const Config& now) {
  Keys keys;
  for (const ConfigDifference& difference : differences(before, now)) {
    keys.insert(difference.key);
  }
  return keys;
}

TEST(Experiments, AreAllInTheTable) {
  Keys files;
  for (const auto& entry : fs::directory_iterator(folder())) {
    if (entry.path().extension() == ".yaml") {
      files.insert(entry.path().stem().string());
    }
  }
  Keys names;
  for (const auto& [name, keys] : experiments()) {
    names.insert(name);
  }
  EXPECT_EQ(files, names);
}

TEST(Experiments, ChangeOneThingOfTheBase) {
  const Config base = experiment("base");
  for (const auto& [name, keys] : experiments()) {
    EXPECT_EQ(changed_keys(base, experiment(name)), keys) << name;
  }
}

// They are compared with each other: what begins with the base network differs in its phases alone.
TEST(Experiments, TransferChangesOnlyThePhasesOfItsYardstick) {
  const Config continued = experiment("continued");
  for (const std::string name : {"method_1", "method_2", "method_3"}) {
    const Config method = experiment(name);
    EXPECT_EQ(changed_keys(continued, method), Keys{"train.phases"}) << name;
    ASSERT_EQ(method.train.phases.size(), 1U) << name;
    EXPECT_EQ(to_string(method.train.phases[0].transfer), name);
  }
}

}  // namespace
}  // namespace dircn::experiments_test
