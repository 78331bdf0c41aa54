// Files cross between dircn and Python's torch, both ways.

#include <gtest/gtest.h>

#include <filesystem>
#include <regex>

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
  void SetUp() override { DIRCN_NEEDS_PYTHON("numpy, torch"); }

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

  EXPECT_NE(testing::load_error(folder_ / "script.pth").find("TorchScript"), std::string::npos);
}

void expect_named_objects(const PickleDict& objects) {
  EXPECT_EQ(objects.size(), 21U);
  for (const auto& [key, value] : objects.entries()) {
    const auto& name = std::get<std::string>(key);
    EXPECT_NE(value.foreign(), nullptr) << name;
    // NumPy before 2 calls this module numpy.core.
    EXPECT_EQ(std::regex_replace(value.kind(), std::regex("numpy\\.core"), "numpy._core"), name);
  }
}

TEST_F(TorchPythonTest, objectsOfOtherClassesAreOnlyNamed) {
  ASSERT_EQ(run_script("torch_file_from_python.py", folder_.path()), 0);
  for (const char* protocol : {"2", "3", "4", "5"}) {
    SCOPED_TRACE(std::string("protocol ") + protocol);
    const PickleValue file =
        load_torch_file(folder_ / ("objects" + std::string(protocol) + ".pth"));
    const PickleDict& dict = file.as_dict();
    EXPECT_TRUE(dict.at("weight").as_tensor().equal(base()));
    EXPECT_EQ(dict.at("default").as_dict().at("a").as_list().at(0).as_int(), 2);
    expect_named_objects(dict.at("objects").as_dict());
    const PickleDict& others = dict.at("others").as_dict();
    EXPECT_EQ(others.at("nested").as_dict().at("list").as_list().at(1).kind(), "__main__.Slots");
    EXPECT_EQ(others.at("nested").as_dict().at("keys").as_dict().describe_keys(), "'a'");
    EXPECT_NE(others.at("array").foreign(), nullptr);
    EXPECT_NE(others.at("bytes").foreign(), nullptr);
    EXPECT_NE(others.at("storage").foreign(), nullptr);
    const testing::TemporaryFolder written;
    EXPECT_THROW(save_torch_file(written / "a.pth", file), Error);
  }
}

TEST_F(TorchPythonTest, weReadTheFormFromBeforePyTorch16) {
  ASSERT_EQ(run_script("torch_file_from_python.py", folder_.path()), 0);
  for (const char* protocol : {"2", "3", "4", "5"}) {
    SCOPED_TRACE(std::string("protocol ") + protocol);
    const PickleValue file = load_torch_file(folder_ / ("legacy" + std::string(protocol) + ".pth"));
    expect_python_content(file.as_dict());
  }
  const PickleValue objects = load_torch_file(folder_ / "legacy_objects.pth");
  EXPECT_TRUE(objects.as_dict().at("weight").as_tensor().equal(base()));
  EXPECT_EQ(objects.as_dict().at("module").kind(), "torch.nn.modules.linear.Linear");
  expect_named_objects(objects.as_dict().at("objects").as_dict());
}

// Cut off or with a byte changed: an `Error` that names the file, or a value of the same size.
// There are no checksums.
TEST_F(TorchPythonTest, damageToTheFormFromBeforePyTorch16IsAnError) {
  ASSERT_EQ(run_script("torch_file_from_python.py", folder_.path()), 0);
  const std::string original = testing::read_file(folder_ / "legacy2.pth");
  const auto damaged = folder_ / "damaged.pth";
  for (size_t length = 0; length < original.size(); length += 13) {
    testing::write_file(damaged, original.substr(0, length));
    const std::string message = testing::load_error(damaged);
    EXPECT_NE(message.find("damaged.pth: found "), std::string::npos) << length << message;
  }
  int errors = 0;
  for (size_t i = 0; i < original.size(); i += 3) {
    for (const int change : {0x01, 0x40, 0xFF}) {
      std::string content = original;
      content[i] ^= static_cast<char>(change);
      testing::write_file(damaged, content);
      const std::string message = testing::load_error(damaged);
      EXPECT_TRUE(message.empty() || message.find("damaged.pth: ") != std::string::npos) << message;
      errors += message.empty() ? 0 : 1;
    }
  }
  EXPECT_GT(errors, 100);
}

// What the message advises is run, and what it writes is read.
TEST_F(TorchPythonTest, theAdviceForWholeModelsAndArchivesWorks) {
  ASSERT_EQ(run_script("torch_file_from_python.py", folder_.path()), 0);
  const std::vector<std::string> names = {"module.pth", "legacy_module.pth", "script.pth"};
  std::string program = "import torch\n";
  for (const std::string& name : names) {
    const std::string message = testing::load_error(folder_ / name);
    const size_t start = message.find("torch.save(torch.");
    ASSERT_NE(start, std::string::npos) << message;
    std::string line = message.substr(start, message.rfind(')') + 1 - start);
    const auto new_file = folder_ / ("new_" + name);
    line = std::regex_replace(line, std::regex("NEW_FILE"), "'" + new_file.string() + "'");
    line = std::regex_replace(line, std::regex("FILE"), "'" + (folder_ / name).string() + "'");
    program += line + "\n";
  }
  testing::write_file(folder_ / "advice.py", program);
  ASSERT_EQ(testing::run_python("'" + (folder_ / "advice.py").string() + "'"), 0) << program;
  for (const std::string& name : names) {
    const PickleValue file = load_torch_file(folder_ / ("new_" + name));
    EXPECT_EQ(file.as_dict().at("weight").as_tensor().sizes(), at::IntArrayRef({2, 3})) << name;
  }
}

}  // namespace
}  // namespace dircn::torch_file_python_test
