#include "dircn/formats/hdf5.h"

#include <gtest/gtest.h>

#include <chrono>

#include "dircn/core/error.h"
#include "formats/hdf5_maker.h"
#include "support/paths.h"

namespace dircn::hdf5_test {
namespace {

using testing::Hdf5Maker;
using testing::TemporaryFolder;

/// A C++ `bool` as h5py stores it.
H5::DataType boolean_type() {
  H5::EnumType type(H5::PredType::NATIVE_INT8);
  int8_t value = 0;
  type.insert("FALSE", &value);
  value = 1;
  type.insert("TRUE", &value);
  return type;
}

TEST(Hdf5File, ReadsEveryNumberTypeAsFloat32) {
  const TemporaryFolder folder;
  const torch::Tensor values = torch::tensor({{0.0f, 1.0f, 1.0f}, {1.0f, 0.0f, 1.0f}});
  for (const H5::DataType& type : std::vector<H5::DataType>{
           H5::PredType::STD_I8LE, H5::PredType::STD_U8LE, H5::PredType::STD_I16BE,
           H5::PredType::STD_I32LE, H5::PredType::STD_I64LE, H5::PredType::STD_U64BE,
           H5::PredType::IEEE_F32LE, H5::PredType::IEEE_F64LE, H5::PredType::IEEE_F64BE}) {
    Hdf5Maker(folder / "numbers.h5").real("x", values, type);
    const Hdf5File file(folder / "numbers.h5");
    EXPECT_TRUE(torch::equal(file.read_real("x"), values)) << file.dataset("x").type;
    EXPECT_TRUE(torch::equal(file.read_real_slice("x", 1), values[1])) << file.dataset("x").type;
  }
}

TEST(Hdf5File, ListsDataSetsAtAnyDepthOnceAndEndsInCycles) {
  const TemporaryFolder folder;
  {
    Hdf5Maker maker(folder / "a.h5");
    maker.real("b", torch::zeros({2}));
    H5::Group group = maker.file().createGroup("group");
    group.createDataSet("inner", H5::PredType::NATIVE_FLOAT, H5::DataSpace());
    ASSERT_GE(
        H5Lcreate_hard(maker.file().getId(), "/", group.getId(), "up", H5P_DEFAULT, H5P_DEFAULT),
        0);
    ASSERT_GE(H5Lcreate_soft("/nowhere", group.getId(), "broken", H5P_DEFAULT, H5P_DEFAULT), 0);
  }
  EXPECT_EQ(Hdf5File(folder / "a.h5").dataset_names(),
            (std::vector<std::string>{"b", "group/inner"}));
}

/// Two thousand slices in one chunk are unpacked once, not two thousand times.
TEST(Hdf5File, UnpacksAChunkOnceForAllItsSlices) {
  const TemporaryFolder folder;
  const torch::Tensor values = torch::randn({2000, 32, 32});
  Hdf5Maker(folder / "a.h5")
      .real("x", values, H5::PredType::IEEE_F32LE, Hdf5Maker::chunked({2000, 32, 32}, true));
  const Hdf5File file(folder / "a.h5");
  const auto start = std::chrono::steady_clock::now();
  for (int64_t i = 0; i < 2000; ++i) {
    ASSERT_TRUE(torch::equal(file.read_real_slice("x", i), values[i]));
  }
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));  // else minutes
}

TEST(Hdf5File, ReadsTextsAndAttributesOfEveryKind) {
  const TemporaryFolder folder;
  {
    Hdf5Maker maker(folder / "a.h5");
    maker.real("number", torch::zeros({1}));
    const H5::StrType variable(H5::PredType::C_S1, H5T_VARIABLE);
    maker.file()
        .createDataSet("text", variable, H5::DataSpace())
        .write(std::string("abc"), variable);
    maker.claim("texts", {2}, variable);
    maker.attribute("max", 2);
    maker.attribute("who", "somebody");
    maker.file().createAttribute("list", H5::PredType::IEEE_F32LE, Hdf5Maker::space({3}));
    maker.file().createAttribute("pair", Hdf5Maker::complex_type(), H5::DataSpace());
  }
  const Hdf5File file(folder / "a.h5");
  EXPECT_EQ(file.read_text("text"), "abc");
  EXPECT_THROW(file.read_text("number"), Error);
  EXPECT_THROW(file.read_text("texts"), Error);
  EXPECT_EQ(file.attribute_names(), (std::vector<std::string>{"list", "max", "pair", "who"}));
  EXPECT_EQ(std::get<double>(file.attribute("max").value()), 2);
  EXPECT_EQ(std::get<std::string>(file.attribute("who").value()), "somebody");
  EXPECT_FALSE(file.attribute("list").has_value());
  EXPECT_FALSE(file.attribute("pair").has_value());
  EXPECT_THROW(file.attribute("none"), Error);
}

