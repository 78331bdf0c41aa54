#pragma once

#include <memory>
#include <string>
#include <utility>

#include "dircn/formats/pickle_value.h"

namespace dircn {

/// A Python object that dircn does not build: a name stands for it, and nothing that the file says
/// of its content is kept.
struct InertObject : PickleValue::Foreign {
  explicit InertObject(std::string of) : name_(std::move(of)) {}
  std::string name() const override { return name_; }

 private:
  std::string name_;
};

/// An object of the class `name`.
inline PickleValue inert(const std::string& name) {
  return PickleValue(std::make_shared<const InertObject>(name));
}

inline bool is_inert(const PickleValue& value) {
  return dynamic_cast<const InertObject*>(value.foreign()) != nullptr;
}

}  // namespace dircn
