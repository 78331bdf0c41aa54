#include "formats/torch_file/tensor_rebuild.h"

#include <algorithm>
#include <array>
#include <utility>

#include "dircn/core/error.h"

namespace dircn {
namespace {

constexpr std::array<std::pair<const char*, torch::ScalarType>, 12> kStorageClasses{{
    {"FloatStorage", torch::kFloat32},
    {"DoubleStorage", torch::kFloat64},
    {"HalfStorage", torch::kFloat16},
    {"BFloat16Storage", torch::kBFloat16},
    {"LongStorage", torch::kInt64},
    {"IntStorage", torch::kInt32},
    {"ShortStorage", torch::kInt16},
    {"CharStorage", torch::kInt8},
    {"ByteStorage", torch::kUInt8},
    {"BoolStorage", torch::kBool},
    {"ComplexFloatStorage", torch::kComplexFloat},
    {"ComplexDoubleStorage", torch::kComplexDouble},
}};

constexpr std::array<const char*, 18> kDtypeNames{
    "float32", "float64", "float16", "bfloat16",  "int64",      "int32",
    "int16",   "int8",    "uint8",   "bool",      "uint16",     "uint32",
    "uint64",  "float",   "double",  "complex64", "complex128", "complex32"};

// Far beyond any tensor, and small enough that no product of sizes below overflows.
constexpr size_t kMaxRank = 32;
constexpr int64_t kMaxElements = int64_t{1} << 40;

std::vector<int64_t> integers(const PickleValue& value, const std::string& subject) {
  std::vector<int64_t> result;
  for (const PickleValue& item : value.as_list(subject)) {
    result.push_back(item.as_int(subject));
    require(result.back() >= 0, [&] {
      return Error::Parts{subject, "a negative size or stride", "a whole torch.save file"};
    });
  }
  return result;
}

// The number of elements; -1 if it is absurd.
int64_t count_elements(const std::vector<int64_t>& sizes) {
  int64_t count = 1;
  bool empty = false;
  for (const int64_t size : sizes) {
    empty = empty || size == 0;
    if (size > kMaxElements / count) {
      return -1;
    }
    count *= size == 0 ? 1 : size;
  }
  return empty ? 0 : count;
}

bool lies_inside(const std::vector<int64_t>& sizes, const std::vector<int64_t>& strides,
                 int64_t offset, int64_t storage_size) {
  if (offset >= storage_size) {
    return false;
  }
  int64_t last = offset;
  for (size_t axis = 0; axis < sizes.size(); ++axis) {
    const int64_t steps = sizes[axis] - 1;
    if (steps > 0 && strides[axis] > (storage_size - 1 - last) / steps) {
      return false;
    }
    last += steps * (steps > 0 ? strides[axis] : 0);
  }
  return true;
}

}  // namespace

std::optional<torch::ScalarType> dtype_of_storage_class(const std::string& name) {
  for (const auto& [storage_class, dtype] : kStorageClasses) {
    if (name == storage_class) {
      return dtype;
    }
  }
  return std::nullopt;
}

std::optional<std::string> storage_class_of_dtype(torch::ScalarType dtype) {
  for (const auto& [storage_class, storage_dtype] : kStorageClasses) {
    if (dtype == storage_dtype) {
      return storage_class;
    }
  }
  return std::nullopt;
}

bool is_dtype_name(const std::string& name) {
  return std::find(kDtypeNames.begin(), kDtypeNames.end(), name) != kDtypeNames.end();
}

torch::Tensor read_storage(const torch::Tensor& values,
                           const std::function<void(void* destination, uint64_t bytes)>& read) {
  read(values.data_ptr(), values.nbytes());
  // Bytes other than 0 and 1 are no valid bool, so those are compared, not copied.
  return values.scalar_type() == torch::kBool ? values.view(torch::kUInt8).ne(0) : values;
}

torch::Tensor rebuild_tensor(const PickleValue::List& arguments, const std::string& subject) {
  const auto fail = [&](const std::string& found) {
    throw Error(
        {subject, found, "a whole torch.save file", "The file is damaged: fetch it again."});
  };
  const auto* storage =
      arguments.size() < 4 ? nullptr : dynamic_cast<const StorageValue*>(arguments[0].foreign());
  if (storage == nullptr) {
    fail("a tensor without a storage");
  }
  const int64_t offset = arguments[1].as_int(subject);
  const std::vector<int64_t> sizes = integers(arguments[2], subject);
  const std::vector<int64_t> strides = integers(arguments[3], subject);
  const int64_t count = count_elements(sizes);
  if (sizes.size() != strides.size() || sizes.size() > kMaxRank || offset < 0 || count < 0) {
    fail("a tensor with impossible sizes or strides");
  }
  if (count == 0) {
    return torch::empty(sizes, storage->elements.options());
  }
  if (!lies_inside(sizes, strides, offset, storage->elements.numel())) {
    fail("a tensor that reaches beyond its storage");
  }
  // An expanded tensor would let a few bytes ask for terabytes when it is copied.
  require(count <= storage->elements.numel(), [&] {
    return Error::Parts{subject, "an expanded tensor, larger than its storage",
                        "tensors that own their values",
                        "In Python, call .contiguous() on it before torch.save."};
  });
  torch::Tensor tensor = storage->elements.as_strided(sizes, strides, offset);
  if (arguments.size() > 6 && arguments[6].is_dict()) {
    const auto is_set = [&](const char* key) {
      const PickleValue* value = arguments[6].as_dict().find(key);
      return value != nullptr && value->as_bool(subject);
    };
    tensor = is_set("conj") ? torch::conj_physical(tensor) : tensor;
    tensor = is_set("neg") ? torch::neg(tensor) : tensor;
  }
  return tensor;
}

}  // namespace dircn
