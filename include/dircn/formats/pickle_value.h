#pragma once

#include <torch/types.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace dircn {

class PickleDict;

/// What a `torch.save` file can hold: None, bool, int, float, str, tensor, list, tuple, dict, and
/// objects of other classes, of which only the name is kept. A value is immutable once built;
/// copies share lists, dicts and tensor storages.
///
///     PickleValue file = load_torch_file("model.pth");
///     int64_t epoch = file.as_dict().at("epoch").as_int("model.pth: epoch");
///
/// The `as_*` accessors throw `Error` with `subject` (say, the file and key) where the value is of
/// another kind.
class PickleValue {
 public:
  using List = std::vector<PickleValue>;
  /// Another Python object: a class, a storage, or an object that dircn does not build. Its name is
  /// fit for a message.
  struct Foreign {
    virtual ~Foreign() = default;
    virtual std::string name() const = 0;
  };

  PickleValue() = default;  // None
  // NOLINTBEGIN(google-explicit-constructor): implicit, so that nested literals read like the data
  // that they hold
  PickleValue(bool value) : data_(value) {}
  PickleValue(int64_t value) : data_(value) {}
  PickleValue(int value) : data_(int64_t{value}) {}
  PickleValue(double value) : data_(value) {}
  PickleValue(std::string value) : data_(std::move(value)) {}
  PickleValue(const char* value) : data_(std::string(value)) {}
  PickleValue(torch::Tensor value) : data_(std::move(value)) {}
  PickleValue(PickleDict value);
  // NOLINTEND(google-explicit-constructor)
  explicit PickleValue(std::shared_ptr<PickleDict> value) : data_(std::move(value)) {}
  explicit PickleValue(std::shared_ptr<const Foreign> value) : data_(std::move(value)) {}
  static PickleValue list(List items) { return sequence(std::move(items), false); }
  static PickleValue tuple(List items) { return sequence(std::move(items), true); }

  bool is_none() const { return std::holds_alternative<std::monostate>(data_); }
  bool is_bool() const { return std::holds_alternative<bool>(data_); }
  bool is_int() const { return std::holds_alternative<int64_t>(data_); }
  bool is_double() const { return std::holds_alternative<double>(data_); }
  bool is_string() const { return std::holds_alternative<std::string>(data_); }
  bool is_tensor() const { return std::holds_alternative<torch::Tensor>(data_); }
  bool is_sequence() const { return std::holds_alternative<std::shared_ptr<Sequence>>(data_); }
  bool is_tuple() const {
    return is_sequence() && std::get<std::shared_ptr<Sequence>>(data_)->tuple;
  }
  bool is_dict() const { return std::holds_alternative<std::shared_ptr<PickleDict>>(data_); }
  const Foreign* foreign() const;  // null for every other kind

  bool as_bool(const std::string& subject = kSubject) const;
  int64_t as_int(const std::string& subject = kSubject) const;
  /// A float, or an int as the nearest float.
  double as_double(const std::string& subject = kSubject) const;
  const std::string& as_string(const std::string& subject = kSubject) const;
  const torch::Tensor& as_tensor(const std::string& subject = kSubject) const;
  /// The items of a list or a tuple.
  const List& as_list(const std::string& subject = kSubject) const;
  const PickleDict& as_dict(const std::string& subject = kSubject) const;

  /// The kind as Python calls it, for messages: "int", "torch.Tensor", ...
  std::string kind() const;

 private:
  friend class Unpickler;    // fills containers that others already refer to
  friend class PickleArena;  // takes apart those that nothing shall refer to
  static constexpr const char* kSubject = "a value of a torch.save file";
  struct Sequence {
    List items;
    bool tuple = false;
  };

  static PickleValue sequence(List items, bool tuple);
  void clear_container();
  template <typename T>
  const T& get(const std::string& subject, const char* expected) const;

  std::variant<std::monostate, bool, int64_t, double, std::string, torch::Tensor,
               std::shared_ptr<Sequence>, std::shared_ptr<PickleDict>,
               std::shared_ptr<const Foreign>>
      data_;
};

/// A dict in order of insertion, like Python's. Keys are strings or integers; entries of a file
/// with other keys are left out.
class PickleDict {
 public:
  using Key = std::variant<int64_t, std::string>;
  using Entries = std::vector<std::pair<Key, PickleValue>>;

  PickleDict() = default;
  PickleDict(std::initializer_list<std::pair<Key, PickleValue>> entries);

  /// Adds an entry, or replaces the value of one that is there.
  void set(const Key& key, PickleValue value);
  /// Null if there is no such key.
  const PickleValue* find(const Key& key) const;
  /// Throws `Error` naming the key and the keys that are there.
  const PickleValue& at(const Key& key,
                        const std::string& subject = "a dict of a torch.save file") const;

  const Entries& entries() const { return entries_; }
  size_t size() const { return entries_.size(); }
  bool empty() const { return entries_.empty(); }
  /// The first few keys, for messages: "'a', 'b', 0, ... (12 in all)".
  std::string describe_keys() const;

 private:
  Entries entries_;
  std::map<Key, size_t> index_;  // not hashed: a hostile file could make all its keys collide
};

}  // namespace dircn
