#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "config/tree.h"
#include "dircn/config/names.h"
#include "dircn/core/error.h"

// Note [Fields]
// A struct's keys stand in one list (config_fields.cpp), one line a key: its name, the member, and
// a rule. Reading, range checks, printing and the valid names that errors quote all come from that
// list. A rule is a small struct:
//   using Type          the member's type
//   Type read(Value)    the value in YAML, or an Error
//   void check(Type, subject)   throws an Error if a value of that type is out of range
//   std::string print(Type)     YAML that reads back to the same value
// Rules compose: list_of(integer(1, 9)); `Record` makes a rule of a list of keys, so that
// list_of(Record<T>{fields}) is a list of maps.

namespace dircn::config {

/// Where values come from: a file, or an override ("--set a.b=c", which has no lines).
struct Source {
  std::string name;
  bool has_lines;
  const std::vector<std::string>& known_keys;  // of the whole configuration, dotted
  std::map<std::string, std::string>&
      places;  // dotted key → where it was set last; grows while reading

  std::string place(int line) const { return has_lines ? name + ":" + std::to_string(line) : name; }
};

/// A value on its way into a member.
struct Value {
  const Tree& tree;
  std::string key;  // dotted, from the root
  int line;
  const Source& source;

  std::string subject() const { return source.place(line) + ": " + key; }
  /// The error "found this value; expected ...".
  Error error(const std::string& expected) const {
    return Error({subject(), describe(tree), expected});
  }
};

/// A finite number in [min, max], without the ends that are excluded. For int64_t and double.
template <typename T>
struct Number {
  using Type = T;
  T min;
  T max;
  bool min_excluded = false;
  bool max_excluded = false;

  /// The same range without its maximum.
  Number without_max() const { return {min, max, min_excluded, true}; }
  T read(const Value& value) const;
  void check(T number, const std::string& subject) const;
  std::string print(T number) const;
  std::string describe_range() const;
};

Number<int64_t> integer(int64_t min, int64_t max);
Number<double> number_from(double min, double max);   // [min, max]
Number<double> number_above(double min, double max);  // (min, max]

/// true or false.
struct Flag {
  using Type = bool;
  bool read(const Value& value) const;
  void check(bool /*flag*/, const std::string& /*subject*/) const {}
  std::string print(bool flag) const { return flag ? "true" : "false"; }
};

/// Any text; no value is the empty text.
struct Text {
  using Type = std::string;
  std::string read(const Value& value) const;
  void check(const std::string& /*text*/, const std::string& /*subject*/) const {}
  std::string print(const std::string& text) const;
};

/// One name of an enumeration.
template <typename E>
struct Choice {
  using Type = E;
  E read(const Value& value) const {
    if (value.tree.kind != Tree::Kind::scalar) {
      throw value.error("one of " + join_names(enum_names<E>()));
    }
    return enum_value<E>(value.tree.text, value.subject());
  }
  void check(E choice, const std::string& subject) const {
    enum_value<E>(to_string(choice), subject);
  }
  std::string print(E choice) const { return to_string(choice); }
};

/// A list of values that follow one rule.
template <typename Rule>
struct List {
  using Type = std::vector<typename Rule::Type>;
  Rule element;

  Type read(const Value& value) const {
    if (value.tree.kind != Tree::Kind::list) {
      throw value.error("a list, such as [a, b]");
    }
    Type result;
    for (const TreePtr& tree : value.tree.list) {
      result.push_back(
          element.read({*tree, indexed(value.key, result.size()), tree->line, value.source}));
    }
    return result;
  }
  void check(const Type& list, const std::string& subject) const {
    for (size_t i = 0; i < list.size(); ++i) {
      element.check(list[i], indexed(subject, i));
    }
  }
  std::string print(const Type& list) const {
    std::string text = "[";
    for (const auto& item : list) {
      text.append(text.size() > 1 ? ", " : "").append(element.print(item));
    }
    return text.append("]");
  }
  static std::string indexed(const std::string& key, size_t index) {
    return key + "[" + std::to_string(index) + "]";
  }
};

template <typename Rule>
List<Rule> list_of(Rule element) {
  return {element};
}

class Field;
using Fields = std::vector<Field>;

/// Sets the members whose keys the map `value` names. Throws `Error` on unknown and repeated keys
/// and bad values.
void read_fields(const Fields& fields, const Value& value);

/// Throws `Error`, its subject the dotted key, for the first member out of range. `prefix` is the
/// section's key.
void check_fields(const Fields& fields, const std::string& prefix);

/// The fields as YAML.
std::string print_fields(const Fields& fields, const std::string& indent = "");

/// The fields as a map on one line: {a: 1, b: {c: 2}}.
std::string print_map(const Fields& fields);

/// The keys, without those of their sections.
std::vector<std::string> names_of(const Fields& fields);

/// The dotted keys of all values, each with its value as YAML.
std::vector<std::pair<std::string, std::string>> printed_values(const Fields& fields);

/// The dotted keys of all values and sections; those of a list's maps as in "list[].key".
std::vector<std::string> dotted_keys(const Fields& fields, const std::string& prefix = "");

/// A map whose keys are bound to a struct; those that are missing keep their initial values.
template <typename Struct>
struct Record {
  using Type = Struct;
  Fields (*keys)(Struct& members);

  Struct read(const Value& value) const {
    Struct result;
    read_fields(keys(result), value);
    return result;
  }
  void check(const Struct& record, const std::string& subject) const {
    Struct copy = record;
    check_fields(keys(copy), subject);
  }
  std::string print(const Struct& record) const {
    Struct copy = record;
    return print_map(keys(copy));
  }
};

/// The keys that can stand within a value, for errors to suggest.
template <typename Rule>
std::vector<std::string> keys_within(const Rule& /*rule*/) {
  return {};
}
template <typename Struct>
std::vector<std::string> keys_within(const List<Record<Struct>>& rule) {
  Struct any;
  return dotted_keys(rule.element.keys(any), "[]");
}

/// A key: a value bound to a member, or a section of more keys. Holds references to what it is
/// bound to.
class Field {
 public:
  template <typename Rule>
  Field(std::string name, typename Rule::Type& member, Rule rule)
      : name(std::move(name)),
        read([&member, rule](const Value& value) { member = rule.read(value); }),
        check([&member, rule](const std::string& subject) { rule.check(member, subject); }),
        print([&member, rule] { return rule.print(member); }),
        inner_keys(keys_within(rule)) {}
  Field(std::string name, std::vector<Field> section)
      : name(std::move(name)), section(std::move(section)) {}

  std::string name;
  std::function<void(const Value&)> read;  // empty in a section, like the two below
  std::function<void(const std::string& subject)> check;
  std::function<std::string()> print;
  std::vector<Field> section;
  std::vector<std::string> inner_keys;  // of the maps in a list, "[].key"
};

}  // namespace dircn::config
