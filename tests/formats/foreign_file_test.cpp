#include "dircn/formats/foreign_file.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "formats/little_endian.h"
#include "support/paths.h"
#include "support/python.h"

namespace dircn::foreign_file_test {
namespace {

namespace fs = std::filesystem;
using testing::TemporaryFolder;

std::string number(uint64_t value, size_t bytes) {
  std::string text;
  append_little_endian(text, value, bytes);
  return text;
}

std::string at(size_t place, const std::string& bytes) {
  return std::string(place, '\1') + bytes;
}

struct Kind {
  std::string file;
  std::string bytes;
  std::string what;    // a part of it
  std::string advice;  // a part of it
};

TEST(ForeignFile, IsKnownByItsFirstBytes) {
  const TemporaryFolder folder;
  const std::string old_siemens = number(100000, 4) + number(6, 4) + std::string("Config\0", 7);
  const std::string siemens = number(0, 4) + number(2, 4) + number(99, 4) + number(7, 4) +
                              number(10240, 8) + std::string(12000, '\0');
  for (const Kind& kind : std::vector<Kind>{
           {"a.h5", "", "an empty file (0 bytes)", "to its end"},
           {"a.h5", std::string(5000, '\0'), "nothing but zeros", "to its end"},
           {"a.h5", "version https://git-lfs.github.com/spec/v1\noid sha256:1\n", "Git LFS",
            "git lfs pull"},
           {"a.h5.gz", "\x1f\x8b\x08", "gzip", "gunzip -c < a.h5.gz > "},
           {"a.tar", at(257, "ustar"), "tar", "tar -xf a.tar"},
           {"a.h5", "\n<!DOCTYPE html><html>", "a web page", "expired"},
           {"a.h5", "<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code>", "XML", "expired"},
           {"a.mat", "MATLAB 5.0 MAT-file, Platform: GLNXA64", "MATLAB", "'-v7.3'"},
           {"a.dcm", at(128, "DICM"), "DICOM", "raw data"},
           {"a.nii", at(344, std::string("n+1\0", 4)), "NIfTI", "raw data"},
           {"a.cfl", at(100, "x"), "BART", "docs/data.md"},
           {"a.hdr", "# Dimensions\n64 64 1 8\n", "BART", "docs/data.md"},
           {"meas.dat", old_siemens, "Siemens", "siemens_to_ismrmrd"},
           {"meas.dat", siemens, "Siemens", "siemens_to_ismrmrd"},
           {"a.h5", "hello", "a file that is not HDF5", "[slices, coils, height, width]"},
           {"a.dat", at(0, "\1\0\0\0\2\0\0\0 something else"), "a file that is not HDF5", ""}}) {
    testing::write_file(folder / kind.file, kind.bytes);
    const ForeignFile found = foreign_file(folder / kind.file);
    EXPECT_NE(found.what.find(kind.what), std::string::npos) << found.what;
    EXPECT_NE(found.advice.find(kind.advice), std::string::npos) << found.advice;
    EXPECT_FALSE(has_hdf5_signature(folder / kind.file));
  }
}

TEST(ForeignFile, IsToldFromHdf5BehindABlockOfTheUsers) {
  const TemporaryFolder folder;
  const std::string signature = "\x89HDF\r\n\x1a\n";
  for (const size_t place : {0, 512, 1024, 4096}) {
    testing::write_file(folder / "a.h5", std::string(place, ' ') + signature);
    EXPECT_TRUE(has_hdf5_signature(folder / "a.h5")) << place;
  }
  testing::write_file(folder / "a.h5", std::string(100, ' ') + signature);
  EXPECT_FALSE(has_hdf5_signature(folder / "a.h5"));
  EXPECT_FALSE(has_hdf5_signature(folder / "missing.h5"));
}

/// As numpy, and torch where it is there, write them.
TEST(ForeignFile, KnowsThePythonWorldsFiles) {
  DIRCN_NEEDS_PYTHON("numpy, torch");
  const TemporaryFolder folder;
  testing::write_file(folder / "make.py",
                      "import sys, gzip, zipfile, numpy as np, torch\n"
                      "d = sys.argv[1] + '/'\n"
                      "np.save(d + 'a.npy', np.ones(3))\n"
                      "np.savez(d + 'a.npz', k=np.ones(3))\n"
                      "np.savez_compressed(d + 'packed.npz', k=np.ones(3))\n"
                      "torch.save({'w': torch.ones(2)}, d + 'a.pt')\n"
                      "gzip.open(d + 'a.gz', 'w').write(b'abc')\n"
                      "zipfile.ZipFile(d + 'a.zip', 'w').writestr('a.h5', b'abc')\n");
  ASSERT_EQ(testing::run_python("'" + (folder / "make.py").string() + "' '" +
                                folder.path().string() + "'"),
            0);
  for (const auto& [file, what] :
       std::vector<std::pair<std::string, std::string>>{{"a.npy", "an array of NumPy"},
                                                        {"a.npz", "arrays of NumPy"},
                                                        {"packed.npz", "arrays of NumPy"},
                                                        {"a.pt", "a checkpoint"},
                                                        {"a.gz", "gzip"},
                                                        {"a.zip", "an archive of zip"}}) {
    EXPECT_NE(foreign_file(folder / file).what.find(what), std::string::npos) << file;
    EXPECT_EQ(is_npz(folder / file), file.find(".npz") != std::string::npos) << file;
  }
}

}  // namespace
}  // namespace dircn::foreign_file_test
