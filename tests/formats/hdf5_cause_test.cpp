// What is said of files that HDF5 does not open, or whose values it cannot unpack.

#include "formats/hdf5/hdf5_cause.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <vector>

#include "dircn/formats/hdf5.h"
#include "formats/hdf5_maker.h"
#include "support/no_locks.h"
#include "support/paths.h"

namespace dircn::hdf5_cause_test {
namespace {

namespace fs = std::filesystem;
using testing::Hdf5Maker;
using testing::TemporaryFolder;

/// What is said when `file` is opened, or its data set x is read.
std::string failure(const fs::path& file) {
  try {
    Hdf5File(file).read_real("x");
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

void expect_parts(const std::string& text, const std::vector<std::string>& parts) {
  for (const std::string& part : parts) {
    EXPECT_NE(text.find(part), std::string::npos) << "'" << part << "' is not in: " << text;
  }
}

class Hdf5Causes : public ::testing::Test {
 protected:
  Hdf5Causes() : path_(folder_ / "a.h5") { Hdf5Maker(path_).real("x", torch::ones({4, 1000})); }

  TemporaryFolder folder_;
  fs::path path_;
};

TEST_F(Hdf5Causes, AFileIsReadWhereThereAreNoLocks) {
  constexpr int kNotSupportedByNfs = 524;
  for (const int error : {ENOLCK, EOPNOTSUPP, ENOSYS, kNotSupportedByNfs}) {
    const testing::NoLocks without(error);
    EXPECT_EQ(failure(path_), "") << error;
  }
}

TEST_F(Hdf5Causes, AFileThatIsBeingWrittenIsCalledSo) {
  const int writer = ::open(path_.c_str(), O_RDWR);
  ASSERT_EQ(::flock(writer, LOCK_EX | LOCK_NB), 0);
  expect_parts(failure(path_), {"a.h5: found a file that another program holds open for writing",
                                "Wait until", "copy the file"});
  fs::copy_file(path_, folder_ / "copy.h5");
  EXPECT_EQ(failure(folder_ / "copy.h5"), "");
  ::close(writer);
  EXPECT_EQ(failure(path_), "");
}

/// Many may read at once.
TEST_F(Hdf5Causes, AFileThatIsBeingReadIsRead) {
  const int reader = ::open(path_.c_str(), O_RDONLY);
  ASSERT_EQ(::flock(reader, LOCK_SH | LOCK_NB), 0);
  EXPECT_EQ(failure(path_), "");
  ::close(reader);
}

TEST_F(Hdf5Causes, ATruncatedFileSaysHowMuchOfItIsThere) {
  const auto whole = fs::file_size(path_);
  fs::resize_file(path_, 10000);
  expect_parts(failure(path_),
               {"truncated file: 10000 of its " + std::to_string(whole) + " bytes"});
}

/// The format's version 3 marks a file as open until it is closed. (HDF5's own tool h5clear takes
/// the mark away.)
TEST_F(Hdf5Causes, AFileThatItsWriterNeverClosedIsCalledSo) {
  H5::FileAccPropList newest;
  newest.setLibverBounds(H5F_LIBVER_LATEST, H5F_LIBVER_LATEST);
  H5::H5File file(path_.string(), H5F_ACC_TRUNC, H5::FileCreatPropList::DEFAULT, newest);
  file.flush(H5F_SCOPE_GLOBAL);
  fs::copy_file(path_, folder_ / "killed.h5");
  expect_parts(failure(folder_ / "killed.h5"),
               {"opened for writing and never closed", "h5clear -s killed.h5"});
}

TEST_F(Hdf5Causes, ADamagedFileIsNotTakenForAnother) {
  std::string bytes = testing::read_file(path_);
  bytes[8] = 99;  // the format's version
  testing::write_file(path_, bytes);
  expect_parts(failure(path_),
               {"a file that HDF5 1.", "cannot read (", "damaged, or a newer HDF5"});
}

TEST_F(Hdf5Causes, TheSystemIsNamedWhereItIsAtFault) {
  const Error::Parts parts =
      detail::with_reason({"a.h5", "data that cannot be read", "undamaged data", "Copy again."},
                          "file read failed: time = x, filename = 'a.h5', file descriptor = 3, "
                          "errno = 5, error message "
                          "= 'Input/output error', buf = 0x1");
  EXPECT_EQ(parts.found, "the system's refusal to read: Input/output error");
  EXPECT_NE(parts.advice.find("disk or the network"), std::string::npos);
  EXPECT_EQ(detail::with_reason({"a.h5", "data", "", "Copy again."}, "inflate() failed").found,
            "data (inflate() failed)");
}

TEST_F(Hdf5Causes, AFolderWithoutPermissionIsNoMissingFile) {
  if (::geteuid() == 0) {
    GTEST_SKIP() << "root may read everything";
  }
  fs::permissions(path_, fs::perms::none);
  expect_parts(failure(path_), {"no permission to read it", "chmod +r a.h5"});
  fs::permissions(folder_.path(), fs::perms::none);
  expect_parts(failure(path_), {"Permission denied"});
  fs::permissions(folder_.path(), fs::perms::owner_all);
}

// --- Filters -------------------------------------------------------------------------------------

size_t unchanged(unsigned /*flags*/, size_t /*count*/, const unsigned* /*values*/, size_t bytes,
                 size_t* /*size*/, void** /*buffer*/) {
  return bytes;
}

/// Writes x, "packed" by a filter of this number that is gone afterwards.
void write_packed(const fs::path& path, H5Z_filter_t number, const char* name) {
  const H5Z_class2_t filter = {H5Z_CLASS_T_VERS, number, 1, 1, name, nullptr, nullptr, unchanged};
  ASSERT_GE(H5Zregister(&filter), 0);
  {
    H5::DSetCreatPropList layout = Hdf5Maker::chunked({4, 100}, false);
    layout.setFilter(number);
    Hdf5Maker(path).real("x", torch::ones({4, 100}), H5::PredType::IEEE_F32LE, layout);
  }
  ASSERT_GE(H5Zunregister(number), 0);
}

struct PackedBy {
  H5Z_filter_t number;
  const char* name;
  std::vector<std::string> message;
};

TEST(Hdf5Filters, AreNamedWithWhatBringsThem) {
  const TemporaryFolder folder;
  for (const PackedBy& filter : std::vector<PackedBy>{
           {32015, "", {"filter zstd (32015)", "pip install hdf5plugin", "HDF5_PLUGIN_PATH"}},
           {32001, "", {"filter blosc (32001)", "apt-get install hdf5-filter-plugin-blosc-serial"}},
           {32008, "", {"filter bitshuffle (32008)", "hdf5plugin.PLUGIN_PATH"}},
           {32000, "", {"filter lzf (32000)", "h5py alone", "compression='gzip'"}},
           {31999, "ours", {"filter 'ours' (31999)", "HDF5_PLUGIN_PATH"}}}) {
    write_packed(folder / "x.h5", filter.number, filter.name);
    const std::string text = failure(folder / "x.h5");
    expect_parts(text, filter.message);
    EXPECT_EQ(text.find("damaged"), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace dircn::hdf5_cause_test
