// Files that are damaged, of another kind or made to do harm: an `Error` that names the file, never
// a crash.

#include <gtest/gtest.h>

#include "dircn/core/error.h"
#include "dircn/formats/torch_file.h"
#include "formats/torch_file_maker.h"
#include "support/paths.h"

namespace dircn::untrusted_torch_file_test {
namespace {

using testing::load_error;
using testing::read_file;
using testing::write_file;
using testing::write_torch_zip;

// Bytes with embedded zeros.
template <size_t N>
std::string bytes(const char (&literal)[N]) {
  return std::string(literal, N - 1);
}

std::string repeated(const std::string& text, size_t count) {
  std::string result;
  for (size_t i = 0; i < count; ++i) {
    result += text;
  }
  return result;
}

// ('storage', torch.FloatStorage, KEY, 'cpu', NUMEL) as a persistent id.
std::string storage(const std::string& key, const std::string& numel) {
  const std::string length(1, static_cast<char>(key.size()));
  return bytes("(X\7\0\0\0storagectorch\nFloatStorage\nX") + length + bytes("\0\0\0") + key +
         bytes("X\3\0\0\0cpu") + numel + "tQ";
}

// A tensor over the storage data/0, which holds four floats.
std::string tensor(const std::string& offset, const std::string& sizes,
                   const std::string& strides) {
  return "ctorch._utils\n_rebuild_tensor_v2\n(" + storage("0", "K\4") + offset + sizes + strides +
         bytes("\x89}tR.");
}

const std::string kHuge = bytes("\x8a\x08\0\0\0\0\0\0\0\x40");  // 2^62
const std::string kMinusOne = bytes("J\xff\xff\xff\xff");

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

struct Bomb {
  const char* name;
  std::string pickle;
  const char* message;
};

class BombTest : public ::testing::TestWithParam<Bomb> {};

TEST_P(BombTest, isRefusedByName) {
  const testing::TemporaryFolder folder;
  write_torch_zip(folder / "bomb.pth", GetParam().pickle, {{"data/0", std::string(16, '\0')}});
  const std::string message = load_error(folder / "bomb.pth");
  EXPECT_NE(message.find("bomb.pth: "), std::string::npos) << message;
  EXPECT_NE(message.find(GetParam().message), std::string::npos) << message;
}

INSTANTIATE_TEST_SUITE_P(
    Code, BombTest,
    ::testing::Values(
        Bomb{"Reduce", bytes("\x80\2cposix\nsystem\nX\4\0\0\0true\x85R."), "posix.system"},
        Bomb{"Eval",
             bytes("\x80\2c__builtin__\neval\nX\1\0\0\0"
                   "1\x85R."),
             "__builtin__.eval"},
        Bomb{"NestedInDict", bytes("\x80\2}X\1\0\0\0a]cos\nsystem\nX\1\0\0\0a\x85Ras."),
             "os.system"},
        Bomb{"StackGlobal", bytes("\x80\4\x8c\5posix\x8c\6system\x93\x8c\4true\x85R."),
             "posix.system"},
        Bomb{"StackGlobalOfNumbers", bytes("\x80\4K\1K\2\x93."), "expected str"},
        Bomb{"Inst", bytes("(X\4\0\0\0trueiposix\nsystem\n."), "posix.system"},
        Bomb{"InstOfAllowed", bytes("(icollections\nOrderedDict\n."), "opcode 105"},
        Bomb{"Obj", bytes("(ccollections\nOrderedDict\no."), "opcode 111"},
        Bomb{"NewObj", bytes("\x80\2csubprocess\nPopen\nX\4\0\0\0true\x85\x81."),
             "subprocess.Popen"},
        Bomb{"Import", bytes("cbuiltins\n__import__\nX\2\0\0\0os\x85R."), "builtins.__import__"},
        Bomb{"Getattr", bytes("c__builtin__\ngetattr\nNX\1\0\0\0a\x86R."), "__builtin__.getattr"},
        Bomb{"MethodOfABuiltin", bytes("\x80\4\x8c\10builtins\x8c\15eval.__call__\x93."),
             "builtins.eval.__call__"},
        Bomb{"InAnObject",
             bytes("cmodels\nSettings\n)\x81}X\1\0\0\0acos\nsystem\nX\1\0\0\0a\x85Rsb."),
             "os.system"},
        Bomb{"UnderAnotherName", bytes("cos\npath.os.system\n."), "os.path.os.system"},
        Bomb{"Ext1", bytes("\x82\1."), "opcode 130"},
        Bomb{"Ext4", bytes("\x84\1\0\0\0."), "opcode 132"},
        Bomb{"TextPersistentId", bytes("Pabc\n."), "opcode 80"},
        Bomb{"OtherTorchName", bytes("ctorch\nload\nX\1\0\0\0a\x85R."), "torch.load"},
        Bomb{"WholeModel", bytes("ctorch.nn.modules.linear\nLinear\n)\x81."), ".state_dict(), NEW"},
        Bomb{"TerminalCodes", bytes("cposix\x1b[2J\nsystem\n."), "posix?[2J.system"},
        Bomb{"CallOfAString", bytes("X\1\0\0\0a)R."), "calls str"},
        Bomb{"CallOfAStorageClass", bytes("ctorch\nFloatStorage\n)R."), "calls torch.FloatStorage"},
        Bomb{"ClassAsResult", bytes("ccollections\nOrderedDict\n."), "collections.OrderedDict"},
        Bomb{"AttributesOfATuple", bytes(")}b."), "an object with attributes"},
        Bomb{"ItemsOfAClass", bytes("cmodels\nSettings\nNNs."), "not a dict"},
        Bomb{"SetOfAList", bytes("](N\x90."), "not a set"}),
    [](const auto& info) { return std::string(info.param.name); });

INSTANTIATE_TEST_SUITE_P(
    Storages, BombTest,
    ::testing::Values(
        Bomb{"IdIsText", bytes("X\1\0\0\0aQ."), "a persistent id: found str"},
        Bomb{"IdIsShort", bytes("X\7\0\0\0storage\x85Q."), "not a storage"},
        Bomb{"IdOfAFile", bytes("(X\4\0\0\0fileK\1K\1K\1K\1tQ."), "not a storage"},
        Bomb{"ClassIsNoStorage",
             bytes("(X\7\0\0\0storageccollections\nOrderedDict\nX\1\0\0\0"
                   "0X\3\0\0\0cpuK\4tQ."),
             "collections.OrderedDict"},
        Bomb{"KeyIsAPath", storage("../../etc/passwd", "K\4"), "no record data/../../etc/passwd"},
        Bomb{"KeyIsUnknown", storage("7", "K\4"), "no record data/7"},
        Bomb{"TooManyElements", storage("0", "K\5"), "whose size"},
        Bomb{"NegativeElements", storage("0", kMinusOne), "whose size"},
        Bomb{"HugeElements", storage("0", kHuge), "whose size"},
        Bomb{"AsResult", storage("0", "K\4") + ".", "storage"},
        Bomb{"Offset", tensor("K\1", "K\4\x85", "K\1\x85"), "beyond its storage"},
        Bomb{"HugeOffset", tensor(kHuge, "K\1\x85", "K\1\x85"), "beyond its storage"},
        Bomb{"NegativeOffset", tensor(kMinusOne, "K\1\x85", "K\1\x85"), "impossible"},
        Bomb{"Stride", tensor(bytes("K\0"), "K\2\x85", "K\4\x85"), "beyond its storage"},
        Bomb{"HugeStride", tensor(bytes("K\0"), "K\4\x85", kHuge + "\x85"), "beyond its storage"},
        Bomb{"NegativeStride", tensor("K\3", "K\4\x85", kMinusOne + "\x85"), "negative"},
        Bomb{"NegativeSize", tensor(bytes("K\0"), kMinusOne + "\x85", "K\1\x85"), "negative"},
        Bomb{"HugeSizes", tensor(bytes("K\0"), kHuge + kHuge + "\x86", bytes("K\0K\0\x86")),
             "impossible"},
        Bomb{"HugeEmpty", tensor(bytes("K\0"), kHuge + bytes("K\0\x86"), bytes("K\0K\0\x86")),
             "impossible"},
        Bomb{"Expanded", tensor(bytes("K\0"), bytes("M\xff\xffK\4\x86"), bytes("K\0K\1\x86")),
             "expanded"},
        Bomb{"RanksDiffer", tensor(bytes("K\0"), "K\4\x85", ")"), "impossible"},
        Bomb{"SizesAreText", tensor(bytes("K\0"), bytes("X\1\0\0\0a"), "K\1\x85"),
             "expected list or tuple"},
        Bomb{"NoArguments", bytes("ctorch._utils\n_rebuild_tensor_v2\n)R."), "without arguments"},
        Bomb{"NoStorage", bytes("ctorch._utils\n_rebuild_tensor_v2\n(NNNNtR."),
             "without a storage"}),
    [](const auto& info) { return std::string(info.param.name); });

INSTANTIATE_TEST_SUITE_P(
    Structure, BombTest,
    ::testing::Values(
        Bomb{"Empty", "", "ends too early"}, Bomb{"NoStop", bytes("\x80\2N"), "ends too early"},
        Bomb{"NothingToReturn", ".", "takes more values"},
        Bomb{"TextTooLong", bytes("X\377\377\377\377a."), "ends too early"},
        Bomb{"TextOf2To64", bytes("\x8d\xff\xff\xff\xff\xff\xff\xff\xff."), "ends too early"},
        Bomb{"Protocol9", bytes("\x80\x09N."), "protocol 9"},
        Bomb{"UnknownMemo", bytes("h\5."), "never stored"}, Bomb{"NoMark", "N0t.", "missing mark"},
        Bomb{"PopBelowMark", "N(0.", "takes more values"},
        Bomb{"AppendToTuple", ")Na.", "not a list"}, Bomb{"ItemOfList", "]NNs.", "not a dict"},
        Bomb{"OddItems", "}(Nu.", "not a dict"},
        Bomb{"LongInteger", bytes("\x8a\x09") + std::string(9, '\1') + ".", "more than 64 bits"},
        Bomb{"HugeInteger", bytes("\x8b\xff\xff\xff\x7f."), "ends too early"},
        Bomb{"BytesTooLong", bytes("B\377\377\377\377a."), "ends too early"},
        Bomb{"BytesOf2To64", bytes("\x8e\xff\xff\xff\xff\xff\xff\xff\xff."), "ends too early"},
        Bomb{"ListInItself", bytes("]q\0h\0a."), "contain themselves"},
        Bomb{"DictInItself", bytes("}q\0X\1\0\0\0ah\0s."), "contain themselves"},
        Bomb{"DeepList", repeated("]", 1'000'000) + repeated("a", 999'999) + ".", "nest more than"},
        Bomb{"DeepTuple", ")" + repeated("\x85", 1'000'000) + ".", "nest more than"},
        Bomb{"ManyContainers", repeated("]", 3'000'000), "more than 2000000 containers"},
        // Each tuple holds the one before it twice: 2^60 items if they were counted out.
        Bomb{"Doubling", bytes(")q\0") + repeated(bytes("h\0h\0\x86q\0"), 60) + ".",
             "absurd size"}),
    [](const auto& info) { return std::string(info.param.name); });

// What is thrown away must not bring the process down either.
TEST(UntrustedTorchFileTest, dropsDeepNestsThatAreNotInTheResult) {
  const testing::TemporaryFolder folder;
  write_torch_zip(folder / "a.pth",
                  repeated("]", 1'000'000) + repeated("a", 999'999) + bytes("0]q\0h\0a0K\7."));
  EXPECT_EQ(load_torch_file(folder / "a.pth").as_int(), 7);
}

// Objects of other classes, whatever is done to them, keep nothing and run nothing.
TEST(UntrustedTorchFileTest, takesOtherObjectsAsNames) {
  const testing::TemporaryFolder folder;
  const auto load = [&](const std::string& pickle) {
    write_torch_zip(folder / "a.pth", pickle);
    return load_torch_file(folder / "a.pth").as_list().at(0).kind();
  };
  EXPECT_EQ(load(bytes("]cmodels\nSettings\na.")), "models.Settings");
  EXPECT_EQ(load(bytes("]cmodels\nmake\n)Ra.")), "models.make");
  EXPECT_EQ(load(bytes("]cmodels\nSettings\n)\x81}ba.")), "models.Settings");
  EXPECT_EQ(load(bytes("]cmodels\nSettings\n)}\x92\x61.")), "models.Settings");
  EXPECT_EQ(load(bytes("]cmodels\nSettings\n)\x81NNs(NNuNa(NNea.")), "models.Settings");
  EXPECT_EQ(load(bytes("]\x8f(NN\x90\x61.")), "set");
  EXPECT_EQ(load(bytes("](NN\x91\x61.")), "frozenset");
  EXPECT_EQ(load(bytes("]cmo\x1b[2Jdels\nA\na.")), "mo?[2Jdels.A");
}

TEST(UntrustedTorchFileTest, leavesOutEntriesWithOtherKeys) {
  const testing::TemporaryFolder folder;
  write_torch_zip(folder / "a.pth", bytes("}()NX\1\0\0\0aK\7NNu."));
  EXPECT_EQ(load_torch_file(folder / "a.pth").as_dict().describe_keys(), "'a'");
}

// A byte that is neither 0 nor 1 is no valid C++ bool.
TEST(UntrustedTorchFileTest, makesBoolsOfAnyByte) {
  const testing::TemporaryFolder folder;
  std::string pickle = tensor(bytes("K\0"), "K\4\x85", "K\1\x85");
  pickle.replace(pickle.find("FloatStorage"), 12, "BoolStorage");
  write_torch_zip(folder / "a.pth", pickle, {{"data/0", bytes("\0\1\2\xff")}});
  const torch::Tensor read = load_torch_file(folder / "a.pth").as_tensor();
  EXPECT_TRUE(read.equal(torch::tensor({false, true, true, true})));
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

TEST(UntrustedTorchFileTest, namesMissingFilesAndFolders) {
  const testing::TemporaryFolder folder;
  EXPECT_NE(load_error(folder / "none.pth").find("none.pth: found no such file"),
            std::string::npos);
  EXPECT_NE(load_error(folder.path()).find("not a file"), std::string::npos);
}

TEST(UntrustedTorchFileTest, namesArchivesOfOtherKinds) {
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
}  // namespace dircn::untrusted_torch_file_test
