#include <algorithm>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "config/config_fields.h"
#include "config/tree.h"
#include "dircn/config/config.h"
#include "dircn/core/log.h"

namespace dircn {
namespace fs = std::filesystem;
namespace {

using config::Fields;
using config::Source;
using config::Tree;
using config::TreePtr;
using config::Value;

constexpr const char* kExtends = "extends";
constexpr const char* kRemovedKeys[] = {"data.leaderboard"};

// One byte more than the parser takes, so that it sees when a file is too long.
std::string read_text(const fs::path& path, const std::string& subject) {
  std::error_code ignored;
  std::ifstream stream(path, std::ios::binary);
  require(stream.is_open() && !fs::is_directory(path, ignored), [&] {
    const std::string found =
        fs::exists(path, ignored) ? "a folder or an unreadable file" : "no such file";
    return Error::Parts{subject, path == subject ? found : found + " as " + path.string(),
                        "a configuration in YAML", "Check the path."};
  });
  std::string text(config::kMaxYamlBytes + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(stream.gcount()));
  return text;
}

// The map {a: {b: value}} for the key "a.b".
TreePtr nest(const std::string& key, TreePtr value) {
  const size_t dot = key.find('.');
  auto map = std::make_shared<Tree>();
  map->kind = Tree::Kind::map;
  map->map.push_back(
      {key.substr(0, dot), 1,
       dot == std::string::npos ? std::move(value) : nest(key.substr(dot + 1), std::move(value))});
  return map;
}

// Takes the key "a.b" out of a map; false where it is not there.
bool drop(Tree& tree, const std::string& key) {
  const size_t dot = key.find('.');
  const auto entry = std::find_if(tree.map.begin(), tree.map.end(), [&](const Tree::Entry& e) {
    return e.key == key.substr(0, dot);
  });
  if (entry == tree.map.end()) {
    return false;
  }
  if (dot == std::string::npos) {
    tree.map.erase(entry);
    return true;
  }
  auto section = std::make_shared<Tree>(*entry->value);
  const bool dropped = drop(*section, key.substr(dot + 1));
  entry->value = std::move(section);
  return dropped;
}

// Applies sources to a configuration, the farthest first, and remembers where each key was set.
class Loader {
 public:
  Loader() = default;
  ~Loader() = default;
  Loader(const Loader&) = delete;  // fields_ refers to config_
  Loader& operator=(const Loader&) = delete;

  void add_file(const fs::path& path, const std::string& subject) {
    std::error_code ignored;
    const fs::path real = fs::weakly_canonical(path, ignored);
    require(std::find(chain_.begin(), chain_.end(), real) == chain_.end(), [&] {
      return Error::Parts{subject, path.string() + ", which this file comes from",
                          "files that do not extend each other in a circle"};
    });
    const std::string text = read_text(path, subject);
    chain_.push_back(real);
    add_text(text, path.string());
    chain_.pop_back();
  }

  void add_text(const std::string& yaml, const std::string& name) {
    add_tree(config::parse_tree(yaml, name), name);
  }

  void add_stored(const std::string& yaml, const std::string& name) {
    const auto tree = std::make_shared<Tree>(*config::parse_tree(yaml, name));
    for (const char* key : kRemovedKeys) {
      if (drop(*tree, key)) {
        log_info(name + ": the configuration in it has " + key +
                 ", which is no key any more: it is left out");
      }
    }
    add_tree(tree, name);
  }

  Config finish(const std::vector<std::string>& overrides, ModelFrom model_from) {
    with_own_network([&] {
      for (const std::string& text : overrides) {
        add_override(text);
      }
    });
    const bool any_network =
        model_from == ModelFrom::checkpoint && config_.places.count("model.name") == 0;
    if (!any_network) {
      check_network_keys();
      fill_in_network();
    }
    Config checked = config_;
    checked.model = any_network ? ModelConfig() : config_.model;
    try {
      checked.check();
    } catch (const Error& error) {
      Error::Parts parts = error.parts();
      parts.subject = place_of(parts.subject) + parts.subject;
      throw Error(parts);
    }
    return config_;
  }

 private:
  static constexpr size_t kLongestKey = 256;
  static constexpr size_t kLongestChain = 16;

  void add_tree(const TreePtr& tree, const std::string& name) {
    const Source source{name, true, known_keys_, config_.places};
    add_base(*tree, source);
    std::string base;  // read above; here so that the key is known
    Fields with_extends = fields_;
    with_extends.emplace_back(kExtends, base, config::Text());
    with_own_network([&] { config::read_fields(with_extends, {*tree, "", tree->line, source}); });
  }