TEST(Hdf5File, ReadsBooleans) {
  const TemporaryFolder folder;
  const std::vector<int8_t> values = {0, 1, 1, 0};
  Hdf5Maker(folder / "flags.h5")
      .claim("x", {4}, boolean_type())
      .write(values.data(), boolean_type());
  EXPECT_TRUE(torch::equal(Hdf5File(folder / "flags.h5").read_real("x"),
                           torch::tensor({0.0f, 1.0f, 1.0f, 0.0f})));
}

TEST(Hdf5File, ReadsScalarsAndEmptyDatasets) {
  const TemporaryFolder folder;
  {
    Hdf5Maker maker(folder / "a.h5");
    maker.real("scalar", torch::tensor(2.5f));
    maker.claim("empty", {0, 3}, H5::PredType::NATIVE_FLOAT);
  }
  const Hdf5File file(folder / "a.h5");
  EXPECT_EQ(file.read_real("scalar").item<float>(), 2.5f);
  EXPECT_EQ(file.read_real("empty").sizes(), torch::IntArrayRef({0, 3}));
}

struct ComplexForm {
  std::string name;
  H5::DataType part;
  std::string real;
  std::string imaginary;
  H5::DSetCreatPropList layout;
};

TEST(Hdf5File, ReadsSlicesOfEveryComplexForm) {
  const TemporaryFolder folder;
  const torch::Tensor values = torch::randn({3, 2, 5, 4}, torch::kComplexFloat);
  const auto plain = H5::DSetCreatPropList::DEFAULT;
  for (const ComplexForm& form : std::vector<ComplexForm>{
           {"as h5py", H5::PredType::IEEE_F32LE, "r", "i", plain},
           {"real and imag", H5::PredType::IEEE_F32LE, "real", "imag", plain},
           {"double", H5::PredType::IEEE_F64LE, "r", "i", plain},
           {"big-endian double", H5::PredType::IEEE_F64BE, "real", "imag", plain},
           {"chunked", H5::PredType::IEEE_F32LE, "r", "i", Hdf5Maker::chunked({2, 2, 3, 3}, false)},
           {"compressed", H5::PredType::IEEE_F32LE, "r", "i",
            Hdf5Maker::chunked({1, 1, 5, 4}, true)}}) {
    Hdf5Maker(folder / "k.h5")
        .complex("kspace", values, form.part, form.real, form.imaginary, form.layout);
    const Hdf5File file(folder / "k.h5");
    const Hdf5Dataset header = file.dataset("kspace");
    EXPECT_EQ(header.kind, Hdf5Dataset::Kind::kComplex) << form.name;
    EXPECT_EQ(header.shape, (std::vector<int64_t>{3, 2, 5, 4})) << form.name;
    for (int64_t slice : {2, 0, 1}) {
      EXPECT_TRUE(torch::equal(file.read_complex_slice("kspace", slice), values[slice]))
          << form.name;
    }
  }
}

TEST(Hdf5File, ReadsTheScannersSliceAsPythonDoes) {
  const Hdf5File file(testing::test_data("brain_8ch_poisson2d.h5"));
  EXPECT_EQ(file.dataset("kspace").shape, (std::vector<int64_t>{1, 8, 230, 180}));
  const torch::Tensor mask = file.read_real("mask");
  EXPECT_EQ(mask.sizes(), torch::IntArrayRef({230, 180}));
  const torch::Tensor kspace = file.read_complex_slice("kspace", 0);
  const double sum_of_magnitudes = 3560.76642;  // this and the next by h5py and numpy
  EXPECT_EQ(mask.sum().item<float>(), 5148.0f);
  EXPECT_NEAR(torch::abs(kspace).to(torch::kDouble).sum().item<double>(), sum_of_magnitudes,
              1e-6 * sum_of_magnitudes);
}

