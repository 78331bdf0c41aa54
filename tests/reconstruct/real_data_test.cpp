// A measured slice (8 coils, 2-D Poisson-disc mask) through reading, sensitivity maps and data
// consistency.

#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

#include "dircn/data/volume.h"
#include "dircn/model/checkpoint.h"
#include "dircn/model/module_state.h"
#include "dircn/model/network.h"
#include "dircn/mri/acs.h"
#include "dircn/mri/coils.h"
#include "support/golden.h"
#include "support/paths.h"

namespace dircn::real_data_test {
namespace {

/// The reference's small trained network, with λ = 0 in every cascade.
Network hard_data_consistency() {
  const torch::NoGradGuard no_grad;
  const Network network =
      make_network(testing::GoldenFile("S7_checkpoint-best_expected.pth").model_config());
  load_state(*network, load_checkpoint(testing::golden("S7_checkpoint-best.pth")));
  for (auto& parameter : network->named_parameters()) {
    if (parameter.key().find("dc_weight") != std::string::npos) {
      parameter.value().zero_();
    }
  }
  return network;
}

TEST(MeasuredSlice, HandsSampledKspaceThrough) {
  const torch::NoGradGuard no_grad;
  const KspaceVolume volume(testing::test_data("brain_8ch_poisson2d.h5"));
  const auto mask = canonical_mask(volume.mask());
  const auto kspace = (volume.read_slice(0) * volume.mask()).unsqueeze(0);
  const auto trace = hard_data_consistency()->trace(kspace, mask);
  EXPECT_TRUE(torch::isfinite(trace.image).all().item<bool>());
  EXPECT_GT(trace.image.max().item<double>(), 0);
  EXPECT_LE(testing::relative_max_error(trace.cascades.back() * mask, kspace), 1e-5);
}

TEST(MeasuredSlice, HasTheAcsOfItsPoissonDisc) {
  const KspaceVolume volume(testing::test_data("brain_8ch_poisson2d.h5"));
  const auto acs = acs_mask(canonical_mask(volume.mask()))[0][0];
  EXPECT_EQ(acs.sum().item<int64_t>(), 24 * 24);
  EXPECT_TRUE(acs.slice(0, 103, 127).slice(1, 78, 102).all().item<bool>());
}

TEST(MeasuredSlice, GetsMapsOfUnitNorm) {
  const torch::NoGradGuard no_grad;
  const KspaceVolume volume(testing::test_data("brain_8ch_poisson2d.h5"));
  const auto trace = hard_data_consistency()->trace(volume.read_slice(0).unsqueeze(0),
                                                    canonical_mask(volume.mask()));
  const auto norm = root_sum_of_squares(trace.sensitivity_maps);
  EXPECT_LE((norm - 1).abs().max().item<double>(), 1e-5);
}

}  // namespace
}  // namespace dircn::real_data_test
