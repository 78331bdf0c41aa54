#include "dircn/model/module_state.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "model/checkpoint_files.h"

namespace dircn::module_state_test {
namespace {

using testing::error_of;
using testing::golden;
using testing::kBottle;
using testing::kCat;
using testing::kDc;
using testing::kWindow;
using testing::tiny_state;
using testing::TinyNetwork;

class ModuleStateTest : public testing::CheckpointTest {};

TEST_F(ModuleStateTest, convertsWeightsOfOtherPrecisions) {
  for (const auto dtype : {torch::kHalf, torch::kBFloat16, torch::kDouble}) {
    PickleDict state;
    const PickleDict floats = tiny_state();
    for (const auto& [key, value] : floats.entries()) {
      state.set(key, value.as_tensor().to(dtype));
    }
    TinyNetwork network(true);
    load_state(network, load(state));
    EXPECT_EQ(network.at(kBottle).scalar_type(), torch::kFloat32);
    EXPECT_EQ(network.at(kBottle).sum().item<float>(), 15);  // small integers: exact in all of them
    EXPECT_EQ(network.at(kDc).item<float>(), 0.5F);
  }
}

TEST_F(ModuleStateTest, copiesIntoAModule) {
  TinyNetwork network(true);
  network.to(torch::kFloat64);
  load_state(network, load(tiny_state()));
  EXPECT_EQ(network.at(kCat).item<double>(), 0.25);
  EXPECT_EQ(network.at(kBottle).scalar_type(), torch::kFloat64);
  EXPECT_EQ(network.at(kBottle).sum().item<double>(), 15.0);
  EXPECT_EQ(network.at(kWindow).sum().item<double>(), 4.0);
}

TEST_F(ModuleStateTest, allowsBothFormsOfTheAggregationWeight) {
  PickleDict without;
  const PickleDict with = tiny_state();
  for (const auto& [key, value] : with.entries()) {
    if (key != PickleDict::Key(kCat)) {
      without.set(key, value);
    }
  }
  TinyNetwork weighted(true);
  load_state(weighted, load(without));
  EXPECT_EQ(weighted.at(kCat).item<float>(), 1.0F);
  EXPECT_EQ(weighted.at(kDc).item<float>(), 0.5F);
  TinyNetwork plain(false);
  load_state(plain, load(with));
  EXPECT_EQ(plain.at(kDc).item<float>(), 0.5F);
}

TEST_F(ModuleStateTest, namesWhatDiffersAndCopiesNothing) {
  PickleDict state = tiny_state();
  PickleDict other;
  for (const auto& [key, value] : state.entries()) {
    if (key != PickleDict::Key(kWindow)) {
      other.set(key, value);
    }
  }
  other.set("extra", torch::ones({7}));
  TinyNetwork network(true, 5);
  const std::string message = error_of([&] { load_state(network, load(other)); });
  EXPECT_CONTAINS(message, "model.pth: found parameters of another network");
  EXPECT_CONTAINS(message, "1 missing, 1 unexpected, 1 of another shape");
  EXPECT_CONTAINS(message, kBottle + ": shape [2, 3], expected [5, 3]");
  EXPECT_CONTAINS(message, kWindow + ": missing, expected shape [4]");
  EXPECT_CONTAINS(message, "extra: shape [7], unexpected");
  EXPECT_CONTAINS(message, "expected those of the network that the checkpoint is of");
  EXPECT_EQ(network.at(kDc).item<float>(), 0.01F);
}

TEST_F(ModuleStateTest, listsOnlyTheFirstFewDifferences) {
  TinyNetwork network(true);
  const std::string message =
      error_of([&] { load_state(network, load_checkpoint(golden("S1_weighted.pth"))); });
  EXPECT_CONTAINS(message, "2 missing, 481 unexpected, 0 of another shape");
  EXPECT_LT(std::count(message.begin(), message.end(), '\n'), 10);
}

TEST_F(ModuleStateTest, refusesValuesThatAreNotFinite) {
  for (const double value : {std::nan(""), std::numeric_limits<double>::infinity()}) {
    PickleDict state = tiny_state();
    state.set(kBottle, torch::full({2, 3}, value));
    TinyNetwork network(true);
    const std::string message = error_of([&] { load_state(network, load(state)); });
    EXPECT_CONTAINS(message, "model.pth: " + kBottle + ": found NaN");
    EXPECT_EQ(network.at(kDc).item<float>(), 0.01F);
  }
}

}  // namespace
}  // namespace dircn::module_state_test
