// Sensitivity maps of some coils at a time against those of all coils at once.

#include "dircn/model/sensitivity.h"

#include <ATen/record_function.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <memory>

#include "dircn/model/refinement.h"
#include "dircn/mri/acs.h"
#include "dircn/mri/coils.h"
#include "dircn/mri/fft.h"
#include "support/devices.h"
#include "support/golden.h"
#include "support/random_input.h"

namespace dircn::sensitivity_test {
namespace {

using testing::relative_max_error;

/// Maps as SPEC'd, through the network in `sensitivity`; rolled.
torch::Tensor maps_at_once(Sensitivity& sensitivity, const testing::RandomInput& input,
                           const SamplingSpace& space) {
  auto* model = sensitivity->named_children()["model"]->as<RefinementImpl>();
  const auto images = ifft2c(input.kspace * acs_mask(input.mask));
  DecoderFeatures unused;
  const auto each_coil = images.reshape({-1, 1, images.size(2), images.size(3)});
  const auto maps = model->forward(each_coil, unused).view(images.sizes());
  return space.roll(divide_or_zero(maps, root_sum_of_squares(maps)));
}

/// An estimator, and what five coils have seen: five images of 356 x 360 are more than are taken at
/// once.
struct FiveCoils {
  Sensitivity sensitivity;
  testing::RandomInput input;
};

FiveCoils five_coils_on(torch::Device device) {
  torch::manual_seed(1);
  Sensitivity sensitivity(testing::small_model());
  sensitivity->to(device, torch::kDouble);
  testing::perturb(sensitivity->parameters(), 2);
  const auto input = testing::random_input(1, 5, 356, 360, testing::column_mask(360, 4, 20), 3);
  return {sensitivity, {input.kspace.to(device), input.mask.to(device)}};
}

DIRCN_DEVICE_TEST(Sensitivity, SomeCoilsAtATimeEqualAllAtOnce) {
  auto [sensitivity, input] = five_coils_on(device);
  sensitivity->set_checkpointing(device.is_cuda());  // on a CPU it takes some at a time anyway
  const SamplingSpace space(input.kspace, input.mask);
  const auto expected = maps_at_once(sensitivity, input, space);
  const auto maps = sensitivity->forward(space, input.mask);
  EXPECT_LE(relative_max_error(maps.detach(), expected.detach()), 1e-11);
  {
    const torch::NoGradGuard no_grad;
    EXPECT_LE(relative_max_error(sensitivity->forward(space, input.mask), expected.detach()),
              1e-11);
  }
  const auto slopes = torch::randn(maps.sizes(), torch::kComplexDouble).to(device);
  const auto parameters = sensitivity->parameters();
  const auto gradients = [&](const torch::Tensor& y) {
    return torch::autograd::grad({torch::real(y * slopes).sum()}, parameters);
  };
  const auto actual = gradients(maps);
  const auto wanted = gradients(expected);
  double largest = 0;
  for (const auto& gradient : wanted) {
    largest = std::max(largest, gradient.abs().max().item<double>());
  }
  for (size_t i = 0; i < wanted.size(); ++i) {
    EXPECT_LE((actual[i] - wanted[i]).abs().max().item<double>(), 1e-10 * largest) << i;
  }
}

std::atomic<int> transforms{0};  // callbacks are plain functions

std::unique_ptr<at::ObserverContext> count_transform(const at::RecordFunction& function) {
  if (std::strcmp(function.name(), "aten::fft_ifftn") == 0) {
    ++transforms;
  }
  return nullptr;
}

/// How many groups of coils are taken after one another: each is transformed to images by itself.
int groups_of_five_coils(torch::Device device, bool checkpointing) {
  const torch::NoGradGuard no_grad;
  auto [sensitivity, input] = five_coils_on(device);
  sensitivity->set_checkpointing(checkpointing);
  const SamplingSpace space(input.kspace, input.mask);
  transforms = 0;
  const auto handle = at::addGlobalCallback(
      at::RecordFunctionCallback(count_transform).scopes({at::RecordScope::FUNCTION}));
  sensitivity->forward(space, input.mask);
  at::removeCallback(handle);
  return transforms;
}

DIRCN_DEVICE_TEST(Sensitivity, TakesSomeCoilsAtATimeOnACpuAndWhereItSavesMemory) {
  EXPECT_EQ(groups_of_five_coils(device, false), device.is_cpu() ? 2 : 1);
  EXPECT_EQ(groups_of_five_coils(device, true), 2);
}

}  // namespace
}  // namespace dircn::sensitivity_test
