#include "formats/hdf5/hdf5_driver.h"

#include <sys/stat.h>

#include <cstdint>
#include <cstring>
#include <new>
#include <vector>

#include "dircn/core/file_lock.h"
#if __has_include(<H5FDdevelop.h>)
#include <H5FDdevelop.h>
#endif

#include "formats/little_endian.h"

namespace dircn::detail {
namespace {

// HDF5's format: "GCOL", version (1), 3 bytes, size of the whole (8); then objects, each with its
// index (2), count (2), 4 bytes, its size (8), and its bytes, padded to 8. Index 0 is what is left,
// its header counted.
constexpr char kSignature[] = {'G', 'C', 'O', 'L'};
constexpr size_t kHeader = 16;
constexpr uint64_t kSmallestHeap = 4096;
constexpr uint64_t kLargestHeap = uint64_t{1} << 30;

H5FD_class_t usual_driver;
H5FD_class_t checked_driver;

bool objects_fit(const std::vector<unsigned char>& heap) {
  size_t at = kHeader;
  while (heap.size() - at >= kHeader) {
    const uint64_t left = heap.size() - at;
    const bool is_rest = little_endian(&heap[at], 2) == 0;
    const uint64_t size = little_endian(&heap[at + 8], 8);
    if (is_rest) {
      return size == left;
    }
    if (size > left - kHeader) {
      return false;
    }
    const uint64_t padded = kHeader + (size + 7) / 8 * 8;
    if (padded > left) {
      return false;
    }
    at += padded;
  }
  return true;
}

/// `head`: the heap's first bytes. HDF5 itself refuses what has another version.
bool heap_is_sound(H5FD_t* file, H5FD_mem_t type, hid_t access, haddr_t address,
                   const unsigned char* head) {
  const uint64_t size = little_endian(head + 8, 8);
  const haddr_t end = usual_driver.get_eof(file, type);
  if (size < kSmallestHeap || size > kLargestHeap || address > end || size > end - address) {
    return false;
  }
  try {
    std::vector<unsigned char> heap(size);
    return usual_driver.read(file, type, access, address, size, heap.data()) >= 0 &&
           objects_fit(heap);
  } catch (const std::bad_alloc&) {
    return false;
  }
}

herr_t read_checked(H5FD_t* file, H5FD_mem_t type, hid_t access, haddr_t address, size_t size,
                    void* buffer) {
  const herr_t status = usual_driver.read(file, type, access, address, size, buffer);
  const bool is_heap =
      status >= 0 && size >= kHeader && std::memcmp(buffer, kSignature, sizeof(kSignature)) == 0;
  const auto* head = static_cast<const unsigned char*>(buffer);
  return is_heap && !heap_is_sound(file, type, access, address, head) ? -1 : status;
}

H5FD_t* open_regular(const char* name, unsigned flags, hid_t access, haddr_t largest) {
  struct stat status {};
  const bool other = stat(name, &status) == 0 && !S_ISREG(status.st_mode);
  return other ? nullptr : usual_driver.open(name, flags, access, largest);
}

/// In place of the usual driver's own, which takes a file system without locks for a file that
/// cannot be read. A file that is only read can do without.
herr_t lock_where_possible(H5FD_t* file, hbool_t writing) {
  void* descriptor = nullptr;
  if (usual_driver.get_handle(file, H5P_DEFAULT, &descriptor) < 0 || descriptor == nullptr) {
    return -1;
  }
  if (lock_file(*static_cast<int*>(descriptor), writing) != FileLock::held_by_another) {
    return 0;
  }
  H5Epush2(H5E_DEFAULT, __FILE__, __func__, __LINE__, H5E_ERR_CLS, H5E_VFL, H5E_CANTOPENFILE,
           kHeldOpen);
  return -1;
}

hid_t register_driver(const std::filesystem::path& path) {
  const H5::FileAccPropList usual;
  H5Pset_fapl_sec2(usual.getId());
  H5FD_t* file = H5FDopen(path.c_str(), H5F_ACC_RDONLY, usual.getId(), HADDR_UNDEF);
  if (file == nullptr) {
    throw H5::FileIException("H5FDopen", "the file cannot be opened");
  }
  usual_driver = *file->cls;
  H5FDclose(file);
  checked_driver = usual_driver;
  checked_driver.name = "dircn";
  checked_driver.open = open_regular;
  checked_driver.read = read_checked;
  checked_driver.lock = lock_where_possible;
  const hid_t driver = H5FDregister(&checked_driver);
  if (driver < 0) {
    throw H5::FileIException("H5FDregister", "the driver cannot be registered");
  }
  return driver;
}

}  // namespace

H5::FileAccPropList checked_access(const std::filesystem::path& path) {
  static const hid_t driver = register_driver(path);  // if it throws, the next call tries again
  H5::FileAccPropList access;
  if (H5Pset_driver(access.getId(), driver, nullptr) < 0) {
    throw H5::FileIException("H5Pset_driver", "the driver cannot be used");
  }
  return access;
}

}  // namespace dircn::detail
