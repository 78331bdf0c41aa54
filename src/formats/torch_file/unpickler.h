#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "dircn/formats/pickle_value.h"
#include "formats/torch_file/pickle_stack.h"
#include "formats/torch_file/pickle_stream.h"

namespace dircn {

/// Of a pickle: thousands of tensors with optimiser states need a few megabytes.
constexpr uint64_t kMaxPickleSize = 32 << 20;

/// Reads the pickle inside a `torch.save` file without ever running code: what Python would import
/// and call is looked up in a short list (see `call_global`); anything else becomes an inert object
/// that only has a name, or is refused by name.
class Unpickler {
 public:
  /// The storage stored under `key` as a 1-D CPU tensor of `numel` elements of `dtype`.
  using LoadStorage =
      std::function<torch::Tensor(const std::string& key, torch::ScalarType dtype, int64_t numel)>;

  /// `name` is the file, for error messages. The pickle begins at `start` of `bytes`, which must
  /// outlive this.
  Unpickler(std::string name, std::string_view bytes, LoadStorage load_storage, size_t start = 0);

  /// The one value of the pickle. Throws `Error` naming the file if it is damaged, names what would
  /// run code or uses features that `torch.save` does not.
  PickleValue load();

  /// After `load`: where the pickle ends in the bytes.
  size_t position() const { return stream_.position(); }

 private:
  using Items = PickleValue::List;

  using Step = void (*)(Unpickler& unpickler);

  /// What each opcode does.
  static const std::map<int, Step>& steps();

  [[noreturn]] void refuse(int opcode) const;
  void check_protocol();
  void push_integer(int length_bytes);
  void push_bytes(int length_bytes);
  void push_text(int length_bytes);
  void push_tuple(Items items);
  PickleValue take_global();
  void push_stack_global();
  void drop_attributes();
  void append(Items items);
  void set_items(const Items& items);
  void drop_items();
  void call();
  void push_storage();
  [[noreturn]] void fail(const std::string& found,
                         const std::string& expected = "what torch.save writes") const;

  std::string name_;
  PickleStream stream_;
  LoadStorage load_storage_;
  PickleStack stack_;
};

}  // namespace dircn
