#include "formats/torch_file_maker.h"

#include <caffe2/serialize/inline_container.h>

#include "dircn/core/error.h"
#include "dircn/formats/torch_file.h"
#include "formats/torch_file/pickler.h"

namespace dircn::testing {

void write_torch_zip(const std::filesystem::path& path, const std::string& pickle,
                     const std::map<std::string, std::string>& records) {
  caffe2::serialize::PyTorchStreamWriter writer(path.string());
  writer.writeRecord("data.pkl", pickle.data(), pickle.size());
  for (const auto& [name, content] : records) {
    writer.writeRecord(name, content.data(), content.size());
  }
  writer.writeEndOfFile();
}

std::string fingerprint(const PickleValue& value) {
  const Pickle pickle = make_pickle(value, "fingerprint");
  std::string bytes = pickle.bytes;
  for (const torch::Tensor& tensor : pickle.tensors) {
    const torch::Tensor values = tensor.contiguous();
    bytes.append(static_cast<const char*>(values.data_ptr()), values.nbytes());
  }
  return bytes;
}

std::string load_error(const std::filesystem::path& path) {
  try {
    load_torch_file(path);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace dircn::testing
