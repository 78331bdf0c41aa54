#include "dircn/formats/foreign_file.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <fstream>
#include <string_view>
#include <system_error>

#include "formats/little_endian.h"

namespace dircn {
namespace fs = std::filesystem;
namespace {

using std::string_view_literals::operator""sv;

constexpr size_t kHeadBytes = 512;

constexpr const char* kMakeHdf5 =
    "dircn reads HDF5 files with k-space [slices, coils, height, width]: docs/data.md, \"Files of "
    "other kinds\", has the lines of Python that write them from this.";
constexpr const char* kImagesOnly =
    "It holds images: dircn needs the scanner's raw data (k-space), as HDF5.";
constexpr const char* kFetchAgain =
    "Look into it: it says why the download failed (often a link that has expired). Fetch the file "
    "again.";

/// Bytes by which a kind of file is known. FILE in `advice` becomes the file's name.
struct Signature {
  size_t at;
  std::string_view bytes;
  const char* what;
  const char* advice;
};

constexpr std::array kSignatures = {
    Signature{0, "version https://git-lfs.github.com/spec/v1"sv,
              "a pointer of Git LFS in place of the file itself",
              "Fetch the file, in its repository: git lfs pull"},
    Signature{0, "MATLAB 5.0 MAT-file"sv, "a MATLAB file of an older format than HDF5 (v5 to v7)",
              "Save it in MATLAB with save('NAME.h5', 'kspace', 'mask', '-v7.3'), where kspace is "
              "[width, height, coils, slices]: HDF5 counts dimensions from the other end. In "
              "Python: docs/data.md, \"Files of other kinds\"."},
    Signature{0, "\x1f\x8b"sv, "a file packed by gzip",
              "Unpack it: gunzip -c < FILE > UNPACKED.h5"},
    Signature{0,
              "\xfd"
              "7zXZ"sv,
              "a file packed by xz", "Unpack it: xz -dc < FILE > UNPACKED.h5"},
    Signature{0, "BZh"sv, "a file packed by bzip2", "Unpack it: bzip2 -dc < FILE > UNPACKED.h5"},
    Signature{0, "\x28\xb5\x2f\xfd"sv, "a file packed by zstd",
              "Unpack it: zstd -dc < FILE > UNPACKED.h5"},
    Signature{257, "ustar"sv, "an archive of tar", "Unpack it: tar -xf FILE"},
    Signature{0, "\x93NUMPY"sv, "an array of NumPy (.npy)", kMakeHdf5},
    Signature{128, "DICM"sv, "a DICOM file", kImagesOnly},
    Signature{344, "n+1\0"sv, "a NIfTI file", kImagesOnly},
    Signature{344, "ni1\0"sv, "the header of a NIfTI file", kImagesOnly},
    Signature{4, "n+2\0\r\n"sv, "a NIfTI file", kImagesOnly},
    Signature{0, "# Dimensions"sv, "the header of an array of BART (.hdr)", kMakeHdf5},
};

struct Head {
  std::string bytes;
  uint64_t size;  // of the whole file
  fs::path path;
};

Head head_of(const fs::path& path) {
  std::error_code error;
  Head head{std::string(kHeadBytes, '\0'), fs::file_size(path, error), path};
  std::ifstream stream(path, std::ios::binary);
  stream.read(head.bytes.data(), kHeadBytes);
  head.bytes.resize(static_cast<size_t>(std::max<std::streamsize>(stream.gcount(), 0)));
  return head;
}

/// 0 behind the end.
uint64_t unsigned_at(const Head& head, size_t at, size_t count) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(head.bytes.data());
  return at + count <= head.bytes.size() ? little_endian(bytes + at, count) : 0;
}

/// Siemens' raw data have no signature. VB: the length of the header, the number of its parts, and
/// the first one's name. VD, VE, XA: 0, the number of measurements, and of the first one its
/// numbers (4 bytes each), and its place, a multiple of 512 behind a table of fixed size.
bool is_siemens(const Head& head) {
  constexpr uint64_t kMost = 64;
  constexpr uint64_t kTable = 10240;
  const uint64_t parts = unsigned_at(head, 4, 4);
  if (parts == 0 || parts > kMost) {
    return false;
  }
  const bool old = head.bytes.compare(8, 7, "Config\0"sv) == 0;
  const uint64_t place = unsigned_at(head, 16, 8);
  return old || (unsigned_at(head, 0, 4) < kTable && place >= kTable && place % 512 == 0 &&
                 place < head.size);
}

/// What came of a download in place of the file.
bool is_markup(const Head& head) {
  const size_t start = head.bytes.find_first_not_of("\xef\xbb\xbf \t\r\n");
  std::string word = start == std::string::npos ? "" : head.bytes.substr(start, 9);
  std::transform(word.begin(), word.end(), word.begin(),
                 [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
  return word == "<!doctype" || word.rfind("<html", 0) == 0 || word.rfind("<?xml", 0) == 0;
}

bool is_zip(const Head& head) {
  return head.bytes.rfind("PK\3\4", 0) == 0;
}

/// Whether the name of an archive's first file ends so.
bool first_file_ends_with(const Head& head, std::string_view end) {
  constexpr size_t kNameLength = 26;
  constexpr size_t kName = 30;
  const size_t length = unsigned_at(head, kNameLength, 2);
  return length >= end.size() && kName + length <= head.bytes.size() &&
         head.bytes.compare(kName + length - end.size(), end.size(), end) == 0;
}

ForeignFile zip_archive(const Head& head) {
  if (first_file_ends_with(head, ".npy")) {
    return {"arrays of NumPy (.npz)", kMakeHdf5};
  }
  if (first_file_ends_with(head, "/data.pkl")) {
    return {"a checkpoint of torch.save", "It holds a network: --checkpoint takes it."};
  }
  return {"an archive of zip", "Unpack it: unzip FILE"};
}

ForeignFile by_content(const Head& head) {
  const std::string extension = head.path.extension().string();
  for (const Signature& known : kSignatures) {
    if (head.bytes.size() >= known.at &&
        head.bytes.compare(known.at, known.bytes.size(), known.bytes) == 0) {
      return {known.what, known.advice};
    }
  }
  if (is_zip(head)) {
    return zip_archive(head);
  }
  if (is_markup(head)) {
    return {"a web page or message (HTML, XML) in place of the file", kFetchAgain};
  }
  if (extension == ".cfl") {
    return {"an array of BART (.cfl)", kMakeHdf5};
  }
  if (is_siemens(head)) {
    return {"raw data of a Siemens scanner",
            "siemens_to_ismrmrd converts it to ISMRMRD; docs/data.md, \"Files of other kinds\", "
            "goes on from there."};
  }
  if (head.bytes.find_first_not_of('\0') == std::string::npos) {
    return {"a file that begins with nothing but zeros, which is not HDF5",
            "It was not copied or downloaded to its end: do that again."};
  }
  return {"a file that is not HDF5", kMakeHdf5};
}

}  // namespace

bool has_hdf5_signature(const fs::path& path) {
  constexpr std::string_view kSignature("\x89HDF\r\n\x1a\n", 8);
  constexpr uint64_t kSmallestBlock = 512;
  std::error_code error;
  const uint64_t size = fs::file_size(path, error);
  std::ifstream stream(path, std::ios::binary);
  std::array<char, kSignature.size()> found{};
  for (uint64_t place = 0; !error && place + kSignature.size() <= size;
       place = std::max(2 * place, kSmallestBlock)) {
    stream.seekg(static_cast<std::streamoff>(place));
    if (!stream.read(found.data(), found.size())) {
      return false;
    }
    if (kSignature == std::string_view(found.data(), found.size())) {
      return true;
    }
  }
  return false;
}

bool is_npz(const fs::path& path) {
  const Head head = head_of(path);
  return is_zip(head) && first_file_ends_with(head, ".npy");
}

ForeignFile foreign_file(const fs::path& path) {
  const Head head = head_of(path);
  if (head.size == 0) {
    return {"an empty file (0 bytes), which is not HDF5",
            "It was not copied, downloaded or written to its end: do that again."};
  }
  constexpr std::string_view kFile = "FILE";
  ForeignFile result = by_content(head);
  const size_t at = result.advice.find(kFile);
  if (at != std::string::npos) {
    result.advice.replace(at, kFile.size(), path.filename().string());
  }
  return result;
}

}  // namespace dircn
