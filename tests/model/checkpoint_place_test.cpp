// Where a file has its weights, and under which prefixes.

#include <algorithm>
#include <string>

#include "model/checkpoint_files.h"

namespace dircn::checkpoint_place_test {
namespace {

using testing::error_of;
using testing::has_key;
using testing::kBottle;
using testing::kDc;
using testing::kWindow;
using testing::log_of;
using testing::tiny_state;
using testing::TinyNetwork;

class CheckpointPlaceTest : public testing::CheckpointTest {};

TEST_F(CheckpointPlaceTest, readsEveryWrapper) {
  EXPECT_EQ(load(tiny_state()).state.size(), 4U);
  EXPECT_EQ(load(PickleDict{{"state_dict", tiny_state()}}).state.size(), 4U);
  EXPECT_EQ(load(PickleDict{{"model", tiny_state()}, {"epoch", 3}}).state.size(), 4U);
  for (const char* key : {"model_state_dict", "params", "net", "network", "ema", "weights"}) {
    EXPECT_EQ(load(PickleDict{{key, tiny_state()}, {"epoch", 3}}).state.size(), 4U) << key;
    EXPECT_EQ(load(PickleDict{{key, tiny_state()}}).place, key);
  }
  const PickleDict inner{{"state_dict", tiny_state()}};
  EXPECT_EQ(load(PickleDict{{"net", inner}}).place, "net.state_dict");
  EXPECT_EQ(load(PickleDict{{"net", inner}}).state.size(), 4U);
  EXPECT_EQ(load(tiny_state()).place, "");
}

float first_value(const Checkpoint& checkpoint) {
  return checkpoint.state.at(0).second.item<float>();
}

PickleDict weights_of(float value) {
  return {{kDc, torch::full({1}, value)}};
}

TEST_F(CheckpointPlaceTest, takesTheModelsOwnWeightsAndTheAverageOfBasicSr) {
  EXPECT_EQ(first_value(load(PickleDict{{"ema", weights_of(1)}, {"state_dict", weights_of(2)}})),
            2);
  EXPECT_EQ(first_value(load(PickleDict{{"ema", weights_of(1)}, {"model", weights_of(2)}})), 2);
  const std::string log = log_of([&] {
    const PickleDict basic{{"params", weights_of(1)}, {"params_ema", weights_of(2)}};
    EXPECT_EQ(first_value(load(basic)), 2);
  });
  EXPECT_CONTAINS(log, "model.pth: the weights are taken from 'params_ema', not from 'params'");
  for (const char* other : {"model", "ema"}) {
    const std::string both = log_of([&] {
      load(PickleDict{{other, weights_of(1)}, {"state_dict", weights_of(2)}});
    });
    EXPECT_CONTAINS(both, "model.pth: the weights are taken from 'state_dict', not from '" +
                              std::string(other) + "'");
  }
  const PickleDict own{{"ema", weights_of(1)},
                       {"state_dict", weights_of(2)},
                       {"model_config", to_dict(ModelConfig())}};
  EXPECT_EQ(log_of([&] { load(own); }), "") << "as training writes it";
  // What holds tensors, but none of a network, is no candidate.
  const PickleDict moments{{"conv", torch::ones({1})}};
  EXPECT_EQ(load(PickleDict{{"state_dict", moments}, {"net", weights_of(3)}}).place, "net");
  EXPECT_EQ(
      load(PickleDict{{"callbacks", moments}, {"weights", moments}, {"model", moments}}).place,
      "model");
}

TEST_F(CheckpointPlaceTest, namesTheSeveralPlacesOfWeights) {
  const PickleDict file{{"net", weights_of(1)}, {"ema", PickleDict{{"shadow", weights_of(2)}}}};
  const std::string message = error_of([&] { load(file); });
  EXPECT_CONTAINS(message, "model.pth: found weights in several places: 'net', 'ema.shadow'");
  EXPECT_CONTAINS(message, "weights_only=False)['net']}, NEW_FILE)");
  const PickleDict own{{"net", weights_of(1)}, {"state_dict", weights_of(2)}};
  EXPECT_EQ(load(PickleDict{{"gan", own}}).place, "gan.state_dict");
  EXPECT_CONTAINS(error_of([&] {
                    load(PickleDict{{"gan", own}, {"net", weights_of(3)}});
                  }),
                  "several places: 'gan.state_dict', 'gan.net', 'net'");
}

TEST_F(CheckpointPlaceTest, leavesOutPrefixesOfKeys) {
  EXPECT_EQ(log_of([&] { load(tiny_state()); }), "");
  for (const std::string prefix :
       {"module.", "_orig_mod.", "model.", "net.", "model._orig_mod.", "_orig_mod.module.",
        "module._orig_mod.net.", "trainer.generator."}) {
    const std::string log = log_of([&] {
      const Checkpoint read = load(PickleDict{{"state_dict", tiny_state(prefix)}});
      EXPECT_EQ(read.state.size(), 4U) << prefix;
      EXPECT_TRUE(has_key(read.state, kBottle)) << prefix;
      TinyNetwork network(true);
      load_state(network, read);
      EXPECT_EQ(network.at(kBottle).sum().item<float>(), 15) << prefix;
    });
    EXPECT_CONTAINS(log, "model.pth: keys carry the prefix '" + prefix + "', which is left out");
    EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), 1) << log;
  }
}

TEST_F(CheckpointPlaceTest, leavesOutWhatIsBesideAPrefixedNetwork) {
  PickleDict state = tiny_state("model.");
  state.set("loss.w", torch::ones({1, 1, 7, 7}));
  state.set("ValLoss.total", torch::ones({1}, torch::kInt64));
  const std::string log = log_of([&] {
    const Checkpoint read = load(PickleDict{{"state_dict", state}, {"loops", PickleDict()}});
    EXPECT_EQ(read.state.size(), 4U);
    EXPECT_TRUE(has_key(read.state, kWindow));
  });
  EXPECT_CONTAINS(log, "no parameters of the network: 'loss.w', 'ValLoss.total'");
}

TEST_F(CheckpointPlaceTest, ignoresCountersOfBatches) {
  for (const std::string prefix : {"", "module."}) {
    PickleDict state = tiny_state(prefix);
    state.set(prefix + "bn.num_batches_tracked", torch::full({}, 7, torch::kInt64));
    const std::string log = log_of([&] { EXPECT_EQ(load(state).state.size(), 4U); });
    EXPECT_CONTAINS(log, "'" + prefix + "bn.num_batches_tracked'");
  }
}

TEST_F(CheckpointPlaceTest, namesTheSeveralPrefixesOfNetworks) {
  PickleDict state = tiny_state("model.");
  state.set("teacher." + kDc, torch::ones({1}));
  const std::string message = error_of([&] { load(PickleDict{{"state_dict", state}}); });
  EXPECT_CONTAINS(message, "several networks, whose keys begin with 'model.', 'teacher.'");
}

}  // namespace
}  // namespace dircn::checkpoint_place_test
