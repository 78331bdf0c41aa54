#include "dircn/formats/torch_file.h"

#include <c10/util/Exception.h>
#include <caffe2/serialize/inline_container.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <map>
#include <memory>
#include <new>
#include <stdexcept>
#include <utility>

#include "dircn/core/atomic_file.h"
#include "dircn/core/error.h"
#include "dircn/core/text.h"
#include "formats/torch_file/legacy_file.h"
#include "formats/torch_file/pickler.h"
#include "formats/torch_file/tensor_rebuild.h"
#include "formats/torch_file/unpickler.h"
#include "formats/torch_file/zip_reader.h"

namespace dircn {
namespace {

const char* const kKeepTheTensors =
    "Is it a whole model? If you trust the file, in Python, where the model's code can be "
    "imported: "
    "torch.save(torch.load(FILE, map_location='cpu', weights_only=False).state_dict(), NEW_FILE).";

// Files of other kinds, told apart by their first bytes.
void check_magic(const std::filesystem::path& path) {
  std::string magic(2, '\0');
  require(!std::ifstream(path, std::ios::binary).read(magic.data(), 2) || magic == "PK", [&] {
    return Error::Parts{path.string(), "a file that is not a zip archive", "a torch.save file"};
  });  // the zip reader takes it from here
}

// Refuses what is a zip archive, but not of torch.save.
void check_records(const std::string& name, ZipReader& zip) {
  require(!zip.has("constants.pkl"), [&] {
    return Error::Parts{
        name, "a TorchScript archive", "a torch.save file of a state dict",
        "In Python: torch.save(torch.jit.load(FILE, map_location='cpu').state_dict(), NEW_FILE)."};
  });
  require(zip.has("data.pkl"), [&] {
    return Error::Parts{name, "a zip archive without data.pkl", "a torch.save file"};
  });
  require(zip.size("data.pkl") <= kMaxPickleSize, [&] {
    return Error::Parts{name, "a data.pkl of " + std::to_string(zip.size("data.pkl")) + " bytes",
                        "at most " + std::to_string(kMaxPickleSize)};
  });
}

std::string read_text(ZipReader& zip, const std::string& record) {
  std::string text(zip.size(record), '\0');
  zip.read(record, text.data());
  return text;
}

class Storages {
 public:
  Storages(std::string name, ZipReader& zip) : name_(std::move(name)), zip_(zip) {}

  torch::Tensor load(const std::string& key, torch::ScalarType dtype, int64_t numel) {
    torch::Tensor& storage = loaded_[key];
    if (!storage.defined()) {
      const uint64_t size = zip_.size("data/" + key);
      const auto width = static_cast<uint64_t>(torch::elementSize(dtype));
      check(numel >= 0 && size % width == 0 && size / width == static_cast<uint64_t>(numel), key);
      storage = read_storage(torch::empty({numel}, dtype), [&](void* destination, uint64_t) {
        zip_.read("data/" + key, destination);
      });
    }
    check(storage.scalar_type() == dtype && storage.numel() == numel, key);
    return storage;
  }

 private:
  void check(bool fits, const std::string& key) const {
    require(fits, [&] {
      return Error::Parts{name_,
                          "a storage " + excerpt(key) + " whose size is not what its tensor says",
                          "a whole torch.save file", "The file is damaged: fetch it again."};
    });
  }

  std::string name_;
  ZipReader& zip_;
  std::map<std::string, torch::Tensor> loaded_;
};

PickleValue load(const std::filesystem::path& path) {
  if (is_legacy_torch_file(path)) {
    return load_legacy_torch_file(path);
  }
  const std::string name = path.string();
  check_magic(path);
  ZipReader zip(path);
  check_records(name, zip);
  require(
      !zip.has("byteorder") ||
          (zip.size("byteorder") < 16 && read_text(zip, "byteorder") == "little"),
      [&] {
        return Error::Parts{
            name, "numbers that are not in little-endian order",
            "a file saved on a little-endian machine",
            "Save it again there: torch.serialization.set_default_load_endianness and torch.save."};
      });
  Storages storages(name, zip);
  const std::string pickle = read_text(zip, "data.pkl");
  Unpickler unpickler(name, pickle,
                      [&](const std::string& key, torch::ScalarType dtype, int64_t numel) {
                        return storages.load(key, dtype, numel);
                      });
  return unpickler.load();
}

// A file whose writes never fail at once: LibTorch's zip writer would terminate the process in its
// destructor.
class Sink {
 public:
  explicit Sink(const std::filesystem::path& path)
      : file_(std::fopen(path.c_str(), "wb"), &std::fclose) {
    note(file_ != nullptr);
  }

  size_t write(const void* data, size_t size) {
    if (error_ == 0 && size > 0) {
      note(std::fwrite(data, 1, size, file_.get()) == size);
    }
    return size;
  }

  // 0, or the errno of the first failure.
  int close() {
    if (file_ != nullptr) {
      note(std::fclose(file_.release()) == 0);
    }
    return error_;
  }

 private:
  void note(bool succeeded) {
    if (!succeeded && error_ == 0) {
      error_ = errno != 0 ? errno : EIO;
    }
  }

  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_;
  int error_ = 0;
};

}  // namespace

PickleValue load_torch_file(const std::filesystem::path& path) {
  try {
    PickleValue value = load(path);
    require(value.foreign() == nullptr, [&] {
      return Error::Parts{path.string(), "an object " + value.kind(),
                          "a dict of tensors and plain data", kKeepTheTensors};
    });
    return value;
  } catch (const c10::Error& error) {
    throw Error({path.string(), error.what_without_backtrace(), "a whole torch.save file"});
  } catch (const std::bad_alloc&) {
    throw Error({path.string(), "more data than there is memory", "a torch.save file that fits"});
  }
}

void save_torch_file(const std::filesystem::path& path, const PickleValue& value) {
  const Pickle pickle = make_pickle(value, path.string());
  AtomicFile file(path);
  Sink sink(file.temporary());
  caffe2::serialize::PyTorchStreamWriter writer(
      [&sink](const void* data, size_t size) { return sink.write(data, size); });
  writer.writeRecord("data.pkl", pickle.bytes.data(), pickle.bytes.size());
  writer.writeRecord("byteorder", "little", 6);
  for (size_t i = 0; i < pickle.tensors.size(); ++i) {
    const torch::Tensor values = pickle.tensors[i].cpu().contiguous();
    writer.writeRecord("data/" + std::to_string(i), values.data_ptr(), values.nbytes());
  }
  writer.writeEndOfFile();
  const int failure = sink.close();
  require(failure == 0, [&] {
    return Error::Parts{path.string(), std::strerror(failure), "a file that can be written",
                        "Check that the folder may be written and has space left."};
  });
  file.commit();
}

}  // namespace dircn
