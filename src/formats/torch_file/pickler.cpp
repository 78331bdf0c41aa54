#include "formats/torch_file/pickler.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <map>
#include <tuple>
#include <utility>

#include "dircn/core/error.h"
#include "formats/little_endian.h"
#include "formats/torch_file/tensor_rebuild.h"

// Opcodes are those of Python's pickletools, written as the characters that the format uses.

namespace dircn {
namespace {

class Pickler {
 public:
  explicit Pickler(const std::string& subject) : subject_(subject) { pickle_.bytes = "\x80\x02"; }

  Pickle finish(const PickleValue& value) {
    write(value);
    pickle_.bytes += '.';
    return std::move(pickle_);
  }

 private:
  using View = std::tuple<const void*, int64_t, std::vector<int64_t>, std::vector<int64_t>,
                          torch::ScalarType>;

  void write_int(int64_t value) {
    if (value >= std::numeric_limits<int32_t>::min() &&
        value <= std::numeric_limits<int32_t>::max()) {
      pickle_.bytes += 'J';
      append_little_endian(pickle_.bytes, static_cast<uint64_t>(value), 4);
    } else {
      pickle_.bytes += "\x8a\x08";
      append_little_endian(pickle_.bytes, static_cast<uint64_t>(value), 8);
    }
  }

  void write_double(double value) {
    uint64_t bits = 0;
    std::memcpy(&bits, &value, sizeof bits);
    pickle_.bytes += 'G';
    for (int i = 8; i-- > 0;) {
      pickle_.bytes += static_cast<char>(bits >> (8 * i) & 0xFF);
    }
  }

  void write_text(const std::string& text) {
    pickle_.bytes += 'X';
    append_little_endian(pickle_.bytes, text.size(), 4);
    pickle_.bytes += text;
  }

  void write_ints(at::IntArrayRef values) {
    pickle_.bytes += '(';
    for (const int64_t value : values) {
      write_int(value);
    }
    pickle_.bytes += 't';
  }

  // The index of the record that holds the tensor's values.
  size_t record_of(const torch::Tensor& tensor) {
    const View view{tensor.storage().unsafeGetStorageImpl(), tensor.storage_offset(),
                    tensor.sizes().vec(), tensor.strides().vec(), tensor.scalar_type()};
    const auto [place, added] = records_.try_emplace(view, pickle_.tensors.size());
    if (added) {
      pickle_.tensors.push_back(tensor);
    }
    return place->second;
  }

  void write_tensor(const torch::Tensor& given) {
    require(given.defined() && given.layout() == torch::kStrided &&
                storage_class_of_dtype(given.scalar_type()),
            [&] {
              return Error::Parts{subject_,
                                  given.defined() ? "a tensor of dtype " + static_cast<std::string>(
                                                                               given.dtype().name())
                                                  : "an undefined tensor",
                                  "dense tensors of integers, floats, complex numbers or bool"};
            });
    const torch::Tensor tensor = given.detach().resolve_conj().resolve_neg();
    // _rebuild_tensor_v2(storage, offset, sizes, strides, requires_grad, backward_hooks)
    pickle_.bytes += "ctorch._utils\n_rebuild_tensor_v2\n((";
    write_text("storage");
    pickle_.bytes += "ctorch\n" + *storage_class_of_dtype(tensor.scalar_type()) + "\n";
    write_text(std::to_string(record_of(tensor)));
    write_text("cpu");
    write_int(tensor.numel());
    pickle_.bytes += "tQ";
    write_int(0);
    write_ints(tensor.sizes());
    write_ints(contiguous_strides(tensor.sizes()));
    pickle_.bytes +=
        "\x89"
        "ccollections\nOrderedDict\n)RtR";
  }

  static std::vector<int64_t> contiguous_strides(at::IntArrayRef sizes) {
    std::vector<int64_t> strides(sizes.size(), 1);
    for (size_t axis = sizes.size(); axis-- > 1;) {
      strides[axis - 1] = strides[axis] * std::max<int64_t>(sizes[axis], 1);
    }
    return strides;
  }

  void write_dict(const PickleDict& dict) {
    pickle_.bytes += "}(";
    for (const auto& [key, value] : dict.entries()) {
      if (const auto* text = std::get_if<std::string>(&key)) {
        write_text(*text);
      } else {
        write_int(std::get<int64_t>(key));
      }
      write(value);
    }
    pickle_.bytes += 'u';
  }

  void write_sequence(const PickleValue& sequence) {
    pickle_.bytes += sequence.is_tuple() ? "(" : "](";
    for (const PickleValue& item : sequence.as_list()) {
      write(item);
    }
    pickle_.bytes += sequence.is_tuple() ? 't' : 'e';
  }

  void write(const PickleValue& value) {
    if (value.is_tensor()) {
      write_tensor(value.as_tensor());
    } else if (value.is_dict()) {
      write_dict(value.as_dict());
    } else if (value.is_sequence()) {
      write_sequence(value);
    } else if (value.is_string()) {
      write_text(value.as_string());
    } else if (value.is_double()) {
      write_double(value.as_double());
    } else if (value.is_int()) {
      write_int(value.as_int());
    } else if (value.is_bool()) {
      pickle_.bytes += value.as_bool() ? '\x88' : '\x89';
    } else {
      require(value.is_none(), [&] {
        return Error::Parts{subject_, "an object " + value.kind(), "tensors and plain data"};
      });
      pickle_.bytes += 'N';
    }
  }

  std::string subject_;
  Pickle pickle_;
  std::map<View, size_t> records_;
};

}  // namespace

Pickle make_pickle(const PickleValue& value, const std::string& subject) {
  return Pickler(subject).finish(value);
}

}  // namespace dircn
