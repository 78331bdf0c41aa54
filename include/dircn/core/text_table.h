#pragma once

#include <string>
#include <vector>

namespace dircn {

/// A table for a terminal: the first column to the left, the others to the right, each as wide as
/// its longest cell, with two spaces between them.
class TextTable {
 public:
  void add(const std::vector<std::string>& row) { rows_.push_back(row); }

  /// A line for each row. Characters of UTF-8 count as one, however many bytes they have.
  std::string text() const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace dircn
