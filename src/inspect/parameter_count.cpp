#include "inspect/parameter_count.h"

#include <torch/types.h>

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <string>

#include "dircn/model/aggregation.h"

namespace dircn::detail {
namespace {

constexpr size_t kMaxCascades = 1000;  // of a valid configuration

// --- Of a configuration --------------------------------------------------------------------------

int64_t norm_parameters(int64_t channels) {
  return 2 * channels;
}

int64_t convolution(int64_t in, int64_t out, int64_t kernel) {
  return in * out * kernel * kernel + norm_parameters(out);
}

/// The parameters of a ResXUnet, block by block.
class Unet {
 public:
  Unet(const ModelConfig& config, int64_t channels, int64_t groups)
      : config_(config), n_(channels), g_(groups) {}

  int64_t parameters(int64_t in, bool interconnections) const {
    const int64_t n = n_;
    const int64_t g = g_;
    const int64_t joined = interconnections ? 3 : 2;
    const int64_t down = convolution(n, 2 * n, 2) + basic(2 * n, 2 * g) +
                         convolution(2 * n, 4 * n, 2) + basic(4 * n, 2 * g) +
                         convolution(4 * n, 8 * n, 2) + basic(8 * n, 4 * g) +
                         convolution(8 * n, 8 * n, 2) + 2 * bottleneck(8 * n, 4 * n, 4 * g);
    const int64_t up = stage(8 * n, 8 * n, joined) + basic(8 * n, 4 * g) +
                       stage(8 * n, 4 * n, joined) + basic(4 * n, 2 * g) +
                       stage(4 * n, 2 * n, joined) + basic(2 * n, 2 * g) + stage(2 * n, n, joined) +
                       basic(n, g) + bottleneck(n, n, g);
    return convolution(in, n, 3) + basic(n, g) + down + up + 2 * n + 2;
  }

 private:
  /// Upsampling, and the convolution of what is joined to it.
  static int64_t stage(int64_t in, int64_t out, int64_t joined) {
    return convolution(in, out, 2) + convolution(joined * out, out, 3);
  }

  int64_t squeeze(int64_t channels) const {
    const auto ratio = config_.se_ratio * static_cast<double>(channels);
    const int64_t squeezed = std::max<int64_t>(1, static_cast<int64_t>(ratio));
    const int64_t seen = config_.se_squeeze == SeSqueeze::statistics ? 2 * channels : channels;
    return (seen + 1) * squeezed + (squeezed + 1) * channels;
  }

  int64_t basic(int64_t channels, int64_t groups) const {
    return convolution(channels, channels, 3) + convolution(channels / groups, channels, 3) +
           squeeze(channels);
  }

  int64_t bottleneck(int64_t channels, int64_t mid, int64_t groups) const {
    return convolution(channels, mid, 1) + convolution(mid / groups, mid, 3) +
           convolution(mid, channels, 1) + squeeze(channels);
  }

  const ModelConfig& config_;
  int64_t n_;
  int64_t g_;
};

// --- Of a checkpoint -----------------------------------------------------------------------------

bool begins_with(const std::string& text, const std::string& start) {
  return text.rfind(start, 0) == 0;
}

/// T of a key "i_cascades.T.i_model...", where that is a cascade's own parameter.
std::optional<size_t> cascade_of(const std::string& key) {
  const std::string start = "i_cascades.";
  constexpr size_t kLongestNumber = 3;  // digits of an index below kMaxCascades
  const size_t dot = begins_with(key, start) ? key.find('.', start.size()) : std::string::npos;
  if (dot == std::string::npos || dot == start.size() || dot > start.size() + kLongestNumber) {
    return std::nullopt;
  }
  const std::string number = key.substr(start.size(), dot - start.size());
  const bool digits = number.find_first_not_of("0123456789") == std::string::npos;
  return digits ? std::optional<size_t>(std::stoul(number)) : std::nullopt;
}

}  // namespace

int64_t ParameterCount::total() const {
  return std::accumulate(cascades.begin(), cascades.end(), int64_t{0}) + sensitivity +
         data_consistency + aggregation + other;
}

ParameterCount count_parameters(const ModelConfig& config) {
  ParameterCount count;
  const Unet sensitivity(config, config.sensitivity_channels, config.sensitivity_groups);
  const Unet cascade(config, config.channels, config.groups);
  count.sensitivity = sensitivity.parameters(2, false);
  for (int64_t t = 0; t < config.cascades; ++t) {
    count.cascades.push_back(cascade.parameters(2 * aggregated_images(config.aggregation, t),
                                                config.interconnections && t > 0));
  }
  count.data_consistency = config.cascades;
  count.aggregation = config.aggregation == Aggregation::concat ? 0 : config.cascades;
  return count;
}

ParameterCount count_parameters(const StateDict& state) {
  ParameterCount count;
  for (const auto& [key, tensor] : state) {
    const auto cascade = cascade_of(key);
    const std::string last = key.substr(key.rfind('.') + 1);
    if (begins_with(key, "sens_net.")) {
      count.sensitivity += tensor.numel();
    } else if (!cascade || *cascade >= kMaxCascades) {
      count.other += tensor.numel();
    } else if (last == "dc_weight") {
      count.data_consistency += tensor.numel();
    } else if (is_aggregation_weight(key)) {
      count.aggregation += tensor.numel();
    } else {
      count.cascades.resize(std::max(count.cascades.size(), *cascade + 1), 0);
      count.cascades[*cascade] += tensor.numel();
    }
  }
  return count;
}

Report to_report(const ParameterCount& count) {
  Report report{{"total", count.total()},
                {"sensitivity", count.sensitivity},
                {"cascades", count.cascades},
                {"data_consistency_weights", count.data_consistency},
                {"aggregation_weights", count.aggregation}};
  if (count.other > 0) {
    report["other"] = count.other;
  }
  return report;
}

}  // namespace dircn::detail
