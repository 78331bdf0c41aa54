// Files cross between dircn and Python's torch, both ways.

#include <gtest/gtest.h>

#include "dircn/core/error.h"
#include "dircn/formats/torch_file.h"
#include "formats/torch_file_maker.h"
#include "support/paths.h"
#include "support/python.h"

namespace dircn::torch_file_python_test {
namespace {

const std::vector<std::pair<std::string, torch::ScalarType>> kDtypes = {
    {"float32", torch::kFloat32},
    {"float64", torch::kFloat64},
    {"float16", torch::kFloat16},
    {"bfloat16", torch::kBFloat16},
    {"int64", torch::kInt64},
    {"int32", torch::kInt32},
    {"int16", torch::kInt16},
    {"int8", torch::kInt8},
    {"uint8", torch::kUInt8},
    {"bool", torch::kBool},
    {"complex64", torch::kComplexFloat},
    {"complex128", torch::kComplexDouble},
};

torch::Tensor base() {
  return torch::arange(6, torch::kFloat32).view({2, 3});
}

class TorchPythonTest : public ::testing::Test {
 protected:
  void SetUp() override { DIRCN_NEEDS_PYTHON("torch"); }

  static int run_script(const std::string& script, const std::filesystem::path& argument) {
    return testing::run_python("'" + testing::source("tests/formats/" + script).string() + "' '" +
                               argument.string() + "'");
  }

  testing::TemporaryFolder folder_;
};

TEST_F(TorchPythonTest, pythonOpensWhatWeWrite) {
  PickleDict dict{
      {"none", {}},
      {"true", true},
      {"false", false},
      {"small", -3},
      {"large", -(int64_t{1} << 62)},
      {"real", 0.1},
      {"text", "\xce\xbb"},
      {"list", PickleValue::list({1, PickleValue::list({2.5}), PickleValue::tuple({})})},
      {"tuple", PickleValue::tuple({0.9, 0.999})},
      {"dict", PickleDict{{0, "zero"}, {"one", PickleDict()}}}};
  const torch::Tensor values = base();
  for (const auto& [name, dtype] : kDtypes) {
    dict.set(name, values.to(dtype));
  }
  dict.set("same", dict.at("float32"));
  dict.set("scalar", torch::tensor(3.5F));
  dict.set("empty", torch::empty({0, 3}));
  dict.set("transposed", values.t());
  dict.set("part", values.slice(0, 1).slice(1, 0, 3, 2));
  dict.set("conjugate", torch::complex(values, values).conj());
  save_torch_file(folder_ / "ours.pth", dict);
  EXPECT_EQ(run_script("torch_file_to_python.py", folder_ / "ours.pth"), 0);
}

void expect_python_content(const PickleDict& dict) {
  const torch::Tensor values = base();
  for (const auto& [name, dtype] : kDtypes) {
    const torch::Tensor& tensor = dict.at(name).as_tensor();
    EXPECT_EQ(tensor.scalar_type(), dtype) << name;
    EXPECT_TRUE(tensor.equal(values.to(dtype))) << name;
  }
  EXPECT_EQ(dict.at("scalar").as_tensor().dim(), 0);
  EXPECT_EQ(dict.at("scalar").as_tensor().item<float>(), 3.5F);
  EXPECT_EQ(dict.at("empty").as_tensor().sizes(), at::IntArrayRef({0, 3}));
  EXPECT_EQ(dict.at("emptied").as_tensor().sizes(), at::IntArrayRef({0, 3}));
  EXPECT_TRUE(dict.at("transposed").as_tensor().equal(values.t()));
  EXPECT_TRUE(dict.at("transposed").as_tensor().is_alias_of(dict.at("float32").as_tensor()));
  EXPECT_TRUE(dict.at("part").as_tensor().equal(values.slice(0, 1).slice(1, 0, 3, 2)));
  EXPECT_TRUE(dict.at("conjugate").as_tensor().equal(torch::complex(values, -values)));
  EXPECT_TRUE(dict.at("negative").as_tensor().equal(-values));
  EXPECT_TRUE(dict.at("parameter").as_tensor().equal(values));
  EXPECT_EQ(dict.at("size").as_list().at(1).as_int(), 3);
  EXPECT_EQ(dict.at("device").as_string(), "cpu");
  EXPECT_EQ(dict.at("dtype").as_string(), "torch.float16");
  EXPECT_EQ(std::get<std::string>(dict.at("ordered").as_dict().entries().at(0).first), "z");
  EXPECT_EQ(dict.at("ordered").as_dict().at("a").as_int(), -2);
  EXPECT_EQ(dict.at("counter").as_dict().at(30).as_int(), 2);
  EXPECT_EQ(dict.at("large").as_int(), int64_t{1} << 62);
  EXPECT_EQ(dict.at("text").as_string(), "\xce\xbb");
}

TEST_F(TorchPythonTest, weReadWhatPythonWrites) {
  ASSERT_EQ(run_script("torch_file_from_python.py", folder_.path()), 0);
  for (const char* protocol : {"2", "3", "4", "5"}) {
    SCOPED_TRACE(std::string("protocol ") + protocol);
    const PickleValue file =
        load_torch_file(folder_ / ("protocol" + std::string(protocol) + ".pth"));
    expect_python_content(file.as_dict());
  }

  const PickleValue training = load_torch_file(folder_ / "training.pth");
  const PickleDict& dict = training.as_dict();
  EXPECT_NEAR(dict.at("state_dict").as_dict().at("weight").as_tensor().sum().item<double>(),
              dict.at("weight_sum").as_double(), 1e-6);
  const PickleDict& optimizer = dict.at("optimizer").as_dict();
  EXPECT_EQ(optimizer.at("state").as_dict().at(1).as_dict().at("step").as_tensor().item<float>(),
            1);
  EXPECT_EQ(dict.at("scheduler").as_dict().at("milestones").as_dict().at(90).as_int(), 1);

  EXPECT_NE(testing::load_error(folder_ / "legacy.pth").find("before 1.6"), std::string::npos);
  EXPECT_NE(testing::load_error(folder_ / "script.pth").find("TorchScript"), std::string::npos);
  EXPECT_NE(testing::load_error(folder_ / "module.pth").find("torch.nn.modules.linear.Linear"),
            std::string::npos);
}

}  // namespace
}  // namespace dircn::torch_file_python_test
