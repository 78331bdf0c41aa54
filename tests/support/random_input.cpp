#include "support/random_input.h"

#include <ATen/CPUGeneratorImpl.h>
#include <torch/types.h>
#include <torch/utils.h>

#include "dircn/mri/fft.h"

namespace dircn::testing {
namespace {

at::Generator generator(uint64_t seed) {
  return at::detail::createCPUGenerator(seed);
}

/// Low spatial frequencies of white noise, so that images look like something with edges and
/// phases.
torch::Tensor smooth_noise(torch::IntArrayRef sizes, int64_t passes, at::Generator random) {
  auto x = torch::randn(sizes, random, torch::kComplexDouble);
  for (int64_t i = 0; i < passes; ++i) {
    x = (x + x.roll(1, -1) + x.roll(1, -2) + x.roll({1, 1}, {-2, -1})) / 2;
  }
  return x;
}

}  // namespace

RandomInput random_input(int64_t batch, int64_t coils, int64_t height, int64_t width,
                         const torch::Tensor& mask, uint64_t seed) {
  const auto random = generator(seed);
  const auto object = smooth_noise({batch, 1, height, width}, 3, random);
  const auto profiles = smooth_noise({batch, coils, height, width}, 12, random);
  const auto images = 1e-4 * object * profiles / profiles.abs().amax();
  return {fft2c(images) * mask, mask};
}

torch::Tensor column_mask(int64_t width, int64_t acceleration, int64_t acs, int64_t offset) {
  auto mask = torch::zeros({1, 1, 1, width}, torch::kBool);
  mask.slice(3, offset, width, acceleration).fill_(true);
  const int64_t first = (width - acs + 1) / 2;
  mask.slice(3, first, first + acs).fill_(true);
  return mask;
}

ModelConfig small_model() {
  ModelConfig config;
  config.cascades = 2;
  config.channels = 2;
  config.sensitivity_channels = 2;
  config.groups = 2;
  config.sensitivity_groups = 1;
  return config;
}

ModelConfig small_varnet() {
  ModelConfig config = default_model(NetworkName::varnet);
  config.cascades = 2;
  config.channels = 4;
  config.sensitivity_channels = 2;
  config.pools = 3;
  config.sensitivity_pools = 2;
  return config;
}

void perturb(const std::vector<torch::Tensor>& parameters, uint64_t seed) {
  const torch::NoGradGuard no_grad;
  const auto random = generator(seed);
  for (auto parameter : parameters) {
    parameter.add_(0.2 *
                   torch::randn(parameter.sizes(), random, torch::kDouble).to(parameter.device()));
  }
}

}  // namespace dircn::testing
