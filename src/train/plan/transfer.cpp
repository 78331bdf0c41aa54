#include "train/plan/transfer.h"

#include <ATen/CPUGeneratorImpl.h>
#include <torch/types.h>

#include <algorithm>
#include <cstddef>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "dircn/core/error.h"
#include "dircn/model/checkpoint.h"
#include "dircn/model/checkpoint_model.h"
#include "dircn/model/module_state.h"
#include "dircn/model/network_table.h"

namespace dircn {
namespace {

using TensorMap = std::map<std::string, torch::Tensor>;

TensorMap state_map(const Network& network) {
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

/// The model of a checkpoint to begin with, which is `model` but for its cascades.
ModelConfig model_at_start(const Checkpoint& checkpoint, ModelConfig model) {
  const ModelFindings findings = model_findings(checkpoint);
  require(!findings.empty(), [&] { return no_network(checkpoint); });
  for (const ModelFinding& finding : findings) {
    model.cascades = finding.key == "cascades" ? finding.value.as_int() : model.cascades;
  }
  const auto others = contradictions(findings, model);
  require(others.empty(), [&] {
    return Error::Parts{checkpoint.path.string(), "another model: " + to_text(others),
                        "the same model, but for the number of cascades",
                        "Change the configuration's `model:`, or begin with another file."};
  });
  return model;
}

/// The parameters of a cascade, in the network's order.
std::vector<torch::Tensor> tensors_of_cascade(const Network& network, int64_t cascade) {
  std::vector<torch::Tensor> tensors;
  for (const auto& [key, tensor] : state_of(*network)) {
    const auto place = place_of(key);
    if (place && place->cascade == cascade) {
      tensors.push_back(tensor);
    }
  }
  return tensors;
}

/// Copies cascade `from` to cascade `to` of the same network if all shapes are the same.
bool copy_cascade(const Network& network, int64_t from, int64_t to) {
  const auto sources = tensors_of_cascade(network, from);
  const auto targets = tensors_of_cascade(network, to);
  const bool fits = std::equal(sources.begin(), sources.end(), targets.begin(), targets.end(),
                               [](const auto& a, const auto& b) { return a.sizes() == b.sizes(); });
  for (size_t i = 0; fits && i < sources.size(); ++i) {
    targets[i].copy_(sources[i]);
  }
  return fits;
}

}  // namespace

Network random_network(const ModelConfig& model, int64_t seed) {
  const SeedScope scope(static_cast<uint64_t>(seed));
  return make_network(model);
}

Network load_start(const std::filesystem::path& file, const ModelConfig& model) {
  const auto checkpoint = load_checkpoint(file);
  Network network = random_network(model_at_start(checkpoint, model), 0);
  load_state(*network, checkpoint);
  return network;
}

Growth grown(const Network& network, int64_t cascades, AddedCascades added, int64_t seed) {
  const torch::NoGradGuard no_grad;
  const int64_t before = network->cascades();
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
    const bool is_copy =
        added == AddedCascades::copy && copy_cascade(growth.network, before - 1, index);
    ++(is_copy ? growth.copied : growth.fresh);
  }
  return growth;
}

}  // namespace dircn
