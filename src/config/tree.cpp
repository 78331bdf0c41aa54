#include "config/tree.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <map>
#include <sstream>
#include <utility>

#include "dircn/config/names.h"
#include "dircn/core/error.h"

namespace dircn::config {
namespace {

constexpr int kMaxDepth = 64;
constexpr size_t kMaxValues = 100000;
constexpr size_t kCharactersAValue = 64;

std::string place(const std::string& name, int line) {
  return name + ":" + std::to_string(line);
}

int line_of(const YAML::Mark& mark) {
  return mark.line + 1;
}

// Turns the parser's events into a Tree, and refuses what a configuration cannot contain.
class TreeBuilder : public YAML::EventHandler {
 public:
  explicit TreeBuilder(std::string name) : name_(std::move(name)) {}

  TreePtr root() const { return root_ ? root_ : std::make_shared<const Tree>(); }

  void OnDocumentStart(const YAML::Mark& mark) override {
    refuse_if(documents_++ > 0, mark, "a second document ('---')", "one document a file");
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    add(make(Tree::Kind::nothing, mark), mark, anchor);
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    refuse_tag(tag, mark);
    auto tree = make(Tree::Kind::scalar, mark);
    tree->text = value;
    tree->size += value.size() / kCharactersAValue;
    tree->quoted = tag == "!";
    add(std::move(tree), mark, anchor);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    refuse_if(found == anchors_.end(), mark, "an alias inside its own anchor",
              "an alias after its anchor");
    add(found->second, mark, 0);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value /*style*/) override {
    open(Tree::Kind::list, tag, mark, anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value /*style*/) override {
    open(Tree::Kind::map, tag, mark, anchor);
  }
  void OnMapEnd() override { close(); }

 private:
  struct Open {
    std::shared_ptr<Tree> tree;
    YAML::Mark mark;
    YAML::anchor_t anchor;
    TreePtr key;  // of a map: read, and waiting for its value
    int key_line;
  };

  void refuse_if(bool condition, const YAML::Mark& mark, const char* found,
                 const std::string& expected) const {
    require(!condition, [&] { return Error::Parts{place(name_, line_of(mark)), found, expected}; });
  }

  // The parser gives "?" to plain values and "!" to quoted ones.
  void refuse_tag(const std::string& tag, const YAML::Mark& mark) const {
    refuse_if(!tag.empty() && tag != "?" && tag != "!", mark, "a type tag",
              "a value without '!...' before it");
  }

  static std::shared_ptr<Tree> make(Tree::Kind kind, const YAML::Mark& mark) {
    auto tree = std::make_shared<Tree>();
    tree->kind = kind;
    tree->line = line_of(mark);
    return tree;
  }

  void open(Tree::Kind kind, const std::string& tag, const YAML::Mark& mark,
            YAML::anchor_t anchor) {
    refuse_tag(tag, mark);
    refuse_depth(static_cast<int>(stack_.size()) + 1, mark);
    stack_.push_back({make(kind, mark), mark, anchor, nullptr, 0});
  }

  void close() {
    Open closed = std::move(stack_.back());
    stack_.pop_back();
    add(std::move(closed.tree), closed.mark, closed.anchor);
  }

  void add(TreePtr tree, const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (anchor != 0) {
      anchors_[anchor] = tree;
    }
    if (stack_.empty()) {
      root_ = std::move(tree);
      return;
    }
    Open& parent = stack_.back();
    parent.tree->depth = std::max(parent.tree->depth, tree->depth + 1);
    refuse_depth(parent.tree->depth, mark);
    parent.tree->size += tree->size;
    refuse_if(parent.tree->size > kMaxValues, mark, "too many values",
              "at most " + std::to_string(kMaxValues));
    if (parent.tree->kind == Tree::Kind::list) {
      parent.tree->list.push_back(std::move(tree));
    } else if (parent.key == nullptr) {
      refuse_if(tree->kind != Tree::Kind::scalar, mark, "a key that is no plain word",
                "a name before the ':'");
      parent.key = std::move(tree);
      parent.key_line = line_of(mark);
    } else {
      parent.tree->map.push_back({parent.key->text, parent.key_line, std::move(tree)});
      parent.key = nullptr;
    }
  }

  void refuse_depth(int depth, const YAML::Mark& mark) const {
    refuse_if(depth > kMaxDepth, mark, "values nested too deeply",
              "at most " + std::to_string(kMaxDepth) + " levels");
  }

  std::string name_;
  TreePtr root_;
  std::vector<Open> stack_;
  std::map<YAML::anchor_t, TreePtr> anchors_;
  int documents_ = 0;
};

void refuse_control_characters(const std::string& yaml, const std::string& name) {
  const auto bad = std::find_if(yaml.begin(), yaml.end(), [](unsigned char c) {
    return (c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7F;
  });
  require(bad == yaml.end(), [&] {
    const auto line = 1 + static_cast<int>(std::count(yaml.begin(), bad, '\n'));
    return Error::Parts{place(name, line), "a control character", "a text file in UTF-8"};
  });
}

}  // namespace

TreePtr parse_tree(const std::string& yaml, const std::string& name) {
  require(yaml.size() <= kMaxYamlBytes, [&] {
    return Error::Parts{name, "more than 1 MiB", "a configuration in YAML"};
  });
  refuse_control_characters(yaml, name);
  TreeBuilder builder(name);
  try {
    std::istringstream stream(yaml);
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const YAML::Exception& error) {
    const std::string column = ", column " + std::to_string(error.mark.column + 1);
    throw Error({place(name, line_of(error.mark)) + column, "bad syntax (" + error.msg + ")",
                 "valid YAML"});
  }
  return builder.root();
}

std::string describe(const Tree& tree) {
  switch (tree.kind) {
    case Tree::Kind::scalar:
      return tree.quoted ? "the text \"" + excerpt(tree.text) + "\"" : excerpt(tree.text);
    case Tree::Kind::list:
      return "a list";
    case Tree::Kind::map:
      return "a map";
    case Tree::Kind::nothing:
      break;
  }
  return "nothing";
}

}  // namespace dircn::config
