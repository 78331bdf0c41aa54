// What is known of networks by the keys of their parameters, and of their sizes before they are
// built.

#include "dircn/model/network_table.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include "dircn/core/error.h"
#include "dircn/model/module_state.h"
#include "support/random_input.h"

namespace dircn::network_table_test {
namespace {

using testing::small_model;

void expect_place(const std::string& key, ParameterRole role, std::optional<int64_t> cascade) {
  const auto place = place_of(key);
  ASSERT_TRUE(place.has_value()) << key;
  EXPECT_EQ(place->role, role) << key;
  EXPECT_EQ(place->cascade, cascade) << key;
}

TEST(PlaceOf, FollowsFromTheKey) {
  expect_place("sens_net.model.model.input.weight", ParameterRole::sensitivity, std::nullopt);
  expect_place("sens_net.norm_unet.unet.conv.layers.0.weight", ParameterRole::sensitivity,
               std::nullopt);
  expect_place("cascades.3.model.unet.conv.layers.4.weight", ParameterRole::refinement, 3);
  expect_place("cascades.3.dc_weight", ParameterRole::data_consistency, 3);
  expect_place("i_cascades.11.i_model.model.up1.bias", ParameterRole::refinement, 11);
  expect_place("i_cascades.0.dc_weight", ParameterRole::data_consistency, 0);
  expect_place("i_cascades.999.cat_weight", ParameterRole::aggregation, 999);
}

TEST(PlaceOf, IsNoneForKeysOfNoNetwork) {
  for (const char* key :
       {"", "conv", "dc_weight", "sens_net", "i_cascades", "i_cascades.", "i_cascades.0",
        "i_cascades..dc_weight", "i_cascades.x.dc_weight", "i_cascades.-1.dc_weight",
        "i_cascades.1000.dc_weight", "i_cascades.99999999999999999999.dc_weight",
        "module.sens_net.bias", "cascades", "cascades.x.dc_weight", "sens_net.other.weight"}) {
    EXPECT_FALSE(place_of(key).has_value()) << key;
  }
}

TEST(NetworkTable, EveryParameterHasAPlaceAndIsCounted) {
  auto concat = small_model();
  concat.aggregation = Aggregation::concat;
  for (const auto& model : {small_model(), concat, testing::small_varnet()}) {
    const Network network = make_network(model);
    int64_t numbers = 0;
    for (const auto& parameter : network->named_parameters()) {
      EXPECT_TRUE(place_of(parameter.key()).has_value()) << parameter.key();
      numbers += parameter.value().numel();
    }
    EXPECT_EQ(kind_of(model).count(model).total(), numbers);
  }
}

TEST(NetworkTable, KnowsANetworkByItsKeys) {
  for (const auto& model : {small_model(), testing::small_varnet()}) {
    const StateDict state = state_of(*make_network(model));
    EXPECT_EQ(kind_of(state), &kind_of(model));
    EXPECT_EQ(kind_of(state)->name, model.name);
    EXPECT_EQ(count_cascades(state), model.cascades);
  }
  const StateDict other{{"weight", torch::ones({2})}};
  EXPECT_EQ(kind_of(other), nullptr);
  EXPECT_EQ(count_cascades(other), 0);
}

TEST(MakeNetwork, HasTheConfigurationThatItWasMadeOf) {
  EXPECT_TRUE(make_network(small_model())->config() == small_model());
  EXPECT_EQ(make_network(small_model())->cascades(), small_model().cascades);
  auto model = small_model();
  model.groups = 3;  // does not divide the channels
  EXPECT_THROW(make_network(model), Error);
}

}  // namespace
}  // namespace dircn::network_table_test
