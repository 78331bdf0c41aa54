// The pickle inside a checkpoint on its own: the archive around it has checksums, behind which a
// fuzzer hardly gets.

#include <torch/types.h>

#include <cstddef>
#include <cstdint>
#include <string>

#include "dircn/core/error.h"
#include "formats/torch_file/unpickler.h"

namespace {

/// Every key leads to the same record.
constexpr int64_t kRecordBytes = 256;

torch::Tensor load_storage(const std::string& key, torch::ScalarType dtype, int64_t numel) {
  const auto width = static_cast<int64_t>(torch::elementSize(dtype));
  dircn::require(numel >= 0 && numel <= kRecordBytes / width, [&] {
    return dircn::Error::Parts{key, "another size than the record's", "", ""};
  });
  return torch::zeros({numel}, dtype);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  try {
    dircn::Unpickler("fuzz", std::string(data, data + size), load_storage).load();
  } catch (const dircn::Error&) {
  }
  return 0;
}
