#include "config/field.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <type_traits>

#include "config/suggestion.h"
#include "dircn/core/text.h"

namespace dircn::config {
namespace {

std::string join(const std::string& prefix, const std::string& name) {
  return prefix.empty() ? name : prefix + "." + name;
}

/// Calls `visit(dotted key, field)` for all fields, each section before what is in it.
template <typename Visit>
void walk(const Fields& fields, const std::string& prefix, const Visit& visit) {
  for (const Field& field : fields) {
    const std::string key = join(prefix, field.name);
    visit(key, field);
    walk(field.section, key, visit);
  }
}

std::string yaml_text(int64_t number) {
  return std::to_string(number);
}

// PyYAML takes a number with an exponent only if it has a point.
std::string yaml_text(double number) {
  std::string text = shortest(number);
  if (text.find_first_of(".n") == std::string::npos) {  // n: inf, nan
    text.insert(std::min(text.find('e'), text.size()), ".0");
  }
  return text;
}

Error unknown_key(const std::string& name, const Fields& fields, const Value& section,
                  const std::string& place) {
  const std::vector<std::string> valid = names_of(fields);
  const std::string meant = meant_key(name, valid, section.source.known_keys);
  return Error({place + ": " + excerpt(join(section.key, name)), "an unknown key",
                "one of " + join_names(valid), meant.empty() ? "" : "Did you mean " + meant + "?"});
}

}  // namespace

std::vector<std::string> names_of(const Fields& fields) {
  std::vector<std::string> names;
  for (const Field& field : fields) {
    names.push_back(field.name);
  }
  return names;
}

template <typename T>
T Number<T>::read(const Value& value) const {
  const Tree& tree = value.tree;
  const char* end = tree.text.data() + tree.text.size();
  T number{};
  const auto parsed = std::from_chars(tree.text.data(), end, number);
  const bool whole = tree.kind == Tree::Kind::scalar && !tree.quoted && parsed.ec == std::errc() &&
                     parsed.ptr == end;
  if (!whole) {
    throw value.error(describe_range());
  }
  check(number, value.subject());
  return number;
}

template <typename T>
void Number<T>::check(T number, const std::string& subject) const {
  const bool finite = std::isfinite(static_cast<double>(number));
  const bool above = min_excluded ? number > min : number >= min;
  const bool below = max_excluded ? number < max : number <= max;
  require(finite && above && below, [&] {
    return Error::Parts{subject, yaml_text(number), describe_range()};
  });
}

template <typename T>
std::string Number<T>::print(T number) const {
  return yaml_text(number);
}

template <typename T>
std::string Number<T>::describe_range() const {
  const std::string kind = std::is_integral_v<T> ? "an integer" : "a finite number";
  const std::string above = (min_excluded ? " above " : " of at least ") + yaml_text(min);
  const std::string below = (max_excluded ? " and below " : " and at most ") + yaml_text(max);
  return kind + above + (max == std::numeric_limits<T>::max() ? "" : below);
}

template struct Number<int64_t>;
template struct Number<double>;

Number<int64_t> integer(int64_t min, int64_t max) {
  return {min, max};
}
Number<double> number_from(double min, double max) {
  return {min, max};
}
Number<double> number_above(double min, double max) {
  return {min, max, true};
}

bool Flag::read(const Value& value) const {
  const Tree& tree = value.tree;
  const bool yes = tree.text == "true";
  if (tree.kind != Tree::Kind::scalar || tree.quoted || (!yes && tree.text != "false")) {
    throw value.error("true or false");
  }
  return yes;
}

std::string Text::read(const Value& value) const {
  if (value.tree.kind == Tree::Kind::list || value.tree.kind == Tree::Kind::map) {
    throw value.error("a text");
  }
  return value.tree.text;
}

std::string Text::print(const std::string& text) const {
  constexpr const char* kHex = "0123456789ABCDEF";
  std::string quoted = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F) {
      quoted += std::string("\\x") + kHex[byte / 16] + kHex[byte % 16];
    } else {
      quoted += (c == '"' || c == '\\') ? std::string("\\") + c : std::string(1, c);
    }
  }
  return quoted + "\"";
}

void read_fields(const Fields& fields, const Value& value) {
  if (value.tree.kind == Tree::Kind::nothing) {
    return;
  }
  if (value.tree.kind != Tree::Kind::map) {
    const Value named{value.tree, value.key.empty() ? "the top level" : value.key, value.line,
                      value.source};
    throw named.error("a map with keys of " + join_names(names_of(fields)));
  }
  const Source& source = value.source;
  std::map<std::string, int> seen;
  for (const Tree::Entry& entry : value.tree.map) {
    const auto field = std::find_if(fields.begin(), fields.end(),
                                    [&](const Field& f) { return f.name == entry.key; });
    if (field == fields.end()) {
      throw unknown_key(entry.key, fields, value, source.place(entry.line));
    }
    const Value inner{*entry.value, join(value.key, entry.key), entry.line, source};
    const auto first = seen.emplace(entry.key, entry.line);
    require(first.second, [&] {
      return Error::Parts{
          inner.subject(),
          "the key a second time (first in line " + std::to_string(first.first->second) + ")",
          "each key once"};
    });
    source.places[inner.key] = source.place(entry.line);
    if (field->read) {
      field->read(inner);
    } else {
      read_fields(field->section, inner);
    }
  }
}

void check_fields(const Fields& fields, const std::string& prefix) {
  walk(fields, prefix, [](const std::string& key, const Field& field) {
    if (field.check) {
      field.check(key);
    }
  });
}

std::string print_fields(const Fields& fields, const std::string& indent) {
  std::string text;
  for (const Field& field : fields) {
    text.append(indent).append(field.name).append(":");
    if (field.print) {
      text.append(" ").append(field.print()).append("\n");
    } else {
      text.append("\n").append(print_fields(field.section, indent + "  "));
    }
  }
  return text;
}

std::string print_map(const Fields& fields) {
  std::string text = "{";
  for (const Field& field : fields) {
    text.append(text.size() > 1 ? ", " : "").append(field.name).append(": ");
    text.append(field.print ? field.print() : print_map(field.section));
  }
  return text.append("}");
}

std::vector<std::pair<std::string, std::string>> printed_values(const Fields& fields) {
  std::vector<std::pair<std::string, std::string>> values;
  walk(fields, "", [&](const std::string& key, const Field& field) {
    if (field.print) {
      values.emplace_back(key, field.print());
    }
  });
  return values;
}

std::vector<std::string> dotted_keys(const Fields& fields, const std::string& prefix) {
  std::vector<std::string> keys;
  walk(fields, prefix, [&](const std::string& key, const Field& field) {
    keys.push_back(key);
    for (const std::string& inner : field.inner_keys) {
      keys.push_back(key + inner);
    }
  });
  return keys;
}

}  // namespace dircn::config
