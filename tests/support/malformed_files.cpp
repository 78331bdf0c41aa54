#include "support/malformed_files.h"

#include <sys/stat.h>
#include <torch/types.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <utility>

#include "support/challenge_files.h"
#include "support/paths.h"

namespace dircn::testing {
namespace {

namespace fs = std::filesystem;
using Make = std::function<void(const fs::path&)>;

struct GoodFile {
  std::string name;
  Make make;
};

std::vector<GoodFile> good_files() {
  return {{"Kspace", write_good_kspace},
          {"Fastmri", write_good_fastmri},
          {"Images", write_good_images},
          {"CompressedKspace", [](const fs::path& path) {
             Hdf5Maker maker(path);
             maker.complex("kspace", full_kspace(2, 2, 24, 20, 1), H5::PredType::NATIVE_FLOAT, "r",
                           "i", Hdf5Maker::chunked({1, 2, 24, 20}, true));
             maker.real("mask", some_columns(20));
           }}};
}

using Edit = std::function<void(std::string&)>;

/// A good file whose bytes are edited.
MalformedFile edited(const std::string& name, const GoodFile& good, const Edit& edit) {
  return {name + good.name, [=](const fs::path& path) {
            good.make(path);
            std::string content = read_file(path);
            edit(content);
            write_file(path, content);
          }};
}

/// Cut at the front's tables, at 12 places all over, and before the last byte.
void add_truncated(std::vector<MalformedFile>& files, const GoodFile& good) {
  for (const size_t size : {0, 1, 7, 8, 24, 47, 95, 96, 100, 511, 800}) {
    files.push_back(edited("CutAt" + std::to_string(size), good, [=](std::string& bytes) {
      bytes.resize(std::min(size, bytes.size()));
    }));
  }
  for (size_t part = 1; part < 12; ++part) {
    files.push_back(edited("CutAfterTwelfths" + std::to_string(part), good,
                           [=](std::string& bytes) { bytes.resize(bytes.size() * part / 12); }));
  }
  files.push_back(edited("LastByteMissing", good, [](std::string& bytes) { bytes.pop_back(); }));
}

void flip(std::string& bytes, size_t place) {
  if (place < bytes.size()) {
    bytes[place] = static_cast<char>(~bytes[place]);
  }
}

/// One byte in the superblock, and behind every table's signature: B-trees, symbols, local and
/// global heaps.
void add_flipped(std::vector<MalformedFile>& files, const GoodFile& good) {
  for (const size_t place : {0, 3, 8, 9, 10, 13, 14, 16, 18, 24, 32, 40, 48, 64, 72, 80, 90}) {
    files.push_back(edited("FlippedAt" + std::to_string(place), good,
                           [=](std::string& bytes) { flip(bytes, place); }));
  }
  for (const std::string table : {"TREE", "SNOD", "HEAP", "GCOL"}) {
    for (const size_t behind : {0, 4, 5, 6, 8, 14, 15, 16, 24, 32}) {
      files.push_back(
          edited("Flipped" + table + std::to_string(behind), good, [=](std::string& bytes) {
            const size_t at = bytes.find(table);
            flip(bytes, at == std::string::npos ? at : at + behind);
          }));
    }
  }
}

/// Every 16th byte of the second half of the file at once (data, mostly); bytes before the file or
/// behind it. Files with texts of variable length are left whole: HDF5 1.10 crashes when the
/// reference to such a text is damaged, which dircn does not check.
void add_moved(std::vector<MalformedFile>& files, const GoodFile& good) {
  files.push_back(edited("SecondHalfFlipped", good, [](std::string& bytes) {
    const bool has_texts = bytes.find("GCOL") != std::string::npos;
    for (size_t at = bytes.size() / 2; at < bytes.size() && !has_texts; at += 16) {
      flip(bytes, at);
    }
  }));
  files.push_back(
      edited("BehindAUserBlock", good, [](std::string& bytes) { bytes.insert(0, 512, '\0'); }));
  files.push_back(
      edited("BehindAnOddBlock", good, [](std::string& bytes) { bytes.insert(0, 100, 'x'); }));
  files.push_back(edited("TwiceInARow", good, [](std::string& bytes) { bytes += bytes; }));
}

Make link_to(const std::string& target) {
  return [=](const fs::path& path) { fs::create_symlink(target, path); };
}

std::vector<MalformedFile> no_regular_files() {
  const auto pipe = [](const fs::path& path) {
    if (::mkfifo(path.c_str(), 0600) != 0) {
      throw std::runtime_error("no pipe could be made");
    }
  };
  const auto unreadable = [](const fs::path& path) {
    write_good_kspace(path);
    fs::permissions(path, fs::perms::none);
  };
  return {{"Missing", [](const fs::path&) {}},
          {"Empty", [](const fs::path& path) { write_file(path, ""); }},
          {"Text", [](const fs::path& path) { write_file(path, "kspace: 1\n"); }},
          {"Zeros", [](const fs::path& path) { write_file(path, std::string(1 << 20, '\0')); }},
          {"StartOfAZip", [](const fs::path& path) { write_file(path, "PK\3\4"); }},
          {"Signatures",
           [](const fs::path& path) {
             std::string content;
             for (int i = 0; i < 1000; ++i) {
               content += "\x89HDF\r\n\x1a\n";
             }
             write_file(path, content);
           }},
          {"Folder", [](const fs::path& path) { fs::create_directories(path); }},
          {"Pipe", pipe},
          {"NoPermission", unreadable},
          {"LinkToNowhere", link_to("/nowhere/at/all.h5")},
          {"LinkToItself", link_to("bad.h5")},
          {"LinkToZeros", link_to("/dev/zero")}};
}

}  // namespace

void write_good_kspace(const fs::path& path) {
  write_kspace(path, full_kspace(2, 2, 24, 20, 1), some_columns(20));
}

void write_good_fastmri(const fs::path& path) {
  write_fastmri(path, full_kspace(2, 2, 24, 20, 1),
                torch::linspace(1e-6, 1e-4, 800).view({2, 20, 20}), std::nullopt);
}

void write_good_images(const fs::path& path) {
  const auto images = torch::linspace(1e-6, 1e-4, 800).view({2, 20, 20});
  Hdf5Maker maker(path);
  maker.real("image_label", images);
  maker.real("image_input", images.flip({2}));
  maker.real("reconstruction", images.flip({1}));
  maker.attribute("max", 1e-4);
  maker.attribute("annotations", std::string(R"({"0": [{"x": 2, "y": 3, "width": 9, "height": 8,)"
                                             R"( "label": "Nonspecific lesion"}]})"));
}

std::vector<MalformedFile> damaged_files() {
  std::vector<MalformedFile> files = no_regular_files();
  for (const GoodFile& good : good_files()) {
    add_truncated(files, good);
    add_flipped(files, good);
    add_moved(files, good);
  }
  return files;
}

std::vector<MalformedFile> malformed_files() {
  std::vector<MalformedFile> files = damaged_files();
  for (const auto& more : {malformed_datasets(), malformed_contents()}) {
    files.insert(files.end(), more.begin(), more.end());
  }
  return files;
}

}  // namespace dircn::testing
