#include "dircn/formats/pickle_value.h"

#include "dircn/core/error.h"
#include "dircn/core/text.h"

namespace dircn {

PickleValue::PickleValue(PickleDict value)
    : data_(std::make_shared<PickleDict>(std::move(value))) {}

PickleValue PickleValue::sequence(List items, bool tuple) {
  PickleValue value;
  value.data_ = std::make_shared<Sequence>(Sequence{std::move(items), tuple});
  return value;
}

void PickleValue::clear_container() {
  if (auto* dict = std::get_if<std::shared_ptr<PickleDict>>(&data_)) {
    **dict = PickleDict();
  } else {
    std::get<std::shared_ptr<Sequence>>(data_)->items.clear();
  }
}

const PickleValue::Foreign* PickleValue::foreign() const {
  const auto* value = std::get_if<std::shared_ptr<const Foreign>>(&data_);
  return value != nullptr ? value->get() : nullptr;
}

std::string PickleValue::kind() const {
  if (is_sequence()) {
    return is_tuple() ? "tuple" : "list";
  }
  if (foreign() != nullptr) {
    return foreign()->name();
  }
  static constexpr const char* kNames[] = {"None", "bool",         "int",  "float",
                                           "str",  "torch.Tensor", "list", "dict"};
  return kNames[data_.index()];
}

template <typename T>
const T& PickleValue::get(const std::string& subject, const char* expected) const {
  const T* value = std::get_if<T>(&data_);
  require(value != nullptr, [&] { return Error::Parts{subject, kind(), expected}; });
  return *value;
}

bool PickleValue::as_bool(const std::string& subject) const {
  return get<bool>(subject, "bool");
}

int64_t PickleValue::as_int(const std::string& subject) const {
  return get<int64_t>(subject, "int");
}

double PickleValue::as_double(const std::string& subject) const {
  return is_int() ? static_cast<double>(as_int()) : get<double>(subject, "float");
}

const std::string& PickleValue::as_string(const std::string& subject) const {
  return get<std::string>(subject, "str");
}

const torch::Tensor& PickleValue::as_tensor(const std::string& subject) const {
  return get<torch::Tensor>(subject, "torch.Tensor");
}

const PickleValue::List& PickleValue::as_list(const std::string& subject) const {
  return get<std::shared_ptr<Sequence>>(subject, "list or tuple")->items;
}

const PickleDict& PickleValue::as_dict(const std::string& subject) const {
  return *get<std::shared_ptr<PickleDict>>(subject, "dict");
}

PickleDict::PickleDict(std::initializer_list<std::pair<Key, PickleValue>> entries) {
  for (const auto& [key, value] : entries) {
    set(key, value);
  }
}

void PickleDict::set(const Key& key, PickleValue value) {
  const auto [place, added] = index_.try_emplace(key, entries_.size());
  if (added) {
    entries_.emplace_back(key, std::move(value));
  } else {
    entries_[place->second].second = std::move(value);
  }
}

const PickleValue* PickleDict::find(const Key& key) const {
  const auto place = index_.find(key);
  return place == index_.end() ? nullptr : &entries_[place->second].second;
}

namespace {

std::string describe(const PickleDict::Key& key) {
  const auto* text = std::get_if<std::string>(&key);
  return text != nullptr ? "'" + excerpt(*text) + "'" : std::to_string(std::get<int64_t>(key));
}

}  // namespace

const PickleValue& PickleDict::at(const Key& key, const std::string& subject) const {
  const PickleValue* value = find(key);
  require(value != nullptr, [&] {
    return Error::Parts{subject, "the keys " + describe_keys(), "a key " + describe(key)};
  });
  return *value;
}

std::string PickleDict::describe_keys() const {
  constexpr size_t kShown = 6;
  std::string text;
  for (size_t i = 0; i < entries_.size() && i < kShown; ++i) {
    text += (i > 0 ? ", " : "") + describe(entries_[i].first);
  }
  if (entries_.size() > kShown) {
    text += ", ... (" + std::to_string(entries_.size()) + " in all)";
  }
  return entries_.empty() ? "(none)" : text;
}

}  // namespace dircn
