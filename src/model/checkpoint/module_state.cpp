#include "dircn/model/module_state.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <sstream>

#include "dircn/core/error.h"
#include "dircn/core/text.h"
#include "dircn/model/checkpoint_model.h"
#include "dircn/model/network_table.h"

namespace dircn {
namespace {

using TensorMap = std::map<std::string, torch::Tensor>;

// Collects what differs between a checkpoint and a module: all counted, the first few described.
class Differences {
 public:
  void add(size_t& count, const std::string& description) {
    constexpr size_t kShown = 4;
    if (count++ < kShown) {
      shown_ += "\n  " + description;
    }
  }

  size_t missing = 0;
  size_t unexpected = 0;
  size_t other_shape = 0;

  bool any() const { return missing + unexpected + other_shape > 0; }

  Error error(const std::string& name) const {
    return Error({name,
                  "parameters of another network: " + std::to_string(missing) + " missing, " +
                      std::to_string(unexpected) + " unexpected, " + std::to_string(other_shape) +
                      " of another shape" + shown_ + "\n",
                  "those of the network that the checkpoint is of",
                  "Was it written by a variant of that network, or changed since?"});
  }

 private:
  std::string shown_;
};

std::string shape(const torch::Tensor& tensor) {
  std::ostringstream text;
  text << tensor.sizes();
  return text.str();
}

/// What only some forms of a network have.
bool is_aggregation_weight(const std::string& key) {
  return has_role(key, ParameterRole::aggregation);
}

Differences compare(const TensorMap& wanted, const TensorMap& given) {
  const auto is_weight = [](const auto& entry) { return is_aggregation_weight(entry.first); };
  const bool original_form = std::none_of(given.begin(), given.end(), is_weight);
  Differences differences;
  for (const auto& [key, tensor] : wanted) {
    const auto place = given.find(key);
    if (place == given.end()) {
      if (!original_form || !is_aggregation_weight(key)) {
        differences.add(differences.missing, key + ": missing, expected shape " + shape(tensor));
      }
    } else if (place->second.sizes() != tensor.sizes()) {
      differences.add(differences.other_shape,
                      key + ": shape " + shape(place->second) + ", expected " + shape(tensor));
    }
  }
  for (const auto& [key, tensor] : given) {
    if (wanted.count(key) == 0 && !is_aggregation_weight(key)) {
      differences.add(differences.unexpected,
                      excerpt(key) + ": shape " + shape(tensor) + ", unexpected");
    }
  }
  return differences;
}

TensorMap map_of(const StateDict& state) {
  return TensorMap(state.begin(), state.end());
}

/// A parameter takes a byte at least; else a few bytes that speak of a huge network would take all
/// memory.
void check_size(const std::filesystem::path& path, const ModelConfig& model) {
  const auto bytes = static_cast<int64_t>(std::filesystem::file_size(path));
  const int64_t parameters = kind_of(model).count(model).total();
  require(parameters <= bytes, [&] {
    return Error::Parts{
        path.string(), std::to_string(bytes) + " bytes",
        "the " + std::to_string(parameters) + " parameters of the network that it is of",
        "Is the file whole?"};
  });
}

}  // namespace

StateDict state_of(const torch::nn::Module& module) {
  StateDict state;
  for (const auto& entry : module.named_parameters()) {
    state.emplace_back(entry.key(), entry.value().detach());
  }
  for (const auto& entry : module.named_buffers()) {
    state.emplace_back(entry.key(), entry.value().detach());
  }
  return state;
}

void load_state(torch::nn::Module& module, const Checkpoint& checkpoint) {
  const torch::NoGradGuard no_grad;
  TensorMap wanted = map_of(state_of(module));
  const TensorMap given = map_of(checkpoint.state);
  const Differences differences = compare(wanted, given);
  if (differences.any()) {
    throw differences.error(checkpoint.path.string());
  }
  for (const auto& [key, tensor] : given) {
    require(tensor.isfinite().all().item<bool>(), [&, &key = key] {
      return Error::Parts{checkpoint.path.string() + ": " + excerpt(key), "NaN or infinite values",
                          "finite parameters",
                          "The training that wrote it diverged: use an earlier checkpoint."};
    });
  }
  for (auto& [key, tensor] : wanted) {
    if (const auto place = given.find(key); place != given.end()) {
      tensor.copy_(place->second);
    }
  }
}

Network load_network(const std::filesystem::path& path, const Config& config) {
  const auto checkpoint = load_checkpoint(path);
  const ModelConfig model = model_of(checkpoint, config);
  check_size(path, model);
  Network network = make_network(model);
  load_state(*network, checkpoint);
  return network;
}

}  // namespace dircn
