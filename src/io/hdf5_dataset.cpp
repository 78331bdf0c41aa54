#include "hdf5_dataset.h"

#include <unistd.h>

#include <algorithm>
#include <limits>

#include "dircn/core/error.h"

namespace dircn::detail {
namespace {

constexpr uint64_t kMaxReadBytes = uint64_t{4} << 30;
constexpr const char* kCopyAgain =
    "The file is damaged or was not written to its end: copy or create it again.";

uint64_t saturating_multiply(uint64_t a, uint64_t b) {
  uint64_t product = 0;
  return __builtin_mul_overflow(a, b, &product) ? std::numeric_limits<uint64_t>::max() : product;
}

template <typename Sizes>
uint64_t saturating_product(const Sizes& sizes) {
  uint64_t product = 1;
  for (const auto size : sizes) {
    product = saturating_multiply(product, static_cast<uint64_t>(size));
  }
  return product;
}

bool is_complex(const H5::CompType& type) {
  if (type.getNmembers() != 2 || type.getMemberClass(0) != H5T_FLOAT ||
      type.getMemberClass(1) != H5T_FLOAT) {
    return false;
  }
  const std::string real = type.getMemberName(0);
  const std::string imaginary = type.getMemberName(1);
  return (real == "r" && imaginary == "i") || (real == "real" && imaginary == "imag");
}

std::vector<hsize_t> extent(const H5::DataSpace& space) {
  std::vector<hsize_t> sizes(static_cast<size_t>(std::max(space.getSimpleExtentNdims(), 0)));
  if (!sizes.empty()) {
    space.getSimpleExtentDims(sizes.data());
  }
  return sizes;
}

/// The size of the file that holds the data: behind an external link this is another one than was
/// opened.
uint64_t file_bytes(const H5::DataSet& dataset) {
  const hid_t file = H5Iget_file_id(dataset.getId());
  hsize_t bytes = 0;
  const bool known = file >= 0 && H5Fget_filesize(file, &bytes) >= 0;
  if (file >= 0) {
    H5Fclose(file);
  }
  if (!known) {
    throw H5::FileIException("H5Fget_filesize", "the size of the file is unknown");
  }
  return bytes;
}

}  // namespace

H5::CompType complex64_like(const H5::CompType& file_type) {
  H5::CompType type(2 * sizeof(float));
  type.insertMember(file_type.getMemberName(0), 0, H5::PredType::NATIVE_FLOAT);
  type.insertMember(file_type.getMemberName(1), sizeof(float), H5::PredType::NATIVE_FLOAT);
  return type;
}

Hdf5Dataset describe(const H5::DataSet& dataset) {
  using Kind = Hdf5Dataset::Kind;
  Hdf5Dataset result;
  for (const hsize_t size : extent(dataset.getSpace())) {
    result.shape.push_back(
        static_cast<int64_t>(std::min<hsize_t>(size, std::numeric_limits<int64_t>::max())));
  }
  const std::string bits = std::to_string(8 * dataset.getDataType().getSize()) + "-bit ";
  switch (dataset.getTypeClass()) {
    case H5T_INTEGER:
      result.kind = Kind::kReal;
      result.type = bits + "integers";
      break;
    case H5T_FLOAT:
      result.kind = Kind::kReal;
      result.type = bits + "real numbers";
      break;
    case H5T_ENUM:
      result.kind = Kind::kReal;
      result.type = "booleans or an enumeration";
      break;
    case H5T_COMPOUND:
      result.kind = is_complex(dataset.getCompType()) ? Kind::kComplex : Kind::kOther;
      result.type = result.kind == Kind::kComplex ? bits + "complex numbers"
                                                  : "a compound that is no complex number";
      break;
    case H5T_STRING:
      result.type = "text";
      break;
    default:
      result.type = "a type that is no number";
  }
  return result;
}

void require_whole(const H5::DataSet& dataset, const std::string& subject) {
  const H5::DSetCreatPropList layout = dataset.getCreatePlist();
  if (layout.getLayout() == H5D_VIRTUAL || layout.getExternalCount() > 0) {
    return;  // stored in other files
  }
  const std::vector<hsize_t> shape = extent(dataset.getSpace());
  uint64_t claimed = saturating_product(shape);
  uint64_t stored = 0;
  std::string unit = " bytes";
  if (layout.getNfilters() == 0) {
    claimed = saturating_multiply(claimed, dataset.getDataType().getSize());
    stored = std::min<uint64_t>(dataset.getStorageSize(), file_bytes(dataset));
  } else {  // compressed: bytes say nothing, so count the chunks
    std::vector<hsize_t> chunk(shape.size());
    layout.getChunk(static_cast<int>(chunk.size()), chunk.data());
    hsize_t chunks = 0;
    if (H5Dget_num_chunks(dataset.getId(), dataset.getSpace().getId(), &chunks) < 0) {
      throw H5::DataSetIException("H5Dget_num_chunks", "its chunks cannot be listed");
    }
    stored = saturating_multiply(chunks, saturating_product(chunk));
    unit = " values";
  }
  require(stored >= claimed, [&] {
    return Error::Parts{subject, "only " + std::to_string(stored) + unit + " stored",
                        std::to_string(claimed) + unit + " for its shape", kCopyAgain};
  });
}

H5::DataSpace select(const H5::DataSet& dataset, const int64_t* index, const std::string& subject) {
  H5::DataSpace space = dataset.getSpace();
  if (index == nullptr) {
    return space;
  }
  std::vector<hsize_t> count = extent(space);
  require(!count.empty() && *index >= 0 && static_cast<hsize_t>(*index) < count.front(), [&] {
    return Error::Parts{subject, "shape " + shape_text({count.begin(), count.end()}),
                        "a data set with this slice", ""};
  });
  std::vector<hsize_t> start(count.size(), 0);
  start.front() = static_cast<hsize_t>(*index);
  count.front() = 1;
  space.selectHyperslab(H5S_SELECT_SET, count.data(), start.data());
  return space;
}

H5::DataSpace space_of(const std::vector<int64_t>& shape) {
  const std::vector<hsize_t> sizes(shape.begin(), shape.end());
  return sizes.empty() ? H5::DataSpace()
                       : H5::DataSpace(static_cast<int>(sizes.size()), sizes.data());
}

void require_fits(const std::vector<int64_t>& shape, uint64_t value_bytes,
                  const std::string& subject) {
  const uint64_t bytes = saturating_multiply(saturating_product(shape), value_bytes);
  const uint64_t memory = saturating_multiply(sysconf(_SC_PHYS_PAGES), sysconf(_SC_PAGESIZE));
  const uint64_t limit = std::min(kMaxReadBytes, memory / 2);
  require(bytes <= limit, [&] {
    return Error::Parts{subject, std::to_string(bytes) + " bytes in one piece",
                        "at most " + std::to_string(limit) + " bytes",
                        "Check the shape of the data set."};
  });
}

}  // namespace dircn::detail
