#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "dircn/formats/pickle_value.h"
#include "formats/torch_file/pickle_stack.h"
#include "formats/torch_file/pickle_stream.h"

namespace dircn {

/// Reads the pickle inside a `torch.save` file without ever running code: what Python would import
/// and call is looked up in a short list (see `resolve_global`), and anything else is refused by
/// name.
class Unpickler {
 public:
  /// The storage stored under `key` as a 1-D CPU tensor of `numel` elements of `dtype`.
  using LoadStorage =
      std::function<torch::Tensor(const std::string& key, torch::ScalarType dtype, int64_t numel)>;

  /// `name` is the file, for error messages.
  Unpickler(std::string name, std::string pickle, LoadStorage load_storage);

  /// The one value of the pickle. Throws `Error` naming the file if it is damaged, names what is
  /// not on the list or uses features that `torch.save` does not.
  PickleValue load();

 private:
  using Items = PickleValue::List;

  using Step = void (*)(Unpickler& unpickler);

  /// What each opcode does.
  static const std::map<int, Step>& steps();

  [[noreturn]] void refuse(int opcode) const;
  void check_protocol();
  void push_text(int length_bytes);
  void push_tuple(Items items);
  PickleValue take_global();
  void push_stack_global();
  void drop_attributes();
  void append(Items items);
  void set_items(const Items& items);
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
