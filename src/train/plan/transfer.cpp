#include "train/plan/transfer.h"

#include <ATen/CPUGeneratorImpl.h>
#include <torch/types.h>

#include <cstddef>
#include <map>
#include <mutex>
#include <set>
#include <utility>
#include <vector>

#include "dircn/core/error.h"
#include "dircn/model/checkpoint.h"
#include "dircn/model/module_state.h"

namespace dircn {
namespace {

const std::string kCascades = "i_cascades.";

using TensorMap = std::map<std::string, torch::Tensor>;

TensorMap state_map(const Dircn& network) {
  const StateDict state = state_of(*network);
  return TensorMap(state.begin(), state.end());
}

/// Seeds LibTorch's default generator for a scope, and puts it back.
class SeedScope {
 public:
  explicit SeedScope(uint64_t seed) : generator_(at::detail::getDefaultCPUGenerator()) {
    const std::lock_guard<std::mutex> lock(generator_.mutex());
    before_ = generator_.get_state();
    generator_.set_current_seed(seed);
  }
  ~SeedScope() {
    const std::lock_guard<std::mutex> lock(generator_.mutex());
    generator_.set_state(before_);
  }
  SeedScope(const SeedScope&) = delete;
  SeedScope& operator=(const SeedScope&) = delete;

 private:
  at::Generator generator_;
  torch::Tensor before_;
};

/// Another seed for every size, or a cascade could begin with the weights of an earlier one. The
/// generator only looks at the lower 32 bits: times an odd number they stay distinct.
int64_t seed_for(int64_t seed, int64_t cascades) {
  constexpr uint64_t kOdd = 0x9E3779B97F4A7C15;
  return static_cast<int64_t>(static_cast<uint64_t>(seed) + kOdd * static_cast<uint64_t>(cascades));
}

int64_t count_cascades(const Checkpoint& checkpoint) {
  std::set<std::string> numbers;
  for (const auto& [key, tensor] : checkpoint.state) {
    if (key.rfind(kCascades, 0) == 0) {
      const size_t end = key.find('.', kCascades.size());
      numbers.insert(key.substr(kCascades.size(), end - kCascades.size()));
    }
  }
  require(!numbers.empty(), [&] {
    return Error::Parts{checkpoint.path.string(), "no parameter of a cascade",
                        "parameters called " + kCascades + "0...", "Is it another network's file?"};
  });
  return static_cast<int64_t>(numbers.size());
}

void check_same_model(const ModelConfig& there, const ModelConfig& here, const std::string& name) {
  Config before;
  Config now;
  before.model = there;
  now.model = here;
  now.model.cascades = there.cascades;
  const auto found = differences(before, now);
  require(found.empty(), [&] {
    return Error::Parts{name, "another model: " + to_text(found),
                        "the same model, but for the number of cascades",
                        "Change the configuration's `model:`, or begin with another file."};
  });
}

/// Copies cascade `from` to cascade `to` of the same network if all shapes are the same.
bool copy_cascade(const TensorMap& tensors, int64_t from, int64_t to) {
  const std::string prefix = cascade_prefix(from);
  std::vector<std::pair<torch::Tensor, torch::Tensor>> pairs;
  for (const auto& [key, source] : tensors) {
    if (key.rfind(prefix, 0) != 0) {
      continue;
    }
    const auto place = tensors.find(cascade_prefix(to) + key.substr(prefix.size()));
    if (place == tensors.end() || place->second.sizes() != source.sizes()) {
      return false;
    }
    pairs.emplace_back(place->second, source);
  }
  for (const auto& [target, source] : pairs) {
    target.copy_(source);
  }
  return true;
}

}  // namespace

std::string cascade_prefix(int64_t cascade) {
  return kCascades + std::to_string(cascade) + ".";
}

Dircn random_network(const ModelConfig& model, int64_t seed) {
  const SeedScope scope(static_cast<uint64_t>(seed));
  return Dircn(model);
}

Dircn load_start(const std::filesystem::path& file, const ModelConfig& model) {
  const auto checkpoint = load_checkpoint(file);
  ModelConfig of_file = model;
  if (checkpoint.model) {
    check_same_model(*checkpoint.model, model, file.string());
    of_file = *checkpoint.model;
  } else {
    of_file.cascades = count_cascades(checkpoint);
  }
  Dircn network = random_network(of_file, 0);
  load_state(*network, checkpoint);
  return network;
}

Growth grown(const Dircn& network, int64_t cascades, AddedCascades added, int64_t seed) {
  const torch::NoGradGuard no_grad;
  const int64_t before = network->config().cascades;
  require(cascades >= before, [&] {
    return Error::Parts{"cascades to grow to", std::to_string(cascades),
                        "at least the network's " + std::to_string(before), ""};
  });
  ModelConfig model = network->config();
  model.cascades = cascades;
  const TensorMap old = state_map(network);
  Growth growth{random_network(model, seed_for(seed, cascades))};
  growth.network->to(old.begin()->second.scalar_type());
  const TensorMap tensors = state_map(growth.network);
  for (const auto& [key, tensor] : old) {
    tensors.at(key).copy_(tensor);
  }
  for (int64_t index = before; index < cascades; ++index) {
    const bool is_copy = added == AddedCascades::copy && copy_cascade(tensors, before - 1, index);
    ++(is_copy ? growth.copied : growth.fresh);
  }
  return growth;
}

}  // namespace dircn