TEST(Hdf5File, FollowsExternalLinks) {
  const TemporaryFolder folder;
  const torch::Tensor values = torch::randn({2, 64, 64});
  Hdf5Maker(folder / "data.h5").real("x", values);
  {
    Hdf5Maker maker(folder / "links.h5");
    ASSERT_GE(
        H5Lcreate_external("data.h5", "/x", maker.file().getId(), "x", H5P_DEFAULT, H5P_DEFAULT),
        0);
  }
  EXPECT_TRUE(torch::equal(Hdf5File(folder / "links.h5").read_real("x"), values));
}

TEST(Hdf5File, ReadsAttributes) {
  const TemporaryFolder folder;
  {
    Hdf5Maker maker(folder / "a.h5");
    H5::Group root = maker.file().openGroup("/");
    const float small = 0.25f;
    root.createAttribute("max", H5::PredType::IEEE_F32LE, H5::DataSpace())
        .write(H5::PredType::NATIVE_FLOAT, &small);
    const int whole = 7;
    root.createAttribute("count", H5::PredType::STD_I64BE, Hdf5Maker::space({1}))
        .write(H5::PredType::NATIVE_INT, &whole);
    const H5::StrType fixed(H5::PredType::C_S1, 5);
    root.createAttribute("fixed", fixed, H5::DataSpace()).write(fixed, std::string("T2"));
    const H5::StrType variable(H5::PredType::C_S1, H5T_VARIABLE);
    root.createAttribute("variable", variable, H5::DataSpace())
        .write(variable, std::string("{\"1\": []}"));
  }
  const Hdf5File file(folder / "a.h5");
  EXPECT_TRUE(file.has_attribute("max"));
  EXPECT_FALSE(file.has_attribute("norm"));
  EXPECT_EQ(file.read_number_attribute("max"), 0.25);
  EXPECT_EQ(file.read_number_attribute("count"), 7.0);
  EXPECT_EQ(file.read_text_attribute("fixed"), "T2");
  EXPECT_EQ(file.read_text_attribute("variable"), "{\"1\": []}");
}

TEST(Hdf5File, ReadsNothingButTheSliceAskedFor) {
  // Slice 1 is damaged on the disk; the others are read all the same.
  const TemporaryFolder folder;
  const torch::Tensor values = torch::randn({3, 1, 40, 40}, torch::kComplexFloat);
  Hdf5Maker(folder / "k.h5")
      .complex("kspace", values, H5::PredType::IEEE_F32LE, "r", "i",
               Hdf5Maker::chunked({1, 1, 40, 40}, true));
  haddr_t offset = 0;
  {
    H5::H5File raw((folder / "k.h5").string(), H5F_ACC_RDONLY);
    hsize_t size = 0;
    unsigned filters = 0;
    hsize_t start[4] = {0, 0, 0, 0};
    const H5::DataSet dataset = raw.openDataSet("kspace");
    ASSERT_GE(H5Dget_chunk_info(dataset.getId(), dataset.getSpace().getId(), 1, start, &filters,
                                &offset, &size),
              0);
    ASSERT_EQ(start[0], 1u);
  }
  std::string bytes = testing::read_file(folder / "k.h5");
  for (size_t i = 0; i < 64; ++i) {
    bytes[offset + i] = static_cast<char>(~bytes[offset + i]);
  }
  testing::write_file(folder / "k.h5", bytes);
  const Hdf5File file(folder / "k.h5");
  EXPECT_TRUE(torch::equal(file.read_complex_slice("kspace", 0), values[0]));
  EXPECT_TRUE(torch::equal(file.read_complex_slice("kspace", 2), values[2]));
  try {
    file.read_complex_slice("kspace", 1);
    ADD_FAILURE() << "a damaged chunk was read";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("k.h5: 'kspace' slice 1"), std::string::npos)
        << error.what();
    EXPECT_NE(std::string(error.what()).find("cannot be read (inflate"), std::string::npos)
        << error.what();
  }
}

}  // namespace
}  // namespace dircn::hdf5_test
