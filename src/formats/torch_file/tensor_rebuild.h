#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "dircn/formats/pickle_value.h"

namespace dircn {

/// Python's class name of the storage of a dtype ("FloatStorage"), as it stands in pickles; both
/// directions are empty for dtypes that dircn does not read and write.
std::optional<torch::ScalarType> dtype_of_storage_class(const std::string& name);
std::optional<std::string> storage_class_of_dtype(torch::ScalarType dtype);

/// Whether `name` is a dtype of torch, e.g. "float32".
bool is_dtype_name(const std::string& name);

/// A storage while a file is read: a 1-D tensor that owns all of it.
struct StorageValue : PickleValue::Foreign {
  explicit StorageValue(torch::Tensor storage) : elements(std::move(storage)) {}
  std::string name() const override { return "storage"; }
  torch::Tensor elements;
};

/// `values`, a 1-D tensor, filled by `read(destination, bytes)`; a copy of it where that is needed
/// to make valid values of any bytes.
torch::Tensor read_storage(const torch::Tensor& values,
                           const std::function<void(void* destination, uint64_t bytes)>& read);

/// `torch._utils._rebuild_tensor_v2`: a view of a storage from (storage, offset, size, stride,
/// ...). Throws `Error` with `subject` if the view does not lie inside the storage.
torch::Tensor rebuild_tensor(const PickleValue::List& arguments, const std::string& subject);

}  // namespace dircn
