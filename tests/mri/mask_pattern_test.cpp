#include "dircn/mri/mask_pattern.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "dircn/core/error.h"
#include "support/paths.h"

namespace dircn::mask_pattern_test {
namespace {

using Kind = MaskPattern::Kind;

torch::Tensor columns(int64_t width, const std::vector<int64_t>& sampled) {
  auto mask = torch::zeros({width}, torch::kBool);
  for (const int64_t column : sampled) {
    mask[column] = true;
  }
  return mask;
}

/// The acceleration that fastMRI's code drew for a golden case: the one whose share of the columns
/// gives the case's number of low frequencies.
int64_t drawn_acceleration(const nlohmann::json& golden) {
  const auto width = golden["width"].get<double>();
  for (size_t i = 0; i < golden["accelerations"].size(); ++i) {
    const double low = std::nearbyint(width * golden["center_fractions"][i].get<double>());
    if (low == golden["num_low_frequencies"].get<double>()) {
      return golden["accelerations"][i].get<int64_t>();
    }
  }
  return 0;
}

TEST(MaskPattern, FindsTheAccelerationOfFastmrisMasks) {
  const auto golden = nlohmann::json::parse(testing::read_file(testing::golden("S8_masks.json")));
  int64_t seen = 0;
  for (const auto& one : golden["cases"]) {
    const auto sampled = one["columns"].get<std::vector<int64_t>>();
    const auto pattern = describe_mask(columns(one["width"].get<int64_t>(), sampled));
    EXPECT_EQ(pattern.sampled, static_cast<int64_t>(sampled.size()));
    if (one["type"] != "magic_fraction") {  // which takes some of the centre away
      EXPECT_GE(pattern.acs_width, one["num_low_frequencies"].get<int64_t>());
    }
    if (one["type"] == "equispaced") {
      EXPECT_EQ(pattern.kind, Kind::equispaced) << one["seed_name"];
      EXPECT_EQ(pattern.acceleration, drawn_acceleration(one)) << one["seed_name"];
      ++seen;
    } else if (one["type"] == "equispaced_fraction") {  // columns at distances of 4 and 5, say
      EXPECT_EQ(pattern.kind, Kind::irregular) << one["seed_name"];
      EXPECT_EQ(pattern.acceleration, drawn_acceleration(one)) << one["seed_name"];
    } else if (one["type"] == "random") {
      EXPECT_EQ(pattern.kind, Kind::irregular) << one["seed_name"];
    }
  }
  EXPECT_GT(seen, 20);
}

TEST(MaskPattern, MeasuresTheCentre) {
  // 0 4 8 | 9 10 11 | 12: the centre of 20 is 10, and the grid's 8 and 12 continue the block.
  const auto even = describe_mask(columns(20, {0, 4, 8, 9, 10, 11, 12, 16}));
  EXPECT_EQ(even.kind, Kind::equispaced);
  EXPECT_EQ(even.acceleration, 4);
  EXPECT_EQ(even.acs_width, 5);
  EXPECT_EQ(even.acs_height, 1);
  EXPECT_DOUBLE_EQ(even.fraction, 8.0 / 20);
  // The centre of 21 is 10 too; here it is one line of the grid and no more.
  const auto odd = describe_mask(columns(21, {1, 4, 7, 10, 13, 16, 19}));
  EXPECT_EQ(odd.kind, Kind::equispaced);
  EXPECT_EQ(odd.acceleration, 3);
  EXPECT_EQ(odd.acs_width, 1);
}

TEST(MaskPattern, SaysWhereTheCentreIsNotSampled) {
  const auto pattern = describe_mask(columns(20, {1, 5, 9, 13, 17}));
  EXPECT_EQ(pattern.kind, Kind::equispaced);
  EXPECT_EQ(pattern.acceleration, 4);
  EXPECT_EQ(pattern.acs_width, 0);
  EXPECT_EQ(pattern.acs_height, 0);
}

TEST(MaskPattern, TakesOneColumnAmissForIrregular) {
  EXPECT_EQ(describe_mask(columns(20, {0, 4, 9, 10, 11, 16})).kind, Kind::irregular);  // no 8
  const auto shifted = describe_mask(columns(20, {0, 4, 8, 9, 10, 11, 14, 18}));
  EXPECT_EQ(shifted.kind, Kind::irregular);
  EXPECT_EQ(shifted.acceleration, 3);  // 20 / 8, to the nearest: half away from zero
  EXPECT_EQ(shifted.acs_width, 4);
  const auto neighbours = describe_mask(columns(20, {0, 1, 10}));
  EXPECT_EQ(neighbours.kind, Kind::irregular);
  EXPECT_EQ(neighbours.acceleration, 7);
}

TEST(MaskPattern, KnowsFullSampling) {
  for (const auto& mask : {torch::ones({7}, torch::kBool), torch::ones({5, 7}, torch::kBool)}) {
    const auto pattern = describe_mask(mask);
    EXPECT_EQ(pattern.kind, Kind::full);
    EXPECT_EQ(pattern.acceleration, 1);
    EXPECT_EQ(pattern.fraction, 1);
    EXPECT_EQ(pattern.acs_width, 7);
    EXPECT_EQ(pattern.acs_height, mask.dim() == 1 ? 1 : 5);
  }
}

TEST(MaskPattern, CountsEqualRowsAsColumns) {
  const auto mask = columns(20, {0, 4, 8, 9, 10, 11, 12, 16}).expand({6, 20});
  const auto pattern = describe_mask(mask);
  EXPECT_EQ(pattern.kind, Kind::equispaced);
  EXPECT_EQ(pattern.sampled, 8);
  EXPECT_EQ(pattern.acceleration, 4);
  EXPECT_EQ(pattern.acs_height, 6);
}

TEST(MaskPattern, MeasuresTwoDimensions) {
  auto mask = torch::zeros({15, 20}, torch::kBool);
  mask.slice(0, 5, 9).slice(1, 8, 14).fill_(
      true);  // 4 rows around 7, 6 columns not quite around 10
  mask[0][0] = true;
  const auto pattern = describe_mask(mask);
  EXPECT_EQ(pattern.kind, Kind::two_dimensional);
  EXPECT_EQ(pattern.sampled, 25);
  EXPECT_EQ(pattern.acceleration, 12);
  EXPECT_EQ(pattern.acs_height, 4);
  EXPECT_EQ(pattern.acs_width, 5);  // the widest centred one: 8 ... 12
  mask[7][10] = false;
  EXPECT_EQ(describe_mask(mask).acs_width, 0);
}

TEST(MaskPattern, StandsAnEmptyMask) {
  const auto pattern = describe_mask(torch::zeros({8}, torch::kBool));
  EXPECT_EQ(pattern.sampled, 0);
  EXPECT_EQ(pattern.acceleration, 0);
  EXPECT_EQ(pattern.acs_width, 0);
}

TEST(MaskPattern, RefusesWhatIsNoMask) {
  for (const auto& wrong : {torch::ones({8}), torch::ones({1, 1, 8}, torch::kBool),
                            torch::ones({0}, torch::kBool), torch::ones({}, torch::kBool)}) {
    EXPECT_THROW(describe_mask(wrong), Error) << wrong.sizes();
  }
}

}  // namespace
}  // namespace dircn::mask_pattern_test
