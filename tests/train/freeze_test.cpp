// What a phase of training leaves alone.

#include "train/plan/freeze.h"

#include <gtest/gtest.h>
#include <torch/optim/adam.h>
#include <torch/types.h>

#include <algorithm>
#include <utility>

#include "dircn/core/error.h"
#include "support/devices.h"
#include "support/random_input.h"
#include "train/plan/transfer.h"

namespace dircn::freeze_test {
namespace {

using testing::small_model;
using Patterns = std::vector<std::string>;

PhaseConfig phase_by(Transfer transfer, Patterns freeze = {}) {
  PhaseConfig phase;
  phase.transfer = transfer;
  phase.freeze = std::move(freeze);
  return phase;
}

PhaseConfig by_patterns(Patterns freeze) {
  return phase_by(Transfer::none, std::move(freeze));
}

std::string error_of(const Network& network, const PhaseConfig& phase) {
  try {
    freeze(network, phase, 2);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

#define EXPECT_CONTAINS(text, part) \
  EXPECT_NE((text).find(part), std::string::npos) << "'" << (part) << "' is not in: " << (text)

bool all_learn(const Network& network) {
  const auto parameters = network->parameters();
  return std::all_of(parameters.begin(), parameters.end(),
                     [](const torch::Tensor& tensor) { return tensor.requires_grad(); });
}

TEST(Matches, TakesTheWholeKey) {
  EXPECT_TRUE(matches("i_cascades.*", "i_cascades.0.dc_weight"));
  EXPECT_TRUE(matches("*.dc_weight", "i_cascades.0.dc_weight"));
  EXPECT_TRUE(matches("i_cascades.?.dc_weight", "i_cascades.3.dc_weight"));
  EXPECT_TRUE(matches("*", "i_cascades.0.dc_weight"));
  EXPECT_TRUE(matches("i_cascades.[02].*", "i_cascades.2.dc_weight"));
  EXPECT_FALSE(matches("i_cascades.?.dc_weight", "i_cascades.13.dc_weight"));
  EXPECT_FALSE(matches("i_cascades.1.*", "i_cascades.13.dc_weight"));
  EXPECT_FALSE(matches("dc_weight", "i_cascades.0.dc_weight"));
  EXPECT_FALSE(matches("i_cascades", "i_cascades.0.dc_weight"));
  EXPECT_FALSE(matches("i_cascades.0?dc_weightx", "i_cascades.0.dc_weight"));
}

struct FreezeCase {
  Transfer transfer;
  Patterns freeze;
  bool (*is_frozen)(const std::string& key);
};

bool begins(const std::string& key, const std::string& prefix) {
  return key.rfind(prefix, 0) == 0;
}

/// All that a network of 2 cascades that has grown to 3 may freeze.
std::vector<FreezeCase> freeze_cases() {
  return {
      {Transfer::none, {}, [](const std::string&) { return false; }},
      {Transfer::method_1, {}, [](const std::string& key) { return !begins(key, "i_cascades.2"); }},
      {Transfer::method_2, {}, [](const std::string& key) { return begins(key, "i_cascades"); }},
      {Transfer::method_3, {}, [](const std::string& key) { return begins(key, "sens_net"); }},
      {Transfer::method_3,
       {"*.dc_weight"},
       [](const std::string& key) {
         return begins(key, "sens_net") || key.find(".dc_weight") != std::string::npos;
       }},
      {Transfer::method_3,
       {"i_cascades.1.i_model.*"},
       [](const std::string& key) {
         return begins(key, "sens_net") || begins(key, "i_cascades.1.i_model");
       }},
  };
}

DIRCN_DEVICE_TEST(Freeze, OnlyTheOthersHaveGradientsAndChange) {
  const auto input = testing::random_input(1, 2, 32, 32, testing::column_mask(32, 4, 6), 2);
  const auto kspace = input.kspace.to(device, torch::kComplexFloat);
  for (const auto& [transfer, patterns, is_frozen] : freeze_cases()) {
    SCOPED_TRACE(to_string(transfer));
    auto network = grown(random_network(small_model(), 1), 3, AddedCascades::copy, 1).network;
    testing::perturb(network->parameters(), 3);  // weight decay moves all but zeros
    network->to(device);
    const auto counts = freeze(network, phase_by(transfer, patterns), 2);
    network->forward(kspace, input.mask.to(device)).sum().backward();
    const auto parameters = network->named_parameters();
    std::vector<torch::Tensor> before;
    for (const auto& parameter : parameters) {
      before.push_back(parameter.value().detach().clone());
    }
    torch::optim::Adam(network->parameters(), torch::optim::AdamOptions(0.1).weight_decay(0.1))
        .step();
    int64_t frozen = 0;
    for (size_t i = 0; i < parameters.size(); ++i) {
      const auto& key = parameters[i].key();
      const auto& tensor = parameters[i].value();
      const bool unused = key == "i_cascades.0.cat_weight";
      EXPECT_EQ(tensor.grad().defined(), !is_frozen(key) && !unused) << key;
      EXPECT_EQ(torch::equal(tensor, before[i]), is_frozen(key) || unused) << key;
      frozen += is_frozen(key) ? tensor.numel() : 0;
    }
    EXPECT_EQ(counts.frozen_numbers, frozen);
    EXPECT_EQ(counts.frozen_tensors + counts.trained_tensors,
              static_cast<int64_t>(parameters.size()));
  }
}

TEST(Freeze, CountsTensorsAndNumbers) {
  const Network network = random_network(small_model(), 1);
  int64_t numbers = 0;
  for (const auto& parameter : network->parameters()) {
    numbers += parameter.numel();
  }
  const auto counts = freeze(network, by_patterns({"*.dc_weight", "i_cascades.1.cat_weight"}), 0);
  EXPECT_EQ(counts.frozen_tensors, 3);
  EXPECT_EQ(counts.frozen_numbers, 3);
  EXPECT_EQ(counts.trained_tensors, static_cast<int64_t>(network->parameters().size()) - 3);
  EXPECT_EQ(counts.trained_numbers, numbers - 3);
}

TEST(Freeze, TakesGradientsAwayAndLetsGo) {
  const Network network = random_network(small_model(), 1);
  for (auto& parameter : network->parameters()) {
    parameter.mutable_grad() = torch::ones_like(parameter);
  }
  freeze(network, by_patterns({"sens_net.*"}), 0);
  for (const auto& parameter : network->named_parameters()) {
    EXPECT_EQ(parameter.value().grad().defined(), !begins(parameter.key(), "sens_net"));
  }
  EXPECT_EQ(freeze(network, by_patterns({}), 0).frozen_tensors, 0);
  EXPECT_TRUE(all_learn(network));
}

TEST(Freeze, NamesWhatIsNearestToAPatternThatMatchesNothing) {
  const Network network = random_network(small_model(), 1);
  const std::pair<const char*, const char*> table[] = {
      {"sens_ned.*", "Did you mean sens_net.*?"},
      {"i_cascade.0.*", "Did you mean i_cascades.0.*?"},
      {"*.dc_wieght", "Did you mean *.dc_weight?"},
      {"i_cascades.1.cat_wait", "Did you mean i_cascades.1.cat_weight?"},
  };
  for (const auto& [pattern, advice] : table) {
    const auto message = error_of(network, by_patterns({"i_cascades.*", pattern}));
    EXPECT_CONTAINS(message, pattern);
    EXPECT_CONTAINS(message, advice);
    EXPECT_TRUE(all_learn(network));
  }
}

TEST(Freeze, RefusesToFreezeEverything) {
  const Network network = random_network(small_model(), 1);
  for (const PhaseConfig& phase :
       {by_patterns({"sens_net.*", "i_cascades.*"}), phase_by(Transfer::method_1),
        phase_by(Transfer::method_2, {"sens_net.*"})}) {
    EXPECT_CONTAINS(error_of(network, phase), "left to train");
    EXPECT_TRUE(all_learn(network));
  }
}

}  // namespace
}  // namespace dircn::freeze_test