  void add_override(const std::string& text) {
    const std::string name = "--set " + excerpt(text);
    const size_t equals = text.find('=');
    const std::string key = text.substr(0, equals);
    const bool malformed = equals == std::string::npos || key.empty() || key.front() == '.' ||
                           key.back() == '.' || key.find("..") != std::string::npos ||
                           key.size() > kLongestKey;
    require(!malformed, [&] {
      return Error::Parts{name, "no key and value", "--set section.key=value"};
    });
    const TreePtr tree = nest(key, parse_value(text.substr(equals + 1), name));
    config::read_fields(fields_, {*tree, "", 1, Source{name, false, known_keys_, config_.places}});
  }

  /// Runs `read`, which reads a source. Where it names another network than farther ones did, what
  /// these said of that one counts no more.
  template <typename Read>
  void with_own_network(const Read& read) {
    const auto before = config_.model.name;
    const auto inherited = config_.places;
    read();
    if (config_.model.name == before) {
      return;
    }
    for (const auto& [key, place] : inherited) {
      const auto now = config_.places.find(key);
      if (key.rfind("model.", 0) == 0 && now->second == place) {
        config_.places.erase(now);
      }
    }
  }

  /// What was set of `model` for another network than the one that it names is refused.
  void check_network_keys() {
    const auto own = config::names_of(config::fields(config_.model));
    for (const auto& name : config::names_of(config::fields_of_all_networks(config_.model))) {
      const auto place = config_.places.find("model." + name);
      const bool fits =
          place == config_.places.end() || std::find(own.begin(), own.end(), name) != own.end();
      require(fits, [&] {
        return Error::Parts{
            place->second + ": model." + name,
            std::string("a key that ") + to_string(config_.model.name) + " does not have",
            "one of " + join_names(own),
            "Leave it out, or name the network that has it in model.name."};
      });
    }
  }

  /// What was not set of `model` is as the network that it names has it.
  void fill_in_network() {
    ModelConfig defaults = default_model(config_.model.name);
    const Fields own = config::fields(config_.model);
    const Fields from = config::fields(defaults);
    std::map<std::string, std::string> unnoted;
    const Source source{"", false, known_keys_, unnoted};
    for (size_t i = 0; i < own.size(); ++i) {
      if (config_.places.count("model." + own[i].name) == 0) {
        own[i].read({*config::parse_tree(from[i].print(), ""), own[i].name, 1, source});
      }
    }
  }

  static TreePtr parse_value(const std::string& yaml, const std::string& name) {
    try {
      return config::parse_tree(yaml, name);
    } catch (const Error& error) {
      Error::Parts parts = error.parts();
      parts.subject = name;
      throw Error(parts);
    }
  }

  // Of repeated `extends` keys only the first is followed; reading the fields then refuses the
  // second.
  void add_base(const Tree& tree, const Source& source) {
    const auto entry = std::find_if(tree.map.begin(), tree.map.end(),
                                    [](const Tree::Entry& e) { return e.key == kExtends; });
    if (entry == tree.map.end()) {
      return;
    }
    const Value value{*entry->value, kExtends, entry->line, source};
    const std::string base = config::Text().read(value);
    require(!base.empty(), [&] {
      return Error::Parts{value.subject(), "no file name", "another YAML file"};
    });
    require(chain_.size() < kLongestChain, [&] {
      return Error::Parts{value.subject(), "too many files that extend each other",
                          "at most " + std::to_string(kLongestChain)};
    });
    add_file(fs::path(source.name).parent_path() / base, value.subject());
  }

  // Where the key was set, or else the section that it belongs to: a default may clash with a value
  // that was set.
  std::string place_of(std::string key) const {
    while (!key.empty()) {
      const auto found = config_.places.find(key);
      if (found != config_.places.end()) {
        return found->second + ": ";
      }
      const size_t end = key.find_last_of(".[");  // a[0].b belongs to a[0], and that to a
      key = end == std::string::npos ? "" : key.substr(0, end);
    }
    return "";
  }

  Config config_;
  Fields fields_ = config::fields_of_all_networks(config_);
  std::vector<std::string> known_keys_ = config::dotted_keys(fields_);
  std::vector<fs::path> chain_;  // files being read: each extends the next
};

}  // namespace

Config load_config(const fs::path& path, const std::vector<std::string>& overrides,
                   ModelFrom model_from) {
  Loader loader;
  loader.add_file(path, path.string());
  return loader.finish(overrides, model_from);
}

Config parse_config(const std::string& yaml, const std::string& name,
                    const std::vector<std::string>& overrides, ModelFrom model_from) {
  Loader loader;
  loader.add_text(yaml, name);
  return loader.finish(overrides, model_from);
}

Config parse_stored_config(const std::string& yaml, const std::string& name) {
  Loader loader;
  loader.add_stored(yaml, name);
  return loader.finish({}, ModelFrom::configuration);
}

}  // namespace dircn
