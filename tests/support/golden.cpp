#include "support/golden.h"

#include <torch/csrc/jit/serialization/pickle.h>
#include <torch/nn/module.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <limits>
#include <stdexcept>

#include "support/paths.h"

namespace dircn::testing {
namespace {

constexpr const char* kOriginalForm = "final_bottle.0.";

c10::impl::GenericDict config_dict(const c10::IValue& value) {
  return value.toGenericDict();
}

}  // namespace

GoldenFile::GoldenFile(const std::string& name) {
  const auto content = read_file(golden(name));
  const auto value = torch::jit::pickle_load(std::vector<char>(content.begin(), content.end()));
  for (const auto& entry : value.toGenericDict()) {
    entries_.emplace(entry.key().toStringRef(), entry.value());
  }
}

torch::Tensor GoldenFile::tensor(const std::string& key) const {
  return entries_.at(key).toTensor();
}

int64_t GoldenFile::integer(const std::string& key) const {
  return entries_.at(key).toInt();
}

double GoldenFile::number(const std::string& key) const {
  return entries_.at(key).toDouble();
}

std::string GoldenFile::text(const std::string& key) const {
  return entries_.at(key).toStringRef();
}

std::map<std::string, torch::Tensor> GoldenFile::tensors(const std::string& key) const {
  std::map<std::string, torch::Tensor> result;
  for (const auto& entry : entries_.at(key).toGenericDict()) {
    result.emplace(normalized_key(entry.key().toStringRef()), entry.value().toTensor());
  }
  return result;
}

std::vector<std::string> GoldenFile::keys(const std::string& key) const {
  std::vector<std::string> result;
  for (const auto& entry : entries_.at(key).toGenericDict()) {
    result.push_back(entry.key().toStringRef());
  }
  return result;
}

ModelConfig GoldenFile::model_config() const {
  const auto config = config_dict(entries_.at("config"));
  const auto integer_at = [&](const char* key) { return config.at(key).toInt(); };
  const auto flag_at = [&](const char* key) { return config.at(key).toBool(); };
  ModelConfig model;
  if (config.contains("chans")) {
    model = default_model(NetworkName::varnet);
    model.cascades = integer_at("num_cascades");
    model.channels = integer_at("chans");
    model.pools = integer_at("pools");
    model.sensitivity_channels = integer_at("sens_chans");
    model.sensitivity_pools = integer_at("sens_pools");
    const bool all = config.contains("mask_center") && !flag_at("mask_center");
    model.sensitivity_from = all ? MapsFrom::all : MapsFrom::centre;
    return model;
  }
  model.cascades = integer_at("num_cascades");
  model.channels = integer_at("n");
  model.sensitivity_channels = integer_at("sense_n");
  model.groups = integer_at("groups");
  model.sensitivity_groups = integer_at("sense_groups");
  model.se_ratio = config.at("ratio").toDouble();
  model.interconnections = flag_at("interconnections");
  model.data_consistency =
      flag_at("variational") ? DataConsistency::variational : DataConsistency::soft;
  const bool original = has("variant") && text("variant") == "concat";
  model.aggregation = !flag_at("dense") ? Aggregation::none
                      : original        ? Aggregation::concat
                                        : Aggregation::weighted_sum;
  return model;
}

torch::Tensor GoldenFile::kspace(torch::ScalarType real) const {
  return as_complex(tensor("masked_kspace").to(real));
}

torch::Tensor as_complex(const torch::Tensor& pairs) {
  return torch::view_as_complex(pairs.contiguous());
}

std::string normalized_key(std::string key) {
  const auto found = key.find(kOriginalForm);
  if (found != std::string::npos) {
    key.replace(found, std::string(kOriginalForm).size(), "final_bottle.");
  }
  return key;
}

void load_parameters(torch::nn::Module& network,
                     const std::map<std::string, torch::Tensor>& parameters) {
  const torch::NoGradGuard no_grad;
  size_t loaded = 0;
  for (auto& parameter : network.named_parameters()) {
    const auto found = parameters.find(parameter.key());
    if (found != parameters.end()) {
      parameter.value().copy_(found->second);
      ++loaded;
    } else if (parameter.key().find("cat_weight") == std::string::npos) {
      throw std::runtime_error("no golden value for " + parameter.key());
    }
  }
  if (loaded != parameters.size()) {
    throw std::runtime_error("golden parameters that the network lacks");
  }
}

double relative_max_error(const torch::Tensor& a, const torch::Tensor& b) {
  if (!torch::isfinite(torch::abs(a)).all().item<bool>() ||
      !torch::isfinite(torch::abs(b)).all().item<bool>()) {
    return std::numeric_limits<double>::infinity();
  }
  const auto wide = [](const torch::Tensor& x) {
    return x.to(x.is_complex() ? torch::kComplexDouble : torch::kDouble);
  };
  const double difference = torch::abs(wide(a) - wide(b)).max().item<double>();
  const double scale = torch::abs(wide(b)).max().item<double>();
  return scale > 0 ? difference / scale : difference;
}

}  // namespace dircn::testing
