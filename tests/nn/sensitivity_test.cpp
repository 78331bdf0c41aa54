// Sensitivity maps of some coils at a time against those of all coils at once.

#include "dircn/nn/sensitivity.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <algorithm>

#include "dircn/mri/acs.h"
#include "dircn/mri/coils.h"
#include "dircn/mri/fft.h"
#include "dircn/nn/refinement.h"
#include "support/golden.h"
#include "support/random_input.h"

namespace dircn {
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

TEST(Sensitivity, SomeCoilsAtATimeEqualAllAtOnce) {
  torch::manual_seed(1);
  Sensitivity sensitivity(testing::small_model());
  sensitivity->to(torch::kDouble);
  testing::perturb(sensitivity->parameters(), 2);
  // Five images of 356 x 360 are more than are taken at once.
  const auto input = testing::random_input(1, 5, 356, 360, testing::column_mask(360, 4, 20), 3);
  const SamplingSpace space(input.kspace, input.mask);
  const auto expected = maps_at_once(sensitivity, input, space);
  const auto maps = sensitivity->forward(space, input.mask);
  EXPECT_LE(relative_max_error(maps.detach(), expected.detach()), 1e-11);
  {
    const torch::NoGradGuard no_grad;
    EXPECT_LE(relative_max_error(sensitivity->forward(space, input.mask), expected.detach()),
              1e-11);
  }
  const auto slopes = torch::randn(maps.sizes(), torch::kComplexDouble);
  const auto gradients = [&](const torch::Tensor& y) {
    return torch::autograd::grad({torch::real(y * slopes).sum()}, sensitivity->parameters());
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

}  // namespace
}  // namespace dircn
