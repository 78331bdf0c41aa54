// The optimiser's state, in a checkpoint of ours, means to Python what it means to us.

#include <gtest/gtest.h>
#include <torch/torch.h>

#include "dircn/io/torch_file.h"
#include "dircn/train/optimizer.h"
#include "support/golden.h"
#include "support/paths.h"
#include "support/python.h"

namespace dircn {
namespace {

PickleValue list_of(const std::vector<torch::Tensor>& tensors) {
  return PickleValue::list(PickleValue::List(tensors.begin(), tensors.end()));
}

TEST(AdamState, ContinuesInPython) {
  DIRCN_NEEDS_PYTHON("torch");
  torch::manual_seed(5);
  std::vector<torch::Tensor> parameters{torch::randn({4, 3}).set_requires_grad(true),
                                        torch::randn({5}).set_requires_grad(true)};
  auto adam = make_adam(parameters, 3e-3);
  const auto new_gradients = [&] {
    for (auto& parameter : parameters) {
      parameter.mutable_grad() = torch::randn(parameter.sizes());
    }
  };
  for (int i = 0; i < 3; ++i) {
    new_gradients();
    adam.step();
  }
  new_gradients();
  const testing::TemporaryFolder folder;
  save_torch_file(
      folder / "in.pt",
      PickleDict{{"parameters", list_of({parameters[0].detach(), parameters[1].detach()})},
                 {"gradients", list_of({parameters[0].grad(), parameters[1].grad()})},
                 {"optimizer", adam_state(adam, parameters)}});
  const auto script = testing::test_data("../train/python_adam.py").string();
  ASSERT_EQ(testing::run_python("'" + script + "' '" + (folder / "in.pt").string() + "' '" +
                                (folder / "out.pt").string() + "'"),
            0);
  adam.step();
  const auto file = load_torch_file(folder / "out.pt");
  const auto& stepped = file.as_dict().at("parameters").as_list();
  for (size_t i = 0; i < parameters.size(); ++i) {
    EXPECT_LE(testing::relative_max_error(parameters[i].detach(), stepped[i].as_tensor()), 1e-6);
  }
}

TEST(AdamState, ComesBackAsItWas) {
  torch::manual_seed(6);
  std::vector<torch::Tensor> parameters{torch::randn({4, 3}).set_requires_grad(true),
                                        torch::randn({2}).set_requires_grad(true)};
  auto adam = make_adam(parameters, 3e-3);
  parameters[0].mutable_grad() = torch::randn({4, 3});  // the second one is never stepped
  adam.step();
  const PickleValue state = adam_state(adam, parameters);
  auto other = make_adam(parameters, 1);
  load_adam_state(other, parameters, state, "memory");
  EXPECT_EQ(other.state().size(), 1U);
  EXPECT_EQ(static_cast<torch::optim::AdamOptions&>(other.param_groups()[0].options()).lr(), 3e-3);
  const PickleValue again = adam_state(other, parameters);
  const auto entry = [](const PickleValue& value) -> const PickleDict& {
    return value.as_dict().at("state").as_dict().at(0).as_dict();
  };
  for (const char* key : {"step", "exp_avg", "exp_avg_sq", "max_exp_avg_sq"}) {
    EXPECT_TRUE(torch::equal(entry(state).at(key).as_tensor(), entry(again).at(key).as_tensor()))
        << key;
  }
}

}  // namespace
}  // namespace dircn
