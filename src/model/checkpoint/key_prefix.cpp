#include "model/checkpoint/key_prefix.h"

#include <cstddef>
#include <set>
#include <vector>

#include "dircn/core/error.h"
#include "dircn/core/log.h"
#include "dircn/core/text.h"
#include "dircn/model/network_table.h"

namespace dircn {
namespace {

constexpr int kLongestPrefix = 8;  // names with a dot behind them

/// The first few, for messages.
std::string listed(const std::vector<std::string>& texts) {
  constexpr size_t kShown = 6;
  std::vector<std::string> shown;
  for (size_t i = 0; i < texts.size() && i < kShown; ++i) {
    shown.push_back("'" + excerpt(texts[i]) + "'");
  }
  if (texts.size() > kShown) {
    shown.push_back("... (" + std::to_string(texts.size()) + " in all)");
  }
  return join_names(shown);
}

/// Of batch norms, which none of our networks has: a state dict may carry them nevertheless.
bool counts_batches(const std::string& key) {
  return key.substr(key.rfind('.') + 1) == "num_batches_tracked";
}

/// The prefix of a network in the dict, or "".
std::string prefix_in(const PickleDict& weights, const std::string& file) {
  std::set<std::string> prefixes;
  for (const auto& [key, value] : weights.entries()) {
    const auto* text = std::get_if<std::string>(&key);
    require(text != nullptr, [&] {
      return Error::Parts{file, "a parameter without a name", "keys of type str"};
    });
    if (const auto prefix = network_prefix(*text)) {
      prefixes.insert(*prefix);
    }
  }
  require(prefixes.size() <= 1, [&] {
    return Error::Parts{
        file,
        "parameters of several networks, whose keys begin with " +
            listed({prefixes.begin(), prefixes.end()}),
        "those of one",
        "Keep those of one, in Python, where WEIGHTS is the dict that holds them: "
        "torch.save({'state_dict': {k[len(PREFIX):]: v for k, v in WEIGHTS.items() if "
        "k.startswith(PREFIX)}}, NEW_FILE)."};
  });
  return prefixes.empty() ? "" : *prefixes.begin();
}

}  // namespace

std::optional<std::string> network_prefix(const std::string& key) {
  size_t start = 0;
  for (int i = 0; i <= kLongestPrefix; ++i) {
    if (place_of(key.substr(start))) {
      return key.substr(0, start);
    }
    start = key.find('.', start) + 1;
    if (start == 0) {
      break;
    }
  }
  return std::nullopt;
}

PickleDict without_prefix(const PickleDict& weights, const std::string& file) {
  const std::string prefix = prefix_in(weights, file);
  PickleDict own;
  std::vector<std::string> left_out;
  for (const auto& [key, value] : weights.entries()) {
    const auto& text = std::get<std::string>(key);
    if (text.rfind(prefix, 0) == 0 && !counts_batches(text)) {
      own.set(text.substr(prefix.size()), value);
    } else {
      left_out.push_back(text);
    }
  }
  if (!prefix.empty()) {
    log_info(file + ": keys carry the prefix '" + excerpt(prefix) + "', which is left out");
  }
  if (!left_out.empty()) {
    log_info(file + ": left out, for they are no parameters of the network: " + listed(left_out));
  }
  return own;
}

}  // namespace dircn
