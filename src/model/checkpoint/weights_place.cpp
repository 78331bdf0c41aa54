#include "model/checkpoint/weights_place.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <utility>
#include <variant>

#include "dircn/core/error.h"
#include "dircn/core/log.h"
#include "dircn/core/text.h"
#include "model/checkpoint/key_prefix.h"

namespace dircn {
namespace {

constexpr size_t kDeepest = 4;  // keys of a path
constexpr size_t kShown = 4;    // places that a message names
constexpr const char* kFirst[] = {"state_dict", "model_state_dict", "model", "params_ema",
                                  "params"};

/// Where a key stands in that order; the end of a path comes before other keys.
size_t rank(const PicklePath& path, size_t position) {
  const size_t end = std::size(kFirst);
  if (position >= path.size()) {
    return end;
  }
  const auto* place = std::find(std::begin(kFirst), std::end(kFirst), path[position]);
  return place != std::end(kFirst) ? static_cast<size_t>(place - std::begin(kFirst)) : end + 1;
}

/// Whether `a` comes first, by the key in which they begin to differ.
bool precedes(const PicklePath& a, const PicklePath& b) {
  const auto differ = std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first;
  const auto position = static_cast<size_t>(differ - a.begin());
  return rank(a, position) < rank(b, position);
}

/// Something in a file: a dict of tensors, or an object that dircn does not build.
struct Place {
  PicklePath path;
  const PickleDict* weights;
  const PickleValue::Foreign* object;
};

/// What a walk through a file comes upon.
struct Found {
  std::vector<Place> networks;  // dicts with parameters of dircn's networks
  std::vector<Place> others;    // other dicts of tensors
  std::vector<Place> objects;
};

/// A file made to do harm may have any number of places.
void add(std::vector<Place>& places, Place place) {
  constexpr size_t kMost = 1000;
  if (places.size() < kMost) {
    places.push_back(std::move(place));
  }
}

/// `path` leads to `dict`, and does so again in the end.
void walk(const PickleDict& dict, PicklePath& path, Found& found) {
  bool tensors = false;
  bool network = false;
  for (const auto& [key, value] : dict.entries()) {
    const auto* text = std::get_if<std::string>(&key);
    if (text == nullptr) {
      continue;
    }
    tensors = tensors || value.is_tensor();
    network = network || (value.is_tensor() && network_prefix(*text));
    path.emplace_back(*text);
    if (value.is_dict() && path.size() <= kDeepest) {
      walk(value.as_dict(), path, found);
    } else if (value.foreign() != nullptr) {
      add(found.objects, {path, nullptr, value.foreign()});
    }
    path.pop_back();
  }
  if (tensors) {
    add(network ? found.networks : found.others, {path, &dict, nullptr});
  }
}

/// The first of `places`, unless there is none that comes before all others: then any.
size_t best(const std::vector<Place>& places) {
  size_t first = 0;
  for (size_t i = 1; i < places.size(); ++i) {
    first = precedes(places[i].path, places[first].path) ? i : first;
  }
  return first;
}

std::string quoted(const PicklePath& path) {
  return path.empty() ? "the file itself" : "'" + dotted(path) + "'";
}

std::string names(const std::vector<Place>& places) {
  std::vector<std::string> shown;
  for (size_t i = 0; i < places.size() && i < kShown; ++i) {
    shown.push_back(quoted(places[i].path));
    if (places[i].object != nullptr) {
      shown.back() += " is an object " + places[i].object->name();
    }
  }
  if (places.size() > kShown) {
    shown.push_back("... (" + std::to_string(places.size()) + " in all)");
  }
  return join_names(shown);
}

std::string in_python(const PicklePath& path) {
  std::string text = "torch.load(FILE, map_location='cpu', weights_only=False)";
  for (const std::string_view key : path) {
    text += "['" + excerpt(std::string(key)) + "']";
  }
  return text;
}

Error nothing_found(const PickleDict& contents, const std::vector<Place>& objects,
                    const std::string& file) {
  const std::string keys = "the keys " + contents.describe_keys();
  const std::string expected = "a state dict, alone or under a key such as 'state_dict'";
  if (objects.empty()) {
    return Error(
        {file, keys, expected, "In Python: torch.save({'state_dict': model.state_dict()}, FILE)."});
  }
  // One object that has all the weights, rather than settings, or arrays in place of tensors.
  PicklePath path =
      std::min_element(objects.begin(), objects.end(), [](const Place& a, const Place& b) {
        return rank(a.path, a.path.size() - 1) < rank(b.path, b.path.size() - 1);
      })->path;
  const auto parameter = std::find_if(objects.begin(), objects.end(), [](const Place& place) {
    return network_prefix(std::string(place.path.back())).has_value();
  });
  if (parameter != objects.end()) {
    path.assign(parameter->path.begin(), parameter->path.end() - 1);
  }
  return Error({file, keys + ", where " + names(objects), expected, advice_for_weights(path)});
}

}  // namespace

std::string dotted(const PicklePath& path) {
  std::string text;
  for (const std::string_view key : path) {
    text += (text.empty() ? "" : ".") + excerpt(std::string(key));
  }
  return text;
}

std::string advice_for_weights(const PicklePath& path) {
  return "If you trust the file, in Python, where the code that it needs can be imported: "
         "weights = " +
         in_python(path) +
         "; weights = weights.state_dict() if hasattr(weights, 'state_dict') else weights; "
         "torch.save({'state_dict': {k: torch.as_tensor(v) for k, v in weights.items()}}, "
         "NEW_FILE).";
}

WeightsPlace find_weights(const PickleDict& contents, const std::string& file) {
  Found found;
  PicklePath start;
  walk(contents, start, found);
  auto& places = found.networks.empty() ? found.others : found.networks;
  if (places.empty()) {
    throw nothing_found(contents, found.objects, file);
  }
  std::swap(places.front(), places[best(places)]);
  const Place chosen = places.front();
  const bool first = std::all_of(places.begin() + 1, places.end(), [&](const Place& other) {
    return precedes(chosen.path, other.path);
  });
  require(first, [&] {
    return Error::Parts{file, "weights in several places: " + names(places), "one of them",
                        "Keep one, in Python: torch.save({'state_dict': " + in_python(chosen.path) +
                            "}, NEW_FILE)."};
  });
  places.erase(places.begin());
  if (!places.empty() && contents.find(kModelConfig) == nullptr) {
    log_info(file + ": the weights are taken from " + quoted(chosen.path) + ", not from " +
             names(places));
  }
  return {chosen.path, chosen.weights};
}

}  // namespace dircn
