// A checkpoint of E2E-VarNet in the hands of Python.

#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

#include "dircn/formats/torch_file.h"
#include "dircn/model/checkpoint.h"
#include "dircn/model/module_state.h"
#include "support/paths.h"
#include "support/python.h"
#include "support/random_input.h"

namespace dircn::varnet_python_test {
namespace {

TEST(VarnetInPython, GivesTheSameImage) {
  DIRCN_NEEDS_PYTHON("torch");
  const torch::NoGradGuard no_grad;
  const testing::TemporaryFolder folder;
  torch::manual_seed(1);
  const Network network = make_network(testing::small_varnet());
  testing::perturb(network->parameters(), 2);
  save_checkpoint(folder / "varnet.pt", state_of(*network), network->config());

  const auto mask = testing::column_mask(48, 4, 7);
  const auto kspace =
      testing::random_input(1, 3, 64, 48, mask, 3).kspace.to(torch::kComplexFloat).contiguous();
  PickleDict scan;
  scan.set("kspace", torch::view_as_real(kspace).contiguous());
  scan.set("mask", mask);
  scan.set("image", network->forward(kspace, mask));
  save_torch_file(folder / "scan.pt", scan);
  const std::string script = testing::source("tests/model/varnet_in_python.py").string();
  EXPECT_EQ(testing::run_python("'" + script + "' '" + (folder / "varnet.pt").string() + "' '" +
                                (folder / "scan.pt").string() + "'"),
            0);
}

}  // namespace
}  // namespace dircn::varnet_python_test
