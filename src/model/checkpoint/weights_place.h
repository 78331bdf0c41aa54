#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dircn/formats/pickle_value.h"

namespace dircn {

/// What dircn's own checkpoints have beside the weights, and no others.
constexpr const char* kModelConfig = "model_config";

/// The keys that lead to something in a file. They lie in its content.
using PicklePath = std::vector<std::string_view>;

/// The dict of tensors that holds a network's weights, in a file of anyone's.
struct WeightsPlace {
  PicklePath path;  // empty where the file is that dict itself
  const PickleDict* weights = nullptr;
};

/// Where parameters of dircn's networks are in the file, only dicts with such count, else all that
/// hold tensors. Of several, `state_dict`, `model_state_dict`, `model`, `params_ema` and `params`
/// come first, in this order; the log says which were taken and which were not, except of dircn's
/// own files, whose average beside the weights is known. Throws `Error` naming `file` if there is
/// none, or if there are several of which none comes first.
WeightsPlace find_weights(const PickleDict& contents, const std::string& file);

/// "net.state_dict"; empty where the file itself is the dict.
std::string dotted(const PicklePath& path);

/// What to do in Python with weights that dircn does not build.
std::string advice_for_weights(const PicklePath& path);

}  // namespace dircn
