// How many parameters E2E-VarNet has.

#include "model/varnet_kind.h"

namespace dircn {
namespace {

int64_t conv_block(int64_t in, int64_t out) {
  return 9 * out * (in + out);
}

int64_t unet(int64_t channels, int64_t pools) {
  int64_t in = 2;
  int64_t width = channels;
  int64_t count = 2 * channels + 2;  // the last convolution
  for (int64_t i = 0; i < pools; ++i, in = width, width *= 2) {
    const int64_t doubling = 4 * 2 * width * width;
    count += conv_block(in, width) + doubling + conv_block(2 * width, width);
  }
  return count + conv_block(in, width);
}

}  // namespace

ParameterCount count_varnet(const ModelConfig& config) {
  ParameterCount count;
  count.sensitivity = unet(config.sensitivity_channels, config.sensitivity_pools);
  count.cascades.assign(config.cascades, unet(config.channels, config.pools));
  count.data_consistency = config.cascades;
  return count;
}

}  // namespace dircn
