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
  std::string place;                 // of the state dict: "net.state_dict"; empty if it is the file
};

/// Reads a state dict that stands alone or under any key, in our files and those of others (see
/// `find_weights`). Keys become the network's own: prefixes such as the `module.` of DataParallel
/// are left out, as is what is no parameter (`without_prefix`), and see `NetworkKind::own_key`; the
/// log says so. Throws `Error` naming the file and the key if there is no state dict, if it holds
/// anything but float tensors, or if the model configuration in it is not valid.
Checkpoint load_checkpoint(const std::filesystem::path& path);

/// Writes `state` (network names) under `state_dict`, the configuration under `model_config`, and
/// what `extra` holds beside them, so that Python and the reference's own code can load it (see
/// `NetworkKind::file_state`). Throws `Error` if the file cannot be written.
void save_checkpoint(const std::filesystem::path& path, const StateDict& state,
                     const ModelConfig& model, const PickleDict& extra = {});

/// The model configuration as it stands in checkpoints: a dict with the keys and names of YAML's
/// `model:`.
PickleDict to_dict(const ModelConfig& config);

}  // namespace dircn
