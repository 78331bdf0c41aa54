#pragma once

#include <string>
#include <utility>
#include <vector>

#include "dircn/core/error.h"
#include "dircn/core/text.h"

namespace dircn {

/// The valid name with the smallest edit distance to `wrong` (upper and lower case count as equal;
/// of equally near ones the first). `valid` must not be empty.
std::string nearest_name(const std::string& wrong, const std::vector<std::string>& valid);

/// The spelling of an enumeration in YAML, checkpoints and messages. Specialised beside each
/// enumeration:
///
///     template <>
///     struct EnumNames<Colour> {
///       static constexpr std::pair<Colour, const char*> kTable[] = {{Colour::red, "red"}, ...};
///     };
template <typename E>
struct EnumNames;

/// All names of an enumeration, in the order of its table.
template <typename E>
std::vector<std::string> enum_names() {
  std::vector<std::string> names;
  for (const auto& row : EnumNames<E>::kTable) {
    names.emplace_back(row.second);
  }
  return names;
}

/// The value's name; "invalid" for a number that is none of the enumeration's values.
template <typename E, typename = decltype(EnumNames<E>::kTable)>
std::string to_string(E value) {
  for (const auto& row : EnumNames<E>::kTable) {
    if (row.first == value) {
      return row.second;
    }
  }
  return "invalid";
}

/// The value called `name`. Throws `Error` (about `subject`) with all names and the nearest one if
/// there is none.
template <typename E>
E enum_value(const std::string& name, const std::string& subject) {
  for (const auto& row : EnumNames<E>::kTable) {
    if (row.second == name) {
      return row.first;
    }
  }
  const std::vector<std::string> names = enum_names<E>();
  throw Error({subject, excerpt(name), "one of " + join_names(names),
               "Did you mean " + nearest_name(name, names) + "?"});
}

}  // namespace dircn
