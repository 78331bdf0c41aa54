// Pickles made to do harm: an `Error` that names the file, never code that runs, or a crash.

#include <gtest/gtest.h>
#include <torch/types.h>

#include <string>

#include "dircn/formats/torch_file.h"
#include "formats/pickle_bytes.h"
#include "formats/torch_file_maker.h"
#include "support/paths.h"

namespace dircn::untrusted_torch_file_test {
namespace {

using testing::bytes;
using testing::kHuge;
using testing::kMinusOne;
using testing::load_error;
using testing::storage;
using testing::tensor;
using testing::write_torch_zip;

std::string repeated(const std::string& text, size_t count) {
  std::string result;
  for (size_t i = 0; i < count; ++i) {
    result += text;
  }
  return result;
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

}  // namespace
}  // namespace dircn::untrusted_torch_file_test
