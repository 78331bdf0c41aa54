#include "formats/hdf5/hdf5_dataset.h"

#include <unistd.h>

#include <algorithm>
#include <limits>

#include "dircn/core/error.h"

namespace dircn::detail {
namespace {

constexpr uint64_t kMaxReadBytes = uint64_t{4} << 30;
constexpr uint64_t kMaxChunkBytes = uint64_t{1} << 28;
constexpr const char* kWriteAgain =
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

/// The shape of a chunk.
std::vector<hsize_t> chunk_of(const H5::DataSet& dataset) {
  std::vector<hsize_t> chunk(extent(dataset.getSpace()).size());
  dataset.getCreatePlist().getChunk(static_cast<int>(chunk.size()), chunk.data());
  return chunk;
}

uint64_t chunk_bytes(const H5::DataSet& dataset) {
  return saturating_multiply(saturating_product(chunk_of(dataset)),
                             dataset.getDataType().getSize());
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

H5::DataSet open_with_cache(const H5::H5File& file, const std::string& name) {
  constexpr size_t kUsualCache = 1 << 20;
  constexpr size_t kSlots = 521;  // HDF5's own default
  H5::DataSet dataset = file.openDataSet(name);
  if (dataset.getCreatePlist().getLayout() != H5D_CHUNKED) {
    return dataset;
  }
  const uint64_t bytes = chunk_bytes(dataset);
  if (bytes <= kUsualCache || bytes > kMaxChunkBytes) {
    return dataset;
  }
  dataset.close();  // else it is shared, and keeps its cache
  H5::DSetAccPropList access;
  access.setChunkCache(kSlots, bytes, H5D_CHUNK_CACHE_W0_DEFAULT);
  return file.openDataSet(name, access);
}

std::vector<std::string> dataset_names(const H5::H5File& file) {
  constexpr size_t kMost = 1000;
  std::vector<std::string> names;
  const auto keep = [](hid_t /*root*/, const char* name, const H5O_info_t* info,
                       void* list) -> herr_t {
    auto& found = *static_cast<std::vector<std::string>*>(list);
    if (info->type == H5O_TYPE_DATASET) {
      found.emplace_back(name);
    }
    return found.size() < kMost ? 0 : 1;
  };
  if (H5Ovisit(file.getId(), H5_INDEX_NAME, H5_ITER_INC, keep, &names) < 0) {
    throw H5::FileIException("H5Ovisit", "its objects cannot be listed");
  }
  std::sort(names.begin(), names.end());
  return names;
}

void require_whole(const H5::DataSet& dataset, const std::string& subject) {
  const H5::DSetCreatPropList layout = dataset.getCreatePlist();
  // HDF5 would read zeros where those files lack anything, and any file that the path names.
  require(layout.getLayout() != H5D_VIRTUAL && layout.getExternalCount() == 0, [&] {
    return Error::Parts{subject, "values that are stored in other files",
                        "values in the file itself",
                        "Copy them into one file: h5py, dataset[...]."};
  });
  const std::vector<hsize_t> shape = extent(dataset.getSpace());
  uint64_t claimed = saturating_product(shape);
  uint64_t stored = 0;
  std::string unit = " bytes";
  if (layout.getNfilters() == 0) {
    claimed = saturating_multiply(claimed, dataset.getDataType().getSize());
    stored = std::min<uint64_t>(dataset.getStorageSize(), file_bytes(dataset));
  } else {  // compressed: bytes say nothing, so count the chunks
    const uint64_t bytes = chunk_bytes(dataset);
    require(bytes <= kMaxChunkBytes, [&] {  // HDF5 unpacks whole chunks
      return Error::Parts{subject, "compressed chunks of " + std::to_string(bytes) + " bytes",
                          "at most " + std::to_string(kMaxChunkBytes) + " bytes",
                          "Store it in smaller chunks: h5repack -l CHUNK=..."};
    });
    hsize_t chunks = 0;
    if (H5Dget_num_chunks(dataset.getId(), dataset.getSpace().getId(), &chunks) < 0) {
      throw H5::DataSetIException("H5Dget_num_chunks", "its chunks cannot be listed");
    }
    stored = saturating_multiply(chunks, saturating_product(chunk_of(dataset)));
    unit = " values";
  }
  require(stored >= claimed, [&] {
    return Error::Parts{subject, "only " + std::to_string(stored) + unit + " stored",
                        std::to_string(claimed) + unit + " for its shape", kWriteAgain};
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
                        "a data set with this slice"};
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

std::string read_text(const H5::StrType& type, const std::string& subject,
                      const std::function<void(void*)>& read) {
  if (type.isVariableStr()) {
    char* text = nullptr;
    read(&text);
    std::string value = text == nullptr ? "" : text;
    H5free_memory(text);
    return value;
  }
  require_fits({static_cast<int64_t>(type.getSize())}, 1, subject);
  std::string value(type.getSize(), '\0');
  read(value.data());
  value.resize(std::min(value.find('\0'), value.size()));
  return value;
}

}  // namespace dircn::detail
