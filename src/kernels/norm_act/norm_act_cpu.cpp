// norm_act for channels-last tensors, in as few passes over memory as there can be.
//
// Forward: one pass for mean and variance, one for y = act((x − mean) · slope + shift + residual)
// with slope = scale / sqrt(var + eps).
// Backward, with z the argument of act and dz = dy · act'(z): one pass for Σ dz and Σ dz · (x −
// mean), which are the gradients of shift and (times 1 / sqrt(var + eps)) of scale, and one for
//   dx = slope · (dz − mean(dz) − (x − mean) / (var + eps) · mean(dz · (x − mean))).
// dz is computed in both, unless the first writes it down as the gradient of the residual.
//
// norm_act_cut.h says how an image is cut, norm_act_loops.h what is done with the pieces.

#include "kernels/norm_act/norm_act_cpu.h"

#include <c10/util/BFloat16.h>

#include <cmath>
#include <vector>

#include "kernels/norm_act/norm_act_cut.h"
#include "kernels/norm_act/norm_act_loops.h"

namespace dircn {
namespace {

/// The terms of an image and channel. The loops subtract `centre`, the mean rounded to float; what
/// that leaves, `rest`, goes into the other terms.
struct ChannelTerms {
  ChannelTerms(const NormTerms& terms, int64_t i)
      : centre(static_cast<float>(terms.mean[i])),
        rest(terms.mean[i] - centre),
        inverse_std(1 / std::sqrt(terms.std[i] * terms.std[i] + kNormEps)),
        slope(terms.scale[i] * inverse_std),
        shift(terms.shift[i] - rest * slope) {}

  double centre, rest, inverse_std, slope, shift;
};

std::vector<ChannelTerms> channel_terms(const NormShape& shape, const NormTerms& terms) {
  std::vector<ChannelTerms> result;
  result.reserve(shape.images * shape.channels);
  for (int64_t i = 0; i < shape.images * shape.channels; ++i) {
    result.emplace_back(terms, i);
  }
  return result;
}

/// The forward map's terms for the lanes of an image whose channels' terms begin at `channel`.
struct ForwardTerms {
  ForwardTerms(const Cut& cut, const ChannelTerms* channel)
      : centre(cut.spread([&](int64_t c) { return channel[c].centre; })),
        slope(cut.spread([&](int64_t c) { return channel[c].slope; })),
        shift(cut.spread([&](int64_t c) { return channel[c].shift; })) {}

  LaneTerms view() const { return {centre.data(), slope.data(), shift.data()}; }

