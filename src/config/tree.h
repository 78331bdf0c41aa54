#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace dircn::config {

struct Tree;
using TreePtr = std::shared_ptr<const Tree>;

/// A YAML document as plain data, with the line of every value. Aliases share their anchor's
/// subtree.
struct Tree {
  enum class Kind { nothing, scalar, list, map };
  struct Entry {
    std::string key;
    int line;
    TreePtr value;
  };

  Kind kind = Kind::nothing;
  int line = 1;               // 1-based
  int depth = 1;              // levels from here down, through aliases too
  size_t size = 1;            // values from here down, likewise; a long text counts as several
  std::string text;           // of a scalar
  bool quoted = false;        // a scalar in quotes or a block: text, whatever it looks like
  std::vector<TreePtr> list;  // elements of a list
  std::vector<Entry> map;     // entries of a map, in the file's order; keys may repeat
};

/// Parses one YAML document; an empty text gives `Kind::nothing`. Throws `Error` whose subject is
/// "NAME:LINE" for bad syntax, several documents, type tags, keys that are no scalars, and for what
/// no honest configuration needs: control characters, more than 1 MiB, 64 levels or 100000 values
/// (through aliases too, so that no short file becomes a long configuration).
TreePtr parse_tree(const std::string& yaml, const std::string& name);

/// The longest text that `parse_tree` takes, in bytes.
constexpr size_t kMaxYamlBytes = size_t{1} << 20;

/// What a tree is, for messages: its text, "a list", "a map" or "nothing".
std::string describe(const Tree& tree);

}  // namespace dircn::config
