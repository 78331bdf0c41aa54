// Masks as fastMRI draws them. The columns are those of tests/golden S8_masks.

#include "data/draw_mask.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <iomanip>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "dircn/core/error.h"
#include "support/command.h"
#include "support/paths.h"
#include "support/python.h"

namespace dircn::draw_mask_test {
namespace {

using nlohmann::json;

std::vector<int64_t> sampled_columns(const torch::Tensor& mask) {
  const auto columns = mask.nonzero().flatten();
  return {columns.data_ptr<int64_t>(), columns.data_ptr<int64_t>() + columns.numel()};
}

MaskConfig config_of(const json& drawn) {
  return {enum_value<MaskType>(drawn["type"].get<std::string>(), "type"),
          drawn["center_fractions"].get<std::vector<double>>(),
          drawn["accelerations"].get<std::vector<int64_t>>()};
}

TEST(DrawMask, SamplesTheColumnsThatFastmriSamples) {
  const json golden = json::parse(testing::read_file(testing::golden("S8_masks.json")));
  ASSERT_GT(golden["cases"].size(), 100U);
  for (const auto& drawn : golden["cases"]) {
    const auto mask = draw_mask(config_of(drawn), drawn["seed_name"].get<std::string>(),
                                drawn["width"].get<int64_t>());
    EXPECT_EQ(sampled_columns(mask.columns), drawn["columns"].get<std::vector<int64_t>>())
        << drawn["type"] << " " << drawn["seed_name"] << " " << drawn["width"];
  }
}

TEST(DrawMask, FollowsFromTheName) {
  const MaskConfig config{MaskType::random, {0.08}, {4}};
  const auto drawn = [&](const char* name) { return draw_mask(config, name, 100).columns; };
  EXPECT_TRUE(torch::equal(drawn("a.h5"), drawn("a.h5")));
  EXPECT_FALSE(torch::equal(drawn("a.h5"), drawn("b.h5")));
}

TEST(DrawMask, SamplesTheShareThatIsAskedForOnAverage) {
  for (const auto type : {MaskType::random, MaskType::equispaced_fraction}) {
    double sampled = 0;
    for (int i = 0; i < 200; ++i) {
      sampled += draw_mask({type, {0.08}, {4}}, std::to_string(i) + ".h5", 368)
                     .columns.sum()
                     .item<double>();
    }
    EXPECT_NEAR(sampled / 200, 368 / 4.0, 2);
  }
}

TEST(DrawMask, SamplesNothingElseWhereTheCentreAloneIsEnough) {
  const auto mask = draw_mask({MaskType::magic_fraction, {0.5}, {4}}, "a.h5", 40).columns;
  EXPECT_EQ(mask.sum().item<int64_t>(), 10);
  EXPECT_TRUE(mask.slice(0, 15, 25).all().item<bool>());
}

// numpy.random.RandomState(tuple(map(ord, name))).randint(2) and the first of uniform(size=...).
TEST(DrawMask, SeesTheCharactersThatPythonSees) {
  DIRCN_NEEDS_PYTHON("numpy");
  const testing::TemporaryFolder folder;
  const auto script = folder / "draw.py";
  testing::write_file(script,
                      "import os, sys, numpy as np\n"
                      "name = os.fsdecode(bytes.fromhex(sys.argv[1]))\n"
                      "r = np.random.RandomState(tuple(map(ord, name)))\n"
                      "a = r.randint(2)\n"
                      "print(a, *np.flatnonzero(r.uniform(size=60) < [.25, .5][a]))\n");
  for (const std::string name :
       {"\xC3\xA9.h5", "\xE8\x84\xB3\xF0\x9F\xA7\xA0.h5", "\xFFx\xC3.h5"}) {
    std::ostringstream hex;
    for (const unsigned char byte : name) {
      hex << std::hex << std::setw(2) << std::setfill('0') << int{byte};
    }
    const auto result =
        testing::run_command(testing::python() + " " + script.string() + " " + hex.str());
    const MaskConfig config{MaskType::random, {0.001, 0.001}, {4, 2}};
    const auto mask = draw_mask(config, name, 60);
    std::ostringstream text;
    text << (mask.acceleration == 4 ? 0 : 1);
    for (const int64_t column : sampled_columns(mask.columns)) {
      text << " " << column;
    }
    EXPECT_EQ(result.output, text.str() + "\n") << hex.str();
  }
}

TEST(DrawMask, SaysWhichAccelerationCannotBeReached) {
  try {
    draw_mask({MaskType::equispaced_fraction, {0.5}, {4}}, "scan.h5", 40);
    FAIL();
  } catch (const Error& error) {
    const std::string text = error.what();
    for (const char* part : {"scan.h5", "20 centre columns of 40", "acceleration 4"}) {
      EXPECT_NE(text.find(part), std::string::npos) << part << " in " << text;
    }
  }
}

}  // namespace
}  // namespace dircn::draw_mask_test
