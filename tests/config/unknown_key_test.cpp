// What the error about an unknown key advises.

#include <gtest/gtest.h>

#include <string>

#include "dircn/config/config.h"

namespace dircn::unknown_key_test {
namespace {

struct Meant {
  const char* section;
  const char* name;
  const char* advice;  // what the message ends with
};

class UnknownKey : public ::testing::TestWithParam<Meant> {};

TEST_P(UnknownKey, EndsWithThePlausibleOne) {
  const auto& [section, name, advice] = GetParam();
  try {
    parse_config(std::string(section) + ": {" + name + ": 1}\n", "c.yaml");
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.parts().found, "an unknown key");
    EXPECT_EQ(error.parts().advice, advice);
  }
}

const Meant kMeant[] = {
    {"train", "lr", "Did you mean learning_rate?"},
    {"data", "batch_size", "Did you mean train.batch.size?"},
    {"train", "gradient_clip", "Did you mean train.optimizer.clip_norm?"},
    {"train", "weight_decay", "Did you mean train.optimizer.weight_decay?"},
    {"train", "num_workers", "Did you mean data.workers?"},
    {"data", "volume_sample_rate", "Did you mean subset?"},
    {"train", "milestone_factor", "Did you mean train.schedule.factor?"},
    {"model", "pretrained", "Did you mean train.start?"},
    {"model", "num_cascades", "Did you mean cascades?"},
    {"train", "Epoch", "Did you mean epochs?"},
    {"train", "momemtum", ""},  // misspelt and misplaced
    {"model", "dropout", ""},
    {"data", "xyzzy", ""},
};

INSTANTIATE_TEST_SUITE_P(Unknown, UnknownKey, ::testing::ValuesIn(kMeant),
                         [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace dircn::unknown_key_test
