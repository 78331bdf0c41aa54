// Numbers at the ends of their ranges.

#include <gtest/gtest.h>

#include "dircn/config/config.h"

namespace dircn::range_test {
namespace {

struct BadValue {
  std::string name;
  std::string yaml;
  std::string message;  // what the error's text begins with
};

class OutOfRange : public ::testing::TestWithParam<BadValue> {};

TEST_P(OutOfRange, IsRefusedWithTheRange) {
  try {
    parse_config(GetParam().yaml, "c.yaml");
    FAIL() << "no error";
  } catch (const Error& error) {
    const std::string text = error.what();
    EXPECT_EQ(text.substr(0, GetParam().message.size()), GetParam().message);
  }
}

const BadValue kRanges[] = {
    {"closed_below", "data: {augmentation: {probability: -0.1}}",
     "c.yaml:1: data.augmentation.probability: found -0.1; expected a finite number of at least "
     "0.0 and at most 1.0"},
    {"closed_above", "data: {augmentation: {probability: 1.1}}",
     "c.yaml:1: data.augmentation.probability: found 1.1"},
    {"open_above", "train: {ema: 1}",
     "c.yaml:1: train.ema: found 1.0; expected a finite number of at least 0.0 and below 1.0"},
    {"open_at_both_ends", "train: {schedule: {peak_at: 1}}",
     "c.yaml:1: train.schedule.peak_at: found 1.0; expected a finite number above 0.0 and below "
     "1.0"},
    {"open_at_both_ends_below", "train: {schedule: {peak_at: 0}}",
     "c.yaml:1: train.schedule.peak_at: found 0.0"},
    {"weight", "train: {loss: {mse: -1}}",
     "c.yaml:1: train.loss.mse: found -1.0; expected a finite number of at least 0.0"},
    {"subset", "data: {subset: 0}", "c.yaml:1: data.subset: found 0.0; expected"},
    {"share", "data: {validation_share: 1}", "c.yaml:1: data.validation_share: found 1.0;"},
    {"gamma", "train: {loss: {focal: {gamma: -1}}}", "c.yaml:1: train.loss.focal.gamma: found"},
    {"batch", "train: {batch: {size: 0}}", "c.yaml:1: train.batch.size: found 0; expected"},
    {"batch_factor", "train: {batch: {factor: 1}}", "c.yaml:1: train.batch.factor: found 1;"},
    {"keep", "train: {keep: -1}", "c.yaml:1: train.keep: found -1; expected an integer of at"},
    {"seed", "train: {seed: 4294967296}",
     "c.yaml:1: train.seed: found 4294967296; expected an integer of at least 0 and at most "
     "4294967295"},
    {"seed_below", "train: {seed: -1}", "c.yaml:1: train.seed: found -1; expected an integer"},
    {"precision", "train: {precision: fp16}",
     "c.yaml:1: train.precision: found fp16; expected one of fp32, bf16"},
};

INSTANTIATE_TEST_SUITE_P(Rows, OutOfRange, ::testing::ValuesIn(kRanges),
                         [](const auto& row) { return row.param.name; });

TEST(InRange, EndsThatBelongToIt) {
  const Config low = parse_config(
      "data: {augmentation: {probability: 0}, validation_share: 0}\n"
      "train: {ema: 0, keep: 0, seed: 0, optimizer: {momentum: 0}, loss: {l1: 0}}\n",
      "c.yaml");
  EXPECT_EQ(low.train.keep, 0);
  EXPECT_EQ(low.train.seed, 0);
  EXPECT_EQ(low.train.optimizer.momentum, 0);
  const Config high = parse_config(
      "data: {augmentation: {probability: 1, max_rotation: 180, max_shear: 89}, subset: 1}\n"
      "train: {schedule: {lowest: 1, factor: 1}, batch: {size: 65536}, seed: 4294967295}\n",
      "c.yaml");
  EXPECT_EQ(high.data.augmentation.probability, 1);
  EXPECT_EQ(high.train.schedule.lowest, 1);
  EXPECT_EQ(high.train.seed, 4294967295);
}

}  // namespace
}  // namespace dircn::range_test
