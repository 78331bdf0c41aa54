#include "dircn/model/load_network.h"

#include "dircn/core/error.h"
#include "dircn/core/log.h"
#include "dircn/model/checkpoint.h"
#include "dircn/model/module_state.h"

namespace dircn {

Network load_network(const std::filesystem::path& path, const std::optional<ModelConfig>& model) {
  const auto checkpoint = load_checkpoint(path);
  require(checkpoint.model || model, [&] {
    return Error::Parts{path.string(), "no model configuration in the checkpoint",
                        "one, or a configuration file",
                        "Describe the architecture in a YAML file with a `model:` section and pass "
                        "it by --config."};
  });
  if (checkpoint.model && model && *model != ModelConfig{} && *checkpoint.model != *model) {
    log_warning(path.string() +
                ": the checkpoint's own model configuration is used; the given one differs");
  }
  Network network = make_network(checkpoint.model ? *checkpoint.model : *model);
  load_state(*network, checkpoint);
  return network;
}

}  // namespace dircn
