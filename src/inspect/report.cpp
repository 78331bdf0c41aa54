#include "inspect/report.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "dircn/core/text.h"
#include "dircn/core/text_table.h"

namespace dircn::detail {
namespace {

constexpr int kDigits = 6;
constexpr double kUnitStep = 1000;
constexpr double kNextUnit = 999.95;  // what would be rounded to 1000.0
const std::string kIndent = "  ";

bool is_list_of_objects(const Report& value) {
  return value.is_array() && !value.empty() && value.front().is_object();
}

/// Objects whose values stand on one line each.
bool is_table(const Report& value) {
  return is_list_of_objects(value) && std::none_of(value.begin(), value.end(), [](const auto& row) {
           return std::any_of(row.begin(), row.end(),
                              [](const auto& item) { return item.is_object(); });
         });
}

bool is_block(const Report& value) {
  return (value.is_object() && !value.empty()) || is_list_of_objects(value);
}

std::string printable(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; }, '?');
  return text;
}

/// A value that stands on one line.
std::string cell(const Report& value) {
  if (value.is_string()) {
    return printable(value.get<std::string>());
  }
  if (value.is_boolean()) {
    return value.get<bool>() ? "yes" : "no";
  }
  if (value.is_number_float()) {
    return significant(value.get<double>(), kDigits);
  }
  if (value.is_array()) {
    std::string text;
    for (const auto& item : value) {
      text += (text.empty() ? "" : ", ") + cell(item);
    }
    return text.empty() ? "-" : text;
  }
  return value.is_null() || value.is_object() ? "-" : value.dump();
}

/// "1.9 MB".
std::string bytes_text(double bytes) {
  constexpr std::array<const char*, 5> kUnits = {"B", "kB", "MB", "GB", "TB"};
  size_t unit = 0;
  while (bytes >= kNextUnit && unit + 1 < kUnits.size()) {
    bytes /= kUnitStep;
    ++unit;
  }
  return fixed(bytes, unit == 0 ? 0 : 1) + " " + kUnits[unit];
}

/// Our counts of bytes have no sign; an attribute that happens to be called so is a double.
std::string value_text(const std::string& key, const Report& value) {
  return key == "bytes" && value.is_number_unsigned() ? bytes_text(value.get<double>())
                                                      : cell(value);
}

std::string title(const std::string& key) {
  std::string text = printable(key);
  std::replace(text.begin(), text.end(), '_', ' ');
  return text;
}

std::string padded(const std::string& text, size_t width) {
  return text + std::string(width - std::min(width, text_width(text)), ' ');
}

std::string without_end(std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  return line + "\n";
}

/// Columns are the keys of the first row.
std::string rows_text(const Report& rows, const std::string& indent) {
  TextTable table;
  std::vector<std::string> titles;
  for (const auto& item : rows.front().items()) {
    titles.push_back(title(item.key()));
  }
  titles.front().insert(0, indent);
  table.add(titles);
  for (const auto& row : rows) {
    std::vector<std::string> cells;
    for (const auto& item : rows.front().items()) {
      cells.push_back(cell(row.contains(item.key()) ? row[item.key()] : Report()));
    }
    cells.front().insert(0, indent);
    table.add(cells);
  }
  return table.text();
}

std::string object_text(const Report& object, const std::string& indent);

std::string block_text(const Report& value, const std::string& indent) {
  if (value.is_object()) {
    return object_text(value, indent);
  }
  if (is_table(value)) {
    return rows_text(value, indent);
  }
  std::string text;
  for (const auto& item : value) {
    text += text.empty() ? "" : "\n";
    text += object_text(item, indent);
  }
  return text;
}

std::string object_text(const Report& object, const std::string& indent) {
  size_t width = 0;
  for (const auto& item : object.items()) {
    width = std::max(width, is_block(item.value()) ? 0 : text_width(title(item.key())));
  }
  std::string text;
  for (const auto& item : object.items()) {
    const auto& value = item.value();
    text += is_block(value)
                ? indent + title(item.key()) + "\n" + block_text(value, indent + kIndent)
                : without_end(indent + padded(title(item.key()), width + 2) +
                              value_text(item.key(), value));
  }
  return text;
}

}  // namespace

std::string report_text(const Report& report) {
  return object_text(report, kIndent);
}

}  // namespace dircn::detail