  Lanes<float> centre, slope, shift;
};

template <typename T>
T* offset(T* start, int64_t distance) {
  return start == nullptr ? nullptr : start + distance;
}

}  // namespace

template <typename T>
void channel_statistics_cpu(const T* x, const NormShape& shape, double* mean, double* std) {
  const auto loops = norm_loops<Stored<T>>();
  const Cut cut(shape);
  // Sums of x − pivot, the image's first pixel: a constant channel has variance 0.
  const auto pivot = [&](int64_t image, int64_t c) {
    return static_cast<float>(x[image * cut.image + c]);
  };
  const auto sums = channel_sums(shape, cut, [&](int64_t image, int64_t task, LaneSums total) {
    const auto pivots = cut.spread([&](int64_t c) { return pivot(image, c); });
    cut.for_each_block(task, [&](int64_t at, Block block) {
      loops.add_moments(stored(x + image * cut.image + at), block, pivots.data(), total);
    });
  });
  const auto pixels = static_cast<double>(shape.pixels);
  for (int64_t i = 0; i < shape.images * shape.channels; ++i) {
    const int64_t image = i / shape.channels;
    const int64_t c = i % shape.channels;
    const double* sum = &sums[2 * image * shape.channels];
    const double above_pivot = sum[c] / pixels;
    const double variance = sum[shape.channels + c] / pixels - above_pivot * above_pivot;
    mean[i] = pivot(image, c) + above_pivot;
    std[i] = std::sqrt(variance < 0 ? 0 : variance);
  }
}

template <typename T>
void norm_act_cpu(const T* x, const T* residual, T* y, const NormShape& shape,
                  const NormTerms& terms, Activation activation) {
  const auto loops = norm_loops<Stored<T>>();
  const Cut cut(shape);
  const auto channels = channel_terms(shape, terms);
  for_each_task(shape, cut, [&](int64_t image, int64_t task) {
    const ForwardTerms lanes(cut, &channels[image * cut.channels]);
    cut.for_each_block(task, [&](int64_t at, Block block) {
      at += image * cut.image;
      loops.apply(stored(x + at), stored(offset(residual, at)), stored(y + at), block, lanes.view(),
                  activation);
    });
  });
}

template <typename T>
void norm_act_backward_cpu(const T* x, const T* residual, const T* dy, const NormShape& shape,
                           const NormTerms& terms, Activation activation,
                           const NormGradients<T>& gradients) {
  const auto loops = norm_loops<Stored<T>>();
  const Cut cut(shape);
  const auto channels = channel_terms(shape, terms);
  const auto sums = channel_sums(shape, cut, [&](int64_t image, int64_t task, LaneSums total) {
    const ForwardTerms lanes(cut, &channels[image * cut.channels]);
    cut.for_each_block(task, [&](int64_t at, Block block) {
      at += image * cut.image;
      loops.add_gradients({stored(x + at), stored(offset(residual, at)), stored(dy + at)},
                          stored(offset(gradients.residual, at)), block, lanes.view(), total,
                          activation);
    });
  });
  // Per image and channel: mean(dz), and mean(dz · x̂) / sqrt(var + eps).
  const auto pixels = static_cast<double>(shape.pixels);
  std::vector<double> constant(shape.images * shape.channels);
  std::vector<double> linear(constant.size());
  for (int64_t i = 0; i < shape.images * shape.channels; ++i) {
    const ChannelTerms& channel = channels[i];
    const double* sum = &sums[2 * (i / shape.channels) * shape.channels + i % shape.channels];
    const double product = (sum[shape.channels] - channel.rest * sum[0]) * channel.inverse_std;
    gradients.shift[i] = static_cast<float>(sum[0]);
    gradients.scale[i] = static_cast<float>(product);
    linear[i] = product / pixels * channel.inverse_std;
    constant[i] = sum[0] / pixels - channel.rest * linear[i];
  }
  const bool wrote_dz = residual != nullptr;
  const T* given = wrote_dz ? gradients.residual : dy;
  const Activation left = wrote_dz ? Activation::none : activation;
  for_each_task(shape, cut, [&](int64_t image, int64_t task) {
    const int64_t first = image * cut.channels;
    const ForwardTerms lanes(cut, &channels[image * cut.channels]);
    const auto constants = cut.spread([&](int64_t c) { return constant[first + c]; });
    const auto slopes = cut.spread([&](int64_t c) { return linear[first + c]; });
    cut.for_each_block(task, [&](int64_t at, Block block) {
      at += image * cut.image;
      loops.input_gradient({stored(x + at), nullptr, stored(given + at)}, stored(gradients.x + at),
                           block, lanes.view(), {constants.data(), slopes.data()}, left);
    });
  });
}

template void channel_statistics_cpu(const float*, const NormShape&, double*, double*);
template void channel_statistics_cpu(const c10::BFloat16*, const NormShape&, double*, double*);
template void norm_act_cpu(const float*, const float*, float*, const NormShape&, const NormTerms&,
                           Activation);
template void norm_act_cpu(const c10::BFloat16*, const c10::BFloat16*, c10::BFloat16*,
                           const NormShape&, const NormTerms&, Activation);
template void norm_act_backward_cpu(const float*, const float*, const float*, const NormShape&,
                                    const NormTerms&, Activation, const NormGradients<float>&);
template void norm_act_backward_cpu(const c10::BFloat16*, const c10::BFloat16*,
                                    const c10::BFloat16*, const NormShape&, const NormTerms&,
                                    Activation, const NormGradients<c10::BFloat16>&);

}  // namespace dircn
