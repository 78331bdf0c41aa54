#pragma once

#include <torch/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "dircn/config/model_config.h"
#include "dircn/formats/pickle_value.h"

namespace dircn {

/// A network's parameters by name, in order.
using StateDict = std::vector<std::pair<std::string, torch::Tensor>>;

/// A trained model from a file of ours or of the Python reference.
struct Checkpoint {
  std::filesystem::path path;
  StateDict state;                   // CPU tensors of a float type, under the network's own names
  std::optional<ModelConfig> model;  // in our files; the reference's carry none
  PickleValue contents;              // the whole file: epoch, optimizer, ...
};

/// Reads a state dict that stands alone, or under `state_dict` or `model`. Keys become the
/// network's own: the `module.` of DataParallel is dropped, the original's `final_bottle.0.*`
/// becomes `final_bottle.*`. Throws `Error` naming the file and the key if there is no state dict,
/// if it holds anything but float tensors, or if the model configuration in it is not valid.
Checkpoint load_checkpoint(const std::filesystem::path& path);

/// Writes `state` (network names) under `state_dict`, the configuration under `model_config`, and
/// what `extra` holds beside them, so that Python and the reference's own code can load it. With
/// aggregation `concat` the keys have the original's form (`final_bottle.0.*`, no `cat_weight`),
/// else the weighted form (`final_bottle.*`, a `cat_weight` in every cascade, 1 where the network
/// has none). Throws `Error` if the file cannot be written.
void save_checkpoint(const std::filesystem::path& path, const StateDict& state,
                     const ModelConfig& model, const PickleDict& extra = {});

/// Whether a parameter is the weight of a cascade's aggregation, which only some forms of the
/// network have.
bool is_aggregation_weight(const std::string& key);

}  // namespace dircn
