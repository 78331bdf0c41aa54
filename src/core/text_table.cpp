#include "dircn/core/text_table.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "dircn/core/text.h"

namespace dircn {
namespace {

constexpr size_t kGap = 2;

std::string padding(size_t width, const std::string& cell) {
  std::string spaces(width - text_width(cell), ' ');
  return spaces;
}

}  // namespace

std::string TextTable::text() const {
  std::vector<size_t> widths;
  for (const auto& row : rows_) {
    widths.resize(std::max(widths.size(), row.size()));
    for (size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], text_width(row[i]));
    }
  }
  std::string text;
  for (const auto& row : rows_) {
    for (size_t i = 0; i < row.size(); ++i) {
      text += i == 0 ? row[i] + padding(widths[i], row[i])
                     : std::string(kGap, ' ') + padding(widths[i], row[i]) + row[i];
    }
    text += '\n';
  }
  return text;
}

}  // namespace dircn
