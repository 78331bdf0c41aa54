#include <gtest/gtest.h>
#include <torch/types.h>

#include <string>

#include "dircn/formats/hdf5.h"
#include "dircn/formats/hdf5_writer.h"
#include "support/paths.h"
#include "support/python.h"

namespace dircn::hdf5_python_test {
namespace {

namespace fs = std::filesystem;
using testing::TemporaryFolder;

/// Python's h5py is the second implementation: it writes the challenge's data and reads our
/// reconstructions.
class Hdf5AndPython : public ::testing::Test {
 protected:
  void SetUp() override { DIRCN_NEEDS_PYTHON("h5py, numpy"); }

  /// Runs `script` on `file` (its sys.argv[1]); returns what it printed and fails the test if it
  /// failed.
  std::string run(const std::string& script, const fs::path& file) {
    testing::write_file(folder_ / "script.py", "import sys, h5py, numpy as np\n" + script);
    const fs::path log = folder_ / "log.txt";
    EXPECT_EQ(testing::run_python("'" + (folder_ / "script.py").string() + "' '" + file.string() +
                                  "' > '" + log.string() + "' 2>&1"),
              0)
        << testing::read_file(log);
    return testing::read_file(log);
  }

  TemporaryFolder folder_;
};

TEST_F(Hdf5AndPython, ReadsWhatH5pyWrote) {
  const fs::path path = folder_ / "volume.h5";
  run(R"(
k = (np.arange(48) - 1j * np.arange(48) ** 2).reshape(2, 2, 3, 4)
with h5py.File(sys.argv[1], "w") as f:
    f["single"] = k.astype(np.complex64)
    f["double"] = k.astype(np.complex128)
    f.create_dataset("packed", data=k.astype(np.complex64), chunks=(1, 2, 3, 4), compression="gzip", shuffle=True)
    for name, dtype in [("bool", bool), ("int64", np.int64), ("uint8", np.uint8), ("float16", np.float16)]:
        f[name] = np.array([1, 0, 1, 1]).astype(dtype)
    f.attrs["max"] = np.float32(0.5)
    f.attrs["norm"] = 3
    f.attrs["annotations"] = '{"1": [{"x": 10}]}'
    f.attrs["fixed"] = np.bytes_("AXT2")
)",
      path);
  const Hdf5File file(path);
  const torch::Tensor n = torch::arange(48, torch::kFloat);
  const torch::Tensor expected = torch::complex(n, -n * n).reshape({2, 2, 3, 4});
  for (const char* name : {"single", "double", "packed"}) {
    EXPECT_TRUE(torch::equal(file.read_complex_slice(name, 1), expected[1])) << name;
  }
  for (const char* name : {"bool", "int64", "uint8", "float16"}) {
    EXPECT_TRUE(torch::equal(file.read_real(name), torch::tensor({1.0f, 0.0f, 1.0f, 1.0f})))
        << name;
  }
  EXPECT_EQ(file.read_number_attribute("max"), 0.5);
  EXPECT_EQ(file.read_number_attribute("norm"), 3.0);
  EXPECT_EQ(file.read_text_attribute("annotations"), "{\"1\": [{\"x\": 10}]}");
  EXPECT_EQ(file.read_text_attribute("fixed"), "AXT2");
}

TEST_F(Hdf5AndPython, H5pyReadsTheReconstruction) {
  const fs::path path = folder_ / "acc4" / "brain1.h5";
  Hdf5Writer writer(path);
  writer.create_real("reconstruction", {2, 3, 4});
  const torch::Tensor volume = torch::arange(24, torch::kFloat).reshape({2, 3, 4}) / 7;
  writer.write_slice("reconstruction", 0, volume[0]);
  writer.write_slice("reconstruction", 1, volume[1]);
  writer.finish();
  run(R"(
with h5py.File(sys.argv[1], "r") as f:
    assert list(f) == ["reconstruction"], list(f)
    data = f["reconstruction"]
    assert data.dtype == np.float32 and data.shape == (2, 3, 4), data
    assert np.array_equal(data[()], (np.arange(24, dtype=np.float32) / np.float32(7)).reshape(2, 3, 4)), data[()]
)",
      path);
}

TEST_F(Hdf5AndPython, AttributesPassAsTheyWere) {
  const fs::path source = folder_ / "source.h5";
  const std::string values = R"(
path = sys.argv[1]
attributes = {
    "int64": np.int64(2**62 + 1), "uint64": np.uint64(2**64 - 1), "int8": np.int8(-3), "big endian": np.array(7, ">i4"),
    "float32": np.float32(0.1), "float64": np.float64(0.1), "float16": np.float16(0.1), "nan": np.float32("nan"),
    "complex": np.complex64(1 - 2j), "bool": True, "bools": np.array([True, False]), "vector": np.arange(5.0),
    "matrix": np.arange(6, dtype=np.uint16).reshape(2, 3), "cube": np.zeros((2, 1, 3), np.float32),
    "none": np.zeros((0, 4), np.int32), "empty": h5py.Empty("f4"), "empty text": h5py.Empty("S10"),
    "text": "Übung", "no text": "", "bytes": np.bytes_("AXT2"), "fixed": np.array([b"a", b"bcd"]),
    "texts": np.array(["a", "Übung", ""], dtype=h5py.string_dtype()), "opaque": np.void(b"\x01\x00\x02"),
    "table": np.array([(1, 2.5, b"x"), (3, 4.5, b"yz")], dtype=[("n", "i8"), ("v", "f4"), ("name", "S2")]),
    "größe": 3, "enum": np.array([2, 0], dtype=h5py.enum_dtype({"A": 0, "B": 2}, basetype="u1")),
    "grid": np.array([((1, 2),)], dtype=[("ij", "i2", (2,))]),
}
)";
  run(values + R"(
with h5py.File(path, "w") as f:
    for name, value in attributes.items():
        if hasattr(value, "dtype") and not isinstance(value, h5py.Empty):
            f.attrs.create(name, value, dtype=value.dtype)
        else:
            f.attrs[name] = value
    f.attrs["reference"] = f.ref
    f.attrs["lists"] = np.array([np.arange(2), np.arange(3)], dtype=h5py.vlen_dtype("i4"))
)",
      source);
  const Hdf5File file(source);
  Hdf5Writer writer(folder_ / "copy.h5");
  for (const auto& name : file.attribute_names()) {
    const bool leaves_out = name == "reference" || name == "lists";
    EXPECT_EQ(writer.copy_attribute(file, name).has_value(), leaves_out) << name;
  }
  writer.finish();
  run(values + R"(
with h5py.File(path) as f, h5py.File(path.replace("source", "copy")) as g:
    assert set(g.attrs) == set(attributes), set(g.attrs) ^ set(attributes)
    for name in attributes:
        a, b = (h5py.h5a.open(x.id, name.encode()) for x in (f, g))
        assert a.get_type().equal(b.get_type()), name
        assert a.get_space().get_simple_extent_type() == b.get_space().get_simple_extent_type(), name
        assert a.shape == b.shape, name
        x, y = f.attrs[name], g.attrs[name]
        assert type(x) is type(y), name
        if isinstance(x, h5py.Empty):
            assert x == y, name
        else:
            x, y = np.asarray(x), np.asarray(y)
            assert x.dtype == y.dtype and x.shape == y.shape, (name, x.dtype, y.dtype)
            assert x.tolist() == y.tolist() if x.dtype == object else x.tobytes() == y.tobytes(), (name, x, y)
)",
      source);
}

}  // namespace
}  // namespace dircn::hdf5_python_test
