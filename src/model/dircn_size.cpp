// How many parameters DIRCN has.

#include "dircn/model/cascade.h"
#include "dircn/model/squeeze_excitation.h"
#include "model/dircn_kind.h"

namespace dircn {
namespace {

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
    const int64_t squeezed = squeezed_channels(channels, config_.se_ratio);
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

}  // namespace

ParameterCount count_dircn(const ModelConfig& config) {
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

}  // namespace dircn
