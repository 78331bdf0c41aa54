#include <gtest/gtest.h>

#include "dircn/config/config.h"

namespace dircn::config_error_test {
namespace {

struct BadInput {
  std::string name;
  std::string yaml;
  std::vector<std::string> overrides;
  std::string message;  // what the error's text begins with
};

class BadConfig : public ::testing::TestWithParam<BadInput> {};

TEST_P(BadConfig, StopsWithPlaceKeyAndAdvice) {
  try {
    parse_config(GetParam().yaml, "c.yaml", GetParam().overrides);
    FAIL() << "no error";
  } catch (const Error& error) {
    const std::string text = error.what();
    EXPECT_EQ(text.substr(0, GetParam().message.size()), GetParam().message);
  }
}

const BadInput kUnknown[] = {
    {"key",
     "model:\n  cascade: 8\n",
     {},
     "c.yaml:2: model.cascade: found an unknown key; expected one of name, cascades, "
     "channels, sensitivity_channels, groups, sensitivity_groups, se_ratio, se_squeeze, "
     "aggregation, data_consistency, interconnections, pools, sensitivity_pools, "
     "sensitivity_from. Did you mean cascades?"},
    {"section",
     "\n\nmodell: {}\n",
     {},
     "c.yaml:3: modell: found an unknown key; expected one of model, data, train, extends. "
     "Did you mean model?"},
    {"misplaced",
     "cascades: 4\n",
     {},
     "c.yaml:1: cascades: found an unknown key; expected one of model, data, train, extends. "
     "Did you mean model.cascades?"},
    {"one_of_several",  // there is a train.batch.milestones, too
     "train: {milestones: [3]}",
     {},
     "c.yaml:1: train.milestones: found an unknown key; expected one of epochs, learning_rate, "
     "schedule, loss, batch, optimizer, ema, precision, checkpointing, start, phases, seed, "
     "save_minutes, keep. Did you mean train.schedule.milestones?"},
    {"name",
     "data:\n  crop: 320\n  fov_crop: squared\n",
     {},
     "c.yaml:3: data.fov_crop: found squared; expected one of square, none. "
     "Did you mean square?"},
    {"case",
     "model: {aggregation: Concat}\n",
     {},
     "c.yaml:1: model.aggregation: found Concat; expected one of weighted_sum, "
     "concat, none. Did you mean concat?"},
    {"override_key",
     "",
     {"model.chanels=4"},
     "--set model.chanels=4: model.chanels: found an unknown key; expected one of name, "},
    {"override_name",
     "",
     {"data.layout=sun"},
     "--set data.layout=sun: data.layout: found sun; expected one of auto, snu, fastmri. Did you "
     "mean snu?"},
    {"override_extends",
     "",
     {"extends=base.yaml"},
     "--set extends=base.yaml: extends: found an unknown key"},
};

const BadInput kValues[] = {
    {"integer",
     "model:\n  cascades: many\n",
     {},
     "c.yaml:2: model.cascades: found many; expected an integer of at least 1 and at most 1000"},
    {"fraction",
     "model: {cascades: 8.0}",
     {},
     "c.yaml:1: model.cascades: found 8.0; expected an integer"},
    {"trailing",
     "model: {cascades: 8x}",
     {},
     "c.yaml:1: model.cascades: found 8x; expected an integer"},
    {"quoted",
     "model: {cascades: \"8\"}",
     {},
     "c.yaml:1: model.cascades: found the text \"8\"; expected an integer"},
    {"missing",
     "model:\n  cascades:\n  channels: 16\n",
     {},
     "c.yaml:2: model.cascades: found nothing; expected an integer"},
    {"map",
     "model: {cascades: {a: 1}}",
     {},
     "c.yaml:1: model.cascades: found a map; expected an integer"},
    {"zero",
     "model: {cascades: 0}",
     {},
     "c.yaml:1: model.cascades: found 0; expected an integer of at least 1 and at most 1000"},
    {"huge",
     "train: {seed: 9223372036854775808}",
     {},
     "c.yaml:1: train.seed: found 9223372036854775808; expected an integer of at least 0"},
    {"ratio",
     "model:\n  se_ratio: 0\n",
     {},
     "c.yaml:2: model.se_ratio: found 0.0; expected a finite number above 0.0 and at most 1.0"},
    {"negative",
     "train: {learning_rate: -1e-3}",
     {},
     "c.yaml:1: train.learning_rate: found -0.001; expected a finite number above 0.0"},
    {"nan",
     "train: {learning_rate: nan}",
     {},
     "c.yaml:1: train.learning_rate: found nan; expected a finite number"},
    {"inf",
     "train: {learning_rate: inf}",
     {},
     "c.yaml:1: train.learning_rate: found inf; expected a finite number"},
    {"yaml_inf",
     "train: {learning_rate: .inf}",
     {},
     "c.yaml:1: train.learning_rate: found .inf; expected a finite number"},
    {"overflow",
     "train: {learning_rate: 1e999}",
     {},
     "c.yaml:1: train.learning_rate: found 1e999; expected a finite number"},
    {"flag",
     "model: {interconnections: 1}",
     {},
     "c.yaml:1: model.interconnections: found 1; expected true or false"},
    {"quoted_flag",
     "model: {interconnections: 'true'}",
     {},
     "c.yaml:1: model.interconnections: found the text \"true\"; expected true or false"},
    {"choice_list",
     "model: {aggregation: [none]}",
     {},
     "c.yaml:1: model.aggregation: found a list; expected one of weighted_sum"},
    {"text_list", "data: {train: [a]}", {}, "c.yaml:1: data.train: found a list; expected a text"},
    {"section", "model: 8\n", {}, "c.yaml:1: model: found 8; expected a map with keys of name"},
    {"no_list",
     "train: {schedule: {milestones: 30}}",
     {},
     "c.yaml:1: train.schedule.milestones: found 30; expected a list"},
    {"element",
     "train:\n  schedule:\n    milestones:\n    - 30\n    - late\n",
     {},
     "c.yaml:5: train.schedule.milestones[1]: found late; expected an integer of at least 1"},
    {"mask_pairs",
     "data:\n  mask:\n    accelerations: [4, 6, 8]\n",
     {},
     "c.yaml:3: data.mask.accelerations: found 2 center_fractions and 3 accelerations"},
    {"mask_type",
     "data: {mask: {type: equispace}}",
     {},
     "c.yaml:1: data.mask.type: found equispace; expected one of random, equispaced, "
     "equispaced_fraction, magic, "
     "magic_fraction. Did you mean equispaced?"},
    {"mask_fraction",
     "data: {mask: {center_fractions: [0]}}",
     {},
     "c.yaml:1: data.mask.center_fractions[0]: found 0.0; expected a finite number above 0.0"},
    {"order",
     "train:\n  epochs: 9\n  schedule:\n    milestones: [90, 30]\n",
     {},
     "c.yaml:4: train.schedule.milestones: found an epoch that is not after"},
    {"batch_order",
     "train:\n  batch:\n    milestones: [3, 3]\n",
     {},
     "c.yaml:3: train.batch.milestones: found an epoch that is not after"},
    {"batch_growth",
     "train: {batch: {size: 3, milestones: [1, 2, 3], factor: 100}}",
     {},
     "c.yaml:1: train.batch.milestones: found batches that grow beyond all bounds"},
    {"at_once",
     "train:\n  batch:\n    size: 2\n    at_once: 7\n    milestones: [1]\n    factor: 3\n",
     {},
     "c.yaml:4: train.batch.at_once: found 7; expected at most the slices of a step, which are 6. "
     "Raise train.batch.size."},
    {"no_loss",
     "model: {}\ntrain:\n  loss: {gaussian_ssim: 0, l1: 0}\n",
     {},
     "c.yaml:3: train.loss: found terms that all weigh 0"},
    {"two_validations",
     "data:\n  val: /data/val\n  validation_share: 0.1\n",
     {},
     "c.yaml:3: data.validation_share: found a share while data.val names a folder"},
    {"groups",
     "model:\n  channels: 16\n  groups: 3\n",
     {},
     "c.yaml:3: model.groups: found 3; expected a divisor of model.channels, which is 16"},
    {"default_groups",
     "data:\n  crop: 3\nmodel:\n  channels: 6\n",
     {},
     "c.yaml:3: model.groups: found 4; expected a divisor of model.channels, which is 6"},
    {"override",
     "",
     {"model.cascades=0"},
     "--set model.cascades=0: model.cascades: found 0; expected an integer of at least 1"},
    {"override_map",
     "",
     {"model={cascades: x}"},
     "--set model={cascades: x}: model.cascades: found x; expected an integer"},
    {"override_clash",
     "model: {groups: 8}",
     {"model.groups=5"},
     "--set model.groups=5: model.groups: found 5; expected a divisor"},
};

const BadInput kStructure[] = {
    {"repeated",
     "model:\n  cascades: 8\n  channels: 8\n  cascades: 9\n",
     {},
     "c.yaml:4: model.cascades: found the key a second time "
     "(first in line 2); expected each key once"},
    {"repeated_section",
     "model: {}\ndata: {}\nmodel: {}\n",
     {},
     "c.yaml:3: model: found the key a second time (first in line 1)"},
    {"repeated_extends",
     "extends: /dev/null\nextends: /dev/null\n",
     {},
     "c.yaml:2: extends: found the key a second time"},
    {"scalar",
     "model\n",
     {},
     "c.yaml:1: the top level: found model; expected a map with keys of model, data, train, "
     "extends"},
    {"list", "\n- model\n", {}, "c.yaml:2: the top level: found a list; expected a map"},
    {"key_list", "[a]: 1\n", {}, "c.yaml:1: found a key that is no plain word"},
    {"null_key", "model:\n  ~: 1\n", {}, "c.yaml:2: found a key that is no plain word"},
    {"documents", "model: {}\n---\ndata: {}\n", {}, "c.yaml:2: found a second document"},
    {"empty_document", "---\n---\nmodel: {cascades: 0}\n", {}, "c.yaml:"},
    {"tag", "model:\n  cascades: !!int 8\n", {}, "c.yaml:2: found a type tag"},
    {"map_tag", "model: !python/object:os.system {}\n", {}, "c.yaml:1: found a type tag"},
    {"syntax", "model:\n  cascades: 8\n  channels: [16\n", {}, "c.yaml:"},
    {"syntax_column", "model: {}\ndata: ]\n", {}, "c.yaml:2, column 7: found bad syntax ("},
    {"tab", "model:\n\tcascades: 8\n", {}, "c.yaml:2, column "},
    {"no_alias", "data: {train: *nowhere}\n", {}, "c.yaml:1, column 15: found bad syntax ("},
    {"nul", std::string("model: {}\n\0", 11), {}, "c.yaml:2: found a control character"},
    {"end_of_text", "model: {}\n\x04\nbad: 1\n", {}, "c.yaml:2: found a control character"},
    {"extends_list", "extends: [a, b]\n", {}, "c.yaml:1: extends: found a list; expected a text"},
    {"extends_empty", "model: {}\nextends:\n", {}, "c.yaml:2: extends: found no file name"},
};

const BadInput kOverrides[] = {
    {"no_equals",
     "",
     {"model.cascades"},
     "--set model.cascades: found no key and value; expected --set section.key=value"},
    {"empty", "", {""}, "--set : found no key and value"},
    {"no_key", "", {"=8"}, "--set =8: found no key and value"},
    {"leading_dot", "", {".cascades=8"}, "--set .cascades=8: found no key and value"},
    {"trailing_dot", "", {"model.=8"}, "--set model.=8: found no key and value"},
    {"two_dots", "", {"model..cascades=8"}, "--set model..cascades=8: found no key and value"},
    {"bad_value",
     "",
     {"train.schedule.milestones=[1"},
     "--set train.schedule.milestones=[1: found bad syntax ("},
    {"too_deep",
     "",
     {"model.cascades.x=8"},
     "--set model.cascades.x=8: model.cascades: found a map; expected an integer"},
    {"section", "", {"model=8"}, "--set model=8: model: found 8; expected a map with keys of name"},
};

std::string name_of(const ::testing::TestParamInfo<BadInput>& row) {
  return row.param.name;
}

INSTANTIATE_TEST_SUITE_P(Unknown, BadConfig, ::testing::ValuesIn(kUnknown), name_of);
INSTANTIATE_TEST_SUITE_P(Value, BadConfig, ::testing::ValuesIn(kValues), name_of);
INSTANTIATE_TEST_SUITE_P(Structure, BadConfig, ::testing::ValuesIn(kStructure), name_of);
INSTANTIATE_TEST_SUITE_P(Override, BadConfig, ::testing::ValuesIn(kOverrides), name_of);

}  // namespace
}  // namespace dircn::config_error_test
