#include "dircn/model/squeeze_excitation.h"

#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

#include "support/golden.h"
#include "support/random_input.h"

namespace dircn::squeeze_excitation_test {
namespace {

using testing::relative_max_error;

struct Block {
  InstanceNorm norm{6};
  SqueezeExcitation se;

  explicit Block(SeSqueeze squeeze) : se(6, 0.5, squeeze) {
    norm->to(torch::kDouble);
    se->to(torch::kDouble);
    testing::perturb(norm->parameters(), 1);
    testing::perturb(se->parameters(), 2);
    const torch::NoGradGuard no_grad;
    se->named_parameters()["layer_1.weight"]
        .abs_();  // hidden units that are alive for positive means
  }

  /// What the block multiplies the norm's output by, [B, C].
  torch::Tensor gate(const torch::Tensor& x) {
    const auto ratio = se->forward(norm, {x}) / norm->forward({x});
    return std::get<0>(ratio.flatten(2).median(2));
  }
};

TEST(SqueezeExcitation, PublishedFormNeverSeesTheImage) {
  const torch::NoGradGuard no_grad;
  Block block(SeSqueeze::normalized);
  const auto a = block.gate(torch::randn({2, 6, 9, 8}, torch::kDouble));
  const auto b = block.gate(5 + 3 * torch::randn({2, 6, 9, 8}, torch::kDouble));
  EXPECT_LE(relative_max_error(a, b), 1e-12);
}

TEST(SqueezeExcitation, StatisticsAttendToTheImageAndToEachOnItsOwn) {
  const torch::NoGradGuard no_grad;
  Block block(SeSqueeze::statistics);
  const auto x = torch::randn({2, 6, 9, 8}, torch::kDouble);
  const auto moved = torch::cat({x.slice(0, 0, 1), 2 + 3 * x.slice(0, 1, 2)}, 0);
  const auto before = block.gate(x);
  const auto after = block.gate(moved);
  EXPECT_LE(relative_max_error(before[0], after[0]), 1e-12);
  EXPECT_GT(relative_max_error(before[1], after[1]), 1e-3);
}

TEST(SqueezeExcitation, HasTheReferenceKeysAndOnlyTheFirstLayerGrows) {
  const auto shapes = [](SeSqueeze squeeze) {
    SqueezeExcitation se(32, 0.125, squeeze);
    std::map<std::string, std::vector<int64_t>> result;
    for (const auto& parameter : se->named_parameters()) {
      result[parameter.key()] = parameter.value().sizes().vec();
    }
    return result;
  };
  auto expected = std::map<std::string, std::vector<int64_t>>{{"layer_1.weight", {4, 32, 1, 1}},
                                                              {"layer_1.bias", {4}},
                                                              {"layer_2.weight", {32, 4, 1, 1}},
                                                              {"layer_2.bias", {32}}};
  EXPECT_EQ(shapes(SeSqueeze::normalized), expected);
  expected["layer_1.weight"] = {4, 64, 1, 1};
  EXPECT_EQ(shapes(SeSqueeze::statistics), expected);
}

TEST(SqueezeExcitation, SqueezedLayerHasAtLeastOneChannel) {
  SqueezeExcitation se(4, 0.125, SeSqueeze::normalized);
  EXPECT_EQ(se->named_parameters()["layer_1.bias"].size(0), 1);
}

}  // namespace
}  // namespace dircn::squeeze_excitation_test
