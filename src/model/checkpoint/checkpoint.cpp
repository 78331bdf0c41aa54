#include "dircn/model/checkpoint.h"

#include <set>

#include "dircn/core/error.h"
#include "dircn/formats/torch_file.h"
#include "dircn/model/network_table.h"
#include "model/checkpoint/key_prefix.h"
#include "model/checkpoint/model_dict.h"
#include "model/checkpoint/weights_place.h"

namespace dircn {
namespace {

StateDict read_state(const PickleDict& dict, const WeightsPlace& place, const std::string& name) {
  StateDict state;
  for (const auto& [key, value] : dict.entries()) {
    const auto& text = std::get<std::string>(key);
    const std::string subject = name + ": " + excerpt(text);
    require(value.foreign() == nullptr, [&, &value = value] {
      return Error::Parts{subject, "an object " + value.kind(), "a tensor",
                          advice_for_weights(place.path)};
    });
    const torch::Tensor& tensor = value.as_tensor(subject);
    require(tensor.is_floating_point(), [&] {
      return Error::Parts{subject,
                          "a tensor of dtype " + static_cast<std::string>(tensor.dtype().name()),
                          "a float dtype"};
    });
    state.emplace_back(text, tensor);
  }
  return state;
}

void to_own_names(StateDict& state, const std::string& name) {
  const NetworkKind* kind = kind_of(state);
  std::set<std::string> seen;
  for (auto& [key, tensor] : state) {
    key = kind != nullptr ? kind->own_key(key) : key;
    const bool is_new = seen.insert(key).second;
    require(is_new, [&, &key = key] {
      return Error::Parts{name + ": " + excerpt(key), "the same parameter under two names", "one"};
    });
  }
}

}  // namespace

Checkpoint load_checkpoint(const std::filesystem::path& path) {
  const std::string name = path.string();
  Checkpoint checkpoint{path, {}, std::nullopt, load_torch_file(path), ""};
  const WeightsPlace place = find_weights(checkpoint.contents.as_dict(name), name);
  checkpoint.place = dotted(place.path);
  checkpoint.state = read_state(without_prefix(*place.weights, name), place, name);
  to_own_names(checkpoint.state, name);
  if (const PickleValue* model = checkpoint.contents.as_dict().find(kModelConfig)) {
    const std::string subject = name + ": " + kModelConfig;
    checkpoint.model = model_config_from(model->as_dict(subject), subject);
  }
  return checkpoint;
}

void save_checkpoint(const std::filesystem::path& path, const StateDict& state,
                     const ModelConfig& model, const PickleDict& extra) {
  PickleDict file = extra;
  file.set("state_dict", kind_of(model).file_state(state, model));
  file.set(kModelConfig, to_dict(model));
  save_torch_file(path, file);
}

}  // namespace dircn
