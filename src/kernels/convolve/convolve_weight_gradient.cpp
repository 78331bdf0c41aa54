// The gradient of a 3×3 convolution's weights, from staged rows of its input and of its output's
// gradient.

#include <c10/util/BFloat16.h>

#include <algorithm>
#include <vector>

#include "dircn/runtime/threads.h"
#include "kernels/cache_lines.h"
#include "kernels/convolve/convolve_cpu.h"
#include "kernels/convolve/convolve_form.h"
#include "kernels/convolve/convolve_loops.h"
#include "kernels/convolve/convolve_strips.h"
#include "kernels/convolve/convolve_winograd_gradient.h"

namespace dircn {
namespace {

/// The gradient of the weights from some rows, in bands that keep a tile of dy in the first cache.
template <typename T>
void weight_gradient_of_strip(const std::vector<ConvolveSource<T>>& sources,
                              const ConvolveShape& shape, const T* dy, int64_t image, int64_t begin,
                              int64_t end, float* gradient) {
  constexpr int64_t kBandPixels = 768;
  const int64_t in = channels_of(sources);
  std::fill_n(gradient, shape.out * in / shape.groups * kTaps, 0.0F);
  const int64_t group_in = in / shape.groups;
  const int64_t group_out = shape.out / shape.groups;
  const int64_t stride = staged_stride(shape.width);
  const int64_t most = std::max<int64_t>(1, kBandPixels / shape.width);
  float* x = thread_scratch(((most + 2) * in + most * shape.out) * stride);
  float* staged_dy = x + (most + 2) * in * stride;
  const std::vector<ConvolveSource<T>> gradient_of_y{{dy, shape.out}};
  for (int64_t row = begin; row < end; row += most) {
    const int64_t rows = std::min(most, end - row);
    for (int64_t r = 0; r < rows + 2; ++r) {
      stage_row(sources, shape, image, row + r - 1, x + r * in * stride);
    }
    for (int64_t r = 0; r < rows; ++r) {
      stage_row(gradient_of_y, shape, image, row + r, staged_dy + r * shape.out * stride);
    }
    for (int64_t group = 0; group < shape.groups; ++group) {
      const StagedBand band{x + group * group_in * stride,
                            staged_dy + group * group_out * stride,
                            rows,
                            in * stride,
                            shape.out * stride,
                            stride,
                            shape.width};
      convolve_loops().add_weight_gradient(band, group_in, group_out,
                                           gradient + group * group_out * group_in * kTaps);
    }
  }
}

}  // namespace

template <typename T>
void convolve_weight_gradient_cpu(const std::vector<ConvolveSource<T>>& sources,
                                  const ConvolveShape& shape, const T* dy, float* gradient) {
  const Strips strips(shape, 16, 8);
  const int64_t size = shape.out * channels_of(sources) / shape.groups * kTaps;
  const int64_t count = shape.images * strips.count;
  const bool in_tiles = weight_gradient_form(channels_of(sources), shape) == ConvolveForm::winograd;
  Scratch parts(count * size);
  parallel_for(count, [&](int64_t i) {
    const int64_t strip = i % strips.count;
    const auto of_strip = in_tiles ? winograd_weight_gradient<T> : weight_gradient_of_strip<T>;
    of_strip(sources, shape, dy, i / strips.count, strips.begin(strip), strips.begin(strip + 1),
             parts.at(i * size));
  });
  parallel_for(shape.out, [&](int64_t channel) {
    const int64_t first = channel * size / shape.out;
    const int64_t own = size / shape.out;
    std::fill_n(gradient + first, own, 0.0F);
    for (int64_t part = 0; part < count; ++part) {
      const float* values = parts.at(part * size + first);
      for (int64_t i = 0; i < own; ++i) {
        gradient[first + i] += values[i];
      }
    }
  });
}

template void convolve_weight_gradient_cpu(const std::vector<ConvolveSource<float>>&,
                                           const ConvolveShape&, const float*, float*);
template void convolve_weight_gradient_cpu(const std::vector<ConvolveSource<c10::BFloat16>>&,
                                           const ConvolveShape&, const c10::BFloat16*, float*);

}  // namespace dircn
