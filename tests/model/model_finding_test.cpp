// What names and shapes of parameters tell of a configuration.

#include "dircn/model/model_finding.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "dircn/model/checkpoint.h"
#include "dircn/model/module_state.h"
#include "dircn/model/network_table.h"
#include "model/varnet_kind.h"
#include "support/golden.h"
#include "support/random_input.h"

namespace dircn::model_finding_test {
namespace {

using testing::small_model;

ModelFindings findings_of(const ModelConfig& model) {
  return kind_of(model).model_from_shapes(state_of(*make_network(model)));
}

/// The finding of a key; none if there is none.
std::optional<ModelFinding> finding(const ModelFindings& findings, const std::string& key) {
  const auto place = std::find_if(findings.begin(), findings.end(),
                                  [&](const ModelFinding& f) { return f.key == key; });
  return place != findings.end() ? std::optional(*place) : std::nullopt;
}

/// The finding of a key of `model` fits that model, and not the one that `change` makes of it.
void expect_told(const std::string& key, const std::function<void(ModelConfig&)>& change) {
  ModelConfig model = small_model();
  model.channels = 4;
  ModelConfig other = model;
  change(other);
  const auto told = finding(findings_of(model), key);
  ASSERT_TRUE(told) << key;
  EXPECT_TRUE(told->fits(model)) << key;
  EXPECT_FALSE(told->fits(other)) << key;
  const auto of_other = finding(findings_of(other), key);
  ASSERT_TRUE(of_other) << key;
  EXPECT_TRUE(of_other->fits(other)) << key;
  EXPECT_FALSE(of_other->fits(model)) << key;
}

TEST(DircnFindings, TellOneValueFromAnother) {
  expect_told("cascades", [](ModelConfig& m) { m.cascades = 3; });
  expect_told("channels", [](ModelConfig& m) { m.channels = 6; });
  expect_told("sensitivity_channels", [](ModelConfig& m) { m.sensitivity_channels = 3; });
  expect_told("groups", [](ModelConfig& m) { m.groups = 1; });
  expect_told("sensitivity_groups", [](ModelConfig& m) { m.sensitivity_groups = 2; });
  expect_told("se_ratio", [](ModelConfig& m) { m.se_ratio = 0.5; });
  expect_told("se_squeeze", [](ModelConfig& m) { m.se_squeeze = SeSqueeze::statistics; });
  expect_told("aggregation", [](ModelConfig& m) { m.aggregation = Aggregation::concat; });
  expect_told("interconnections", [](ModelConfig& m) { m.interconnections = false; });
}

TEST(DircnFindings, BeginWithTheName) {
  const auto findings = findings_of(small_model());
  ASSERT_FALSE(findings.empty());
  EXPECT_EQ(findings.front().key, "name");
  EXPECT_TRUE(findings.front().fits(ModelConfig()));
  EXPECT_FALSE(findings.front().fits(default_model(NetworkName::varnet)));
}

TEST(DircnFindings, LeaveOpenWhatHasTheSameParameters) {
  const auto findings = findings_of(small_model());
  EXPECT_FALSE(finding(findings, "data_consistency"));
  const auto aggregation = finding(findings, "aggregation");
  ASSERT_TRUE(aggregation);
  EXPECT_EQ(aggregation->value.as_string(), "weighted_sum");
  EXPECT_EQ(to_text(*aggregation), "weighted_sum or none");
  ModelConfig none = small_model();
  none.aggregation = Aggregation::none;
  EXPECT_TRUE(aggregation->fits(none));
}

// max(1, floor(ratio * width)) of widths 8n, 4n, 2n, n and those of the maps decide.
TEST(DircnFindings, TakeEveryRatioWithTheSameWidths) {
  ModelConfig model = small_model();  // widths 16, 8, 4, 2
  const auto told = [](const ModelConfig& m) { return *finding(findings_of(m), "se_ratio"); };
  const auto fits = [](const ModelFinding& f, ModelConfig m, double ratio) {
    m.se_ratio = ratio;
    return f.fits(m);
  };
  const auto usual = told(model);
  EXPECT_EQ(usual.value.as_double(), 0.125);
  EXPECT_TRUE(fits(usual, model, 0.13));   // 16 -> 2
  EXPECT_FALSE(fits(usual, model, 0.12));  // 16 -> 1
  EXPECT_TRUE(fits(usual, model, 0.18));
  EXPECT_FALSE(fits(usual, model, 0.19));  // 16 -> 3
  model.channels = 6;                      // 48, and 16 of the maps
  model.se_ratio = 0.3;                    // 48 -> 14, 16 -> 4, 12 -> 3, 24 -> 7, 6 -> 1
  const auto odd = told(model);
  EXPECT_TRUE(fits(odd, model, 0.3));
  EXPECT_TRUE(fits(odd, model, odd.value.as_double())) << odd.value.as_double();
  EXPECT_NEAR(odd.value.as_double(), 14.0 / 48, 1e-15);
  for (const double ratio : {1e-6, 0.1, 1.0 / 3, 0.49, 0.7, 1.0}) {
    model.se_ratio = ratio;
    const auto finding = told(model);
    EXPECT_TRUE(fits(finding, model, finding.value.as_double())) << ratio;
  }
}

/// fastMRI's own names of the sizes.
std::map<std::string, int64_t> sizes_of(const std::string& file) {
  static const std::map<std::string, std::map<std::string, int64_t>> kSizes = {
      {"S9a_varnet.pth",
       {{"cascades", 3},
        {"channels", 6},
        {"pools", 3},
        {"sensitivity_channels", 4},
        {"sensitivity_pools", 3}}},
      {"S9b_varnet_two_masks.pth",
       {{"cascades", 2},
        {"channels", 4},
        {"pools", 4},
        {"sensitivity_channels", 2},
        {"sensitivity_pools", 2}}},
      {"S9c_varnet_given_centre.pth",
       {{"cascades", 2},
        {"channels", 4},
        {"pools", 2},
        {"sensitivity_channels", 2},
        {"sensitivity_pools", 4}}},
      {"S9d_varnet_whole_centre.pth",
       {{"cascades", 2},
        {"channels", 4},
        {"pools", 2},
        {"sensitivity_channels", 2},
        {"sensitivity_pools", 2}}}};
  return kSizes.at(file);
}

StateDict golden_state(const std::string& file) {
  const auto tensors = testing::GoldenFile(file).tensors("state_dict");
  return {tensors.begin(), tensors.end()};
}

TEST(VarnetFindings, AreTheSizesOfFastmrisNetworks) {
  for (const char* file : {"S9a_varnet.pth", "S9b_varnet_two_masks.pth",
                           "S9c_varnet_given_centre.pth", "S9d_varnet_whole_centre.pth"}) {
    const auto findings = varnet_from_shapes(golden_state(file));
    ASSERT_EQ(findings.size(), 6U) << file;  // and nothing of sensitivity_from
    EXPECT_EQ(findings.front().key, "name");
    EXPECT_EQ(findings.front().value.as_string(), "varnet");
    for (const auto& [key, size] : sizes_of(file)) {
      const auto told = finding(findings, key);
      ASSERT_TRUE(told) << key;
      EXPECT_EQ(told->value.as_int(), size) << file << " " << key;
    }
  }
}

TEST(VarnetFindings, FitTheirSizesAlone) {
  const auto findings = varnet_from_shapes(golden_state("S9c_varnet_given_centre.pth"));
  auto model = default_model(NetworkName::varnet);
  model.cascades = 2;
  model.channels = 4;
  model.pools = 2;
  model.sensitivity_channels = 2;
  for (const auto& f : findings) {
    EXPECT_TRUE(f.fits(model)) << f.key;
  }
  auto other = default_model(NetworkName::varnet);
  other.sensitivity_pools = 3;
  for (const auto& f : findings) {
    EXPECT_EQ(f.fits(other), f.key == "name") << f.key;
    EXPECT_EQ(f.fits(ModelConfig()), false) << f.key;
  }
}

TEST(VarnetFindings, AreNoneOfOtherNetworks) {
  EXPECT_TRUE(varnet_from_shapes(state_of(*make_network(small_model()))).empty());
  EXPECT_TRUE(varnet_from_shapes({{"cascades.0.dc_weight", torch::ones({1})}}).empty());
}

}  // namespace
}  // namespace dircn::model_finding_test
