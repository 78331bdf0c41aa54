// Files that are damaged, of another kind or of an older one: an `Error` that names the file, never
// a crash.

#include <gtest/gtest.h>
#include <torch/types.h>

#include <string>

#include "dircn/formats/torch_file.h"
#include "formats/pickle_bytes.h"
#include "formats/torch_file_maker.h"
#include "support/paths.h"

namespace dircn::damaged_torch_file_test {
namespace {

using testing::bytes;
using testing::kHuge;
using testing::kMinusOne;
using testing::load_error;
using testing::read_file;
using testing::storage;
using testing::tensor;
using testing::write_file;
using testing::write_torch_zip;

const std::string kLegacyMagic = bytes("\x80\2\x8a\x0al\xfc\x9c\x46\xf9 j\xa8P\x19.");
const std::string kLittle = bytes("X\15\0\0\0little_endian\x88s");
const std::string kKey = bytes(
    "X\1\0\0\0"
    "0a");

// The pickles of a file from before PyTorch 1.6: `system` fills a dict, `keys` a list.
std::string legacy(const std::string& system, const std::string& content, const std::string& keys) {
  return kLegacyMagic + bytes("\x80\2M\xe9\3.\x80\2}") + system + ".\x80\2" + content + "\x80\2]" +
         keys + ".";
}

struct OtherFile {
  const char* name;
  std::string content;
  const char* message;
};

class OtherFileTest : public ::testing::TestWithParam<OtherFile> {};

TEST_P(OtherFileTest, isNamed) {
  const testing::TemporaryFolder folder;
  write_file(folder / "other.pth", GetParam().content);
  const std::string message = load_error(folder / "other.pth");
  EXPECT_NE(message.find("other.pth: "), std::string::npos) << message;
  EXPECT_NE(message.find(GetParam().message), std::string::npos) << message;
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, OtherFileTest,
    ::testing::Values(
        OtherFile{"Empty", "", "only 0 bytes"},
        OtherFile{"Text", "model: {cascades: 8}\n", "not a zip archive"},
        OtherFile{"Hdf5", bytes("\x89HDF\r\n\x1a\n") + std::string(90, '\0'), "not a zip archive"},
        OtherFile{"Pickle", bytes("\x80\2}.") + std::string(90, '\0'), "not a zip archive"},
        OtherFile{"LegacyStart", kLegacyMagic, "ends too early"},
        OtherFile{"LegacyOfOtherVersion", kLegacyMagic + bytes("\x80\2M\1\0."), "another version"},
        OtherFile{"LegacyBigEndian", legacy(bytes("X\15\0\0\0little_endian\x89s"), "", ""),
                  "little-endian"},
        OtherFile{"LegacyCode", legacy(kLittle, bytes("cos\nsystem\nX\1\0\0\0a\x85R."), ""),
                  "os.system"},
        // Names a storage of 2^62 elements, in a file of a few hundred bytes.
        OtherFile{"LegacyHuge", legacy(kLittle, storage("0", kHuge) + ".", ""),
                  "larger than the file"},
        OtherFile{"LegacyNegative", legacy(kLittle, storage("0", kMinusOne) + ".", ""),
                  "larger than the file"},
        OtherFile{"LegacyWithoutValues",
                  legacy(kLittle, tensor(bytes("K\0"), "K\4\x85", "K\1\x85"), ""),
                  "not in the file"},
        OtherFile{"LegacyTwice",
                  legacy(kLittle, tensor(bytes("K\0"), "K\4\x85", "K\1\x85"), kKey + kKey) +
                      bytes("\4\0\0\0\0\0\0\0") + std::string(90, '\0'),
                  "without a tensor"},
        OtherFile{"LegacyOfAnotherSize",
                  legacy(kLittle, tensor(bytes("K\0"), "K\4\x85", "K\1\x85"), kKey) +
                      bytes("\5\0\0\0\0\0\0\0") + std::string(90, '\0'),
                  "whose size"},
        OtherFile{"LegacyCutOff",
                  legacy(kLittle, tensor(bytes("K\0"), "K\4\x85", "K\1\x85"), kKey) +
                      bytes("\4\0\0\0\0\0\0\0") + std::string(15, '\0'),
                  "ends too early"},
        OtherFile{"ZipStartOnly", bytes("PK\3\4") + std::string(90, '\0'), "no table of contents"},
        // An end record that claims 65535 entries in four gigabytes.
        OtherFile{"AbsurdZip", bytes("PK\5\6") + std::string(16, '\xff') + bytes("\0\0"),
                  "table of contents"}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(OtherTorchFileTest, namesMissingFilesAndFolders) {
  const testing::TemporaryFolder folder;
  EXPECT_NE(load_error(folder / "none.pth").find("none.pth: found no such file"),
            std::string::npos);
  EXPECT_NE(load_error(folder.path()).find("not a file"), std::string::npos);
}

TEST(OtherTorchFileTest, namesArchivesOfOtherKinds) {
  const testing::TemporaryFolder folder;
  write_torch_zip(folder / "script.pt", "N.", {{"constants.pkl", "N."}});
  EXPECT_NE(load_error(folder / "script.pt").find("TorchScript"), std::string::npos);
  write_torch_zip(folder / "big.pth", "N.", {{"byteorder", "big"}});
  EXPECT_NE(load_error(folder / "big.pth").find("little-endian"), std::string::npos);
}

class DamageTest : public ::testing::Test {
 protected:
  DamageTest() {
    original_ = read_file(testing::golden("S6c_adam_only.pth"));
    fingerprint_ = testing::fingerprint(load_torch_file(testing::golden("S6c_adam_only.pth")));
  }

  // Either an `Error` that names the file, or exactly what was written. True if an error.
  bool check(const std::string& content) {
    write_file(folder_ / "damaged.pth", content);
    const std::string message = load_error(folder_ / "damaged.pth");
    if (message.empty()) {
      EXPECT_EQ(testing::fingerprint(load_torch_file(folder_ / "damaged.pth")), fingerprint_);
      return false;
    }
    EXPECT_NE(message.find("damaged.pth: found "), std::string::npos) << message;
    return true;
  }

  testing::TemporaryFolder folder_;
  std::string original_;
  std::string fingerprint_;
};

TEST_F(DamageTest, truncatedAnywhere) {
  for (size_t length = 0; length < original_.size(); length += 97) {
    EXPECT_TRUE(check(original_.substr(0, length))) << length;
  }
}

TEST_F(DamageTest, oneByteChanged) {
  int errors = 0;
  for (size_t i = 0; i < 300; ++i) {
    std::string damaged = original_;
    damaged[i * damaged.size() / 300] ^= static_cast<char>(1 + i * 37 % 255);
    errors += check(damaged) ? 1 : 0;
  }
  EXPECT_GT(errors, 100);  // the rest fell on padding and unused fields
}

TEST_F(DamageTest, lastBytesChanged) {  // the table of contents, byte for byte
  for (size_t i = 1; i <= 300; ++i) {
    for (const int change : {0x01, 0x80, 0xFF}) {
      std::string damaged = original_;
      damaged[damaged.size() - i] ^= static_cast<char>(change);
      check(damaged);
    }
  }
}

// With valid checksums, so that the pickle reader itself sees the damage: any result but a crash
// will do.
TEST_F(DamageTest, pickleChangedUnderAValidChecksum) {
  const torch::Tensor values = torch::arange(4, torch::kFloat32);
  const std::string record(static_cast<const char*>(values.data_ptr()), values.nbytes());
  save_torch_file(folder_ / "small.pth",
                  PickleDict{{"a", values}, {"b", PickleValue::list({1, "x"})}});
  const std::string archive = read_file(folder_ / "small.pth");
  const size_t start = archive.find("\x80\2}");
  const size_t end = archive.find("PK", start);
  const std::string pickle = archive.substr(start, end - start);
  int errors = 0;
  for (size_t i = 0; i < pickle.size(); ++i) {
    for (const int change : {0x01, 0x08, 0x40, 0xFF}) {
      std::string damaged = pickle;
      damaged[i] ^= static_cast<char>(change);
      write_torch_zip(folder_ / "damaged.pth", damaged, {{"data/0", record}});
      errors += load_error(folder_ / "damaged.pth").empty() ? 0 : 1;
    }
  }
  EXPECT_GT(errors, 100);
}

}  // namespace
}  // namespace dircn::damaged_torch_file_test
