#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "dircn/core/error.h"
#include "dircn/formats/hdf5.h"
#include "formats/hdf5_maker.h"
#include "support/paths.h"

namespace dircn::malformed_hdf5_test {
namespace {

namespace fs = std::filesystem;
using testing::Hdf5Maker;
using testing::TemporaryFolder;

struct BadFile {
  std::string name;
  std::function<void(const fs::path&)> make;
  std::function<void(const Hdf5File&)> use;
  std::vector<std::string> message;  // parts of it, beside the name of the file
};

void PrintTo(const BadFile& bad, std::ostream* stream) {
  *stream << bad.name;
}

void open_only(const Hdf5File&) {}
void read_kspace(const Hdf5File& file) {
  file.read_complex_slice("kspace", 0);
}
void read_mask(const Hdf5File& file) {
  file.read_real("mask");
}
void read_max(const Hdf5File& file) {
  file.read_number_attribute("max");
}
void read_annotations(const Hdf5File& file) {
  file.read_text_attribute("annotations");
}

std::function<void(const fs::path&)> bytes(const std::string& content) {
  return [content](const fs::path& path) { testing::write_file(path, content); };
}

std::function<void(const fs::path&)> made(const std::function<void(Hdf5Maker&)>& fill) {
  return [fill](const fs::path& path) {
    Hdf5Maker maker(path);
    fill(maker);
  };
}

/// Five chunks of 1 GiB each once unpacked, that take a few bytes in the file.
void claim_five_gibibytes(Hdf5Maker& maker) {
  constexpr hsize_t kChunk = hsize_t{1} << 28;
  const H5::DataSet dataset =
      maker.claim("mask", {1, 5 * static_cast<int64_t>(kChunk)}, H5::PredType::IEEE_F32LE,
                  Hdf5Maker::chunked({1, static_cast<int64_t>(kChunk)}, true));
  const std::string packed(16, 'x');
  for (hsize_t i = 0; i < 5; ++i) {
    const hsize_t offset[] = {0, i * kChunk};
    ASSERT_GE(H5Dwrite_chunk(dataset.getId(), H5P_DEFAULT, 0, offset, packed.size(), packed.data()),
              0);
  }
}

std::vector<BadFile> bad_files() {
  const H5::DataType real = H5::PredType::IEEE_F32LE;
  const H5::DataType text = H5::StrType(H5::PredType::C_S1, 8);
  const H5::DataType complex = Hdf5Maker::complex_type();
  const std::vector<int64_t> huge = {1 << 20, 64, 1 << 20, 1 << 20};
  const auto attribute = [](Hdf5Maker& maker, const char* name, const H5::DataType& type,
                            const H5::DataSpace& space) {
    maker.file().openGroup("/").createAttribute(name, type, space);
  };
  return {
      {"Missing", [](const fs::path&) {}, open_only, {"no such file"}},
      {"Folder",
       [](const fs::path& path) { fs::create_directory(path); },
       open_only,
       {"no regular file"}},
      {"Empty", bytes(""), open_only, {"not HDF5"}},
      {"Text", bytes("This is not the file that you are looking for."), open_only, {"not HDF5"}},
      {"NoDataset",
       made([](Hdf5Maker& m) { m.real("image", torch::ones({2})); }),
       read_kspace,
       {"only: image", "expected a data set 'kspace'"}},
      {"NothingInside", made([](Hdf5Maker&) {}), read_kspace, {"with nothing in it"}},
      {"Ismrmrd",
       made([](Hdf5Maker& m) {
         m.file().createGroup("dataset");
         m.real("dataset/xml", torch::ones({1}));
         m.real("dataset/data", torch::ones({1}));
       }),
       read_kspace,
       {"ISMRMRD's readouts", "only: dataset", "a data set 'kspace'", "docs/data.md"}},
      {"Matlab73",
       [](const fs::path& path) {
         Hdf5Maker(path).real("k", torch::ones({2}));
         const std::string file = testing::read_file(path);
         std::string block = "MATLAB 7.3 MAT-file, Platform: GLNXA64";
         block.resize(512, ' ');
         testing::write_file(path, block + file);
       },
       read_kspace,
       {"MATLAB's v7.3 with only: k", "a data set 'kspace'", "first one here"}},
      {"Group",
       made([](Hdf5Maker& m) { m.file().createGroup("kspace"); }),
       read_kspace,
       {"a data set 'kspace'"}},
      {"DanglingLink",
       made([](Hdf5Maker& m) { m.file().link(H5L_TYPE_SOFT, "/nowhere", "kspace"); }),
       read_kspace,
       {"'kspace'", "link that cannot be followed"}},
      {"CyclicLink",
       made([](Hdf5Maker& m) { m.file().link(H5L_TYPE_SOFT, "/kspace", "kspace"); }),
       read_kspace,
       {"'kspace'", "link that cannot be followed"}},
      {"RealKspace",
       made([](Hdf5Maker& m) {
         m.real("kspace", torch::ones({1, 2, 3, 4}));
       }),
       read_kspace,
       {"'kspace'", "32-bit real numbers", "compound (r, i)"}},
      {"OtherMembers",
       made([](Hdf5Maker& m) {
         m.complex("kspace", torch::ones({1, 2, 3, 4}, torch::kComplexFloat),
                   H5::PredType::IEEE_F32LE, "x", "y");
       }),
       read_kspace,
       {"'kspace'", "a compound that is no complex number", "compound (r, i)"}},
      {"TextKspace",
       made([=](Hdf5Maker& m) { m.claim("kspace", {1}, text); }),
       read_kspace,
       {"text", "compound"}},
      {"ComplexMask",
       made([](Hdf5Maker& m) { m.complex("mask", torch::ones({4}, torch::kComplexFloat)); }),
       read_mask,
       {"'mask'", "complex numbers", "expected real numbers"}},
      {"TextMask",
       made([=](Hdf5Maker& m) { m.claim("mask", {4}, text); }),
       read_mask,
       {"'mask'", "text"}},
      {"SliceOutOfRange",
       made([](Hdf5Maker& m) {
         m.complex("kspace", torch::ones({2, 1, 3, 4}, torch::kComplexFloat));
       }),
       [](const Hdf5File& file) { file.read_complex_slice("kspace", 2); },
       {"'kspace' slice 2", "shape [2, 1, 3, 4]", "this slice"}},
      {"SliceOfAScalar",
       made([](Hdf5Maker& m) { m.complex("kspace", torch::ones({}, torch::kComplexFloat)); }),
       read_kspace,
       {"'kspace' slice 0", "shape []", "this slice"}},
      {"NeverWritten",
       made([=](Hdf5Maker& m) {
         m.claim("kspace", {1, 2, 3, 4}, complex);
       }),
       read_kspace,
       {"'kspace'", "only 0 bytes stored", "expected 192 bytes"}},
      {"Absurd",
       made([=](Hdf5Maker& m) { m.claim("kspace", huge, complex); }),
       read_kspace,
       {"'kspace'", "only 0 bytes stored"}},
      {"AbsurdInChunks",
       made([=](Hdf5Maker& m) {
         m.claim("kspace", huge, complex, Hdf5Maker::chunked({1, 1, 8, 8}, false));
       }),
       read_kspace,
       {"'kspace'", "only 0 bytes stored"}},
      {"AbsurdCompressed",
       made([=](Hdf5Maker& m) {
         m.claim("kspace", huge, complex, Hdf5Maker::chunked({1, 1, 8, 8}, true));
       }),
       read_kspace,
       {"'kspace'", "only 0 values stored"}},
      {"AbsurdMask",
       made([=](Hdf5Maker& m) { m.claim("mask", {int64_t{1} << 50}, real); }),
       read_mask,
       {"'mask'", "only 0 bytes stored"}},
      {"TooMuchAtOnce",
       made(claim_five_gibibytes),
       read_mask,
       {"'mask'", "compressed chunks of 1073741824 bytes", "at most"}},
      {"NoAttribute", made([](Hdf5Maker&) {}), read_max, {"no attribute 'max'"}},
      {"TextAsNumber",
       made([=](Hdf5Maker& m) { attribute(m, "max", text, H5::DataSpace()); }),
       read_max,
       {"'max'", "no number", "one number"}},
      {"SeveralNumbers",
       made([=](Hdf5Maker& m) { attribute(m, "max", real, Hdf5Maker::space({3})); }),
       read_max,
       {"'max'", "several numbers", "one number"}},
      {"NumberAsText",
       made([=](Hdf5Maker& m) { attribute(m, "annotations", real, H5::DataSpace()); }),
       read_annotations,
       {"'annotations'", "no text", "one text"}},
      {"SeveralTexts",
       made([=](Hdf5Maker& m) { attribute(m, "annotations", text, Hdf5Maker::space({3})); }),
       read_annotations,
       {"'annotations'", "several texts"}},
  };
}

class MalformedHdf5 : public ::testing::TestWithParam<BadFile> {};

TEST_P(MalformedHdf5, IsAnErrorThatNamesFileAndFault) {
  const TemporaryFolder folder;
  const fs::path path = folder / "bad.h5";
  GetParam().make(path);
  try {
    GetParam().use(Hdf5File(path));
    ADD_FAILURE() << "no error";
  } catch (const Error& error) {
    const std::string text = error.what();
    EXPECT_EQ(text.find(path.string()), 0u) << text;
    for (const std::string& part : GetParam().message) {
      EXPECT_NE(text.find(part), std::string::npos) << "'" << part << "' is not in: " << text;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Files, MalformedHdf5, ::testing::ValuesIn(bad_files()),
                         [](const auto& info) { return info.param.name; });

TEST(MalformedHdf5Truncated, IsAnErrorWhereverItWasCut) {
  const TemporaryFolder folder;
  const fs::path path = folder / "cut.h5";
  Hdf5Maker(path).complex("kspace", torch::randn({2, 2, 16, 16}, torch::kComplexFloat));
  const std::string whole = testing::read_file(path);
  for (size_t size = 0; size < whole.size(); size += 97) {
    testing::write_file(path, whole.substr(0, size));
    try {
      const Hdf5File file(path);
      file.read_complex_slice("kspace", 1);
      ADD_FAILURE() << "read from " << size << " of " << whole.size() << " bytes";
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.what()).find("cut.h5"), std::string::npos) << error.what();
    }
  }
}

TEST(MalformedHdf5Partial, ChunksThatWereNeverWrittenAreMissed) {
  const TemporaryFolder folder;
  for (const bool deflated : {false, true}) {
    const fs::path path = folder / "part.h5";
    {
      Hdf5Maker maker(path);
      const H5::DataSet dataset = maker.claim("x", {2, 64}, H5::PredType::IEEE_F32LE,
                                              Hdf5Maker::chunked({1, 64}, deflated));
      const std::vector<float> row(64, 1.0f);
      const hsize_t start[] = {0, 0};
      const hsize_t count[] = {1, 64};
      H5::DataSpace selected = dataset.getSpace();
      selected.selectHyperslab(H5S_SELECT_SET, count, start);
      dataset.write(row.data(), H5::PredType::NATIVE_FLOAT, H5::DataSpace(2, count), selected);
    }
    EXPECT_THROW(Hdf5File(path).read_real("x"), Error) << "deflated: " << deflated;
  }
}

}  // namespace
}  // namespace dircn::malformed_hdf5_test
