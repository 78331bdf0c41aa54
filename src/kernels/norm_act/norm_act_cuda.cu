// norm_act on a CUDA GPU; norm_act_cpu.cpp has the formulas.
//
// Forward: one kernel sums up chunks, one adds these up and makes mean and deviation of them, one
// applies. Backward: the same three steps. The two that read a tensor are bound by memory. No
// atomic operations: every sum is taken in an order that the shape alone decides.

#include "kernels/norm_act/norm_act_cuda.h"

#include <c10/cuda/CUDAException.h>
#include <c10/cuda/CUDAStream.h>
#include <c10/util/BFloat16.h>

#include <algorithm>
#include <initializer_list>
#include <type_traits>

#include "kernels/norm_act/norm_act_terms.cuh"
#include "kernels/norm_act/norm_act_walk.cuh"

namespace dircn {
namespace {

constexpr int kPackBytes = 16;     // what a thread reads at once
constexpr int64_t kBlocks = 1024;  // wanted: several for each of a large GPU's processors
constexpr int64_t kLeast = 2048;   // values of a block: enough work for its threads,
constexpr int64_t kMost = 16384;   // and sums in single precision that stay short

int64_t divide_up(int64_t a, int64_t b) {
  return (a + b - 1) / b;
}

/// Pixels of a block: whole packs in either layout.
int64_t chunk_of(const NormShape& shape, NormLayout layout) {
  const int64_t values = divide_up(shape.images * shape.channels * shape.pixels, kBlocks);
  const int64_t across = layout == NormLayout::planes ? 1 : shape.channels;
  return divide_up(std::clamp(values, kLeast, kMost), kPackBytes * across) * kPackBytes;
}

GridCut make_cut(const NormShape& shape, NormLayout layout, int width) {
  const bool planes = layout == NormLayout::planes;
  GridCut cut{};
  cut.pixels = shape.pixels;
  cut.channels = shape.channels;
  cut.chunk = chunk_of(shape, layout);
  cut.chunks = static_cast<int>(divide_up(shape.pixels, cut.chunk));
  cut.pixel_stride = planes ? 1 : shape.channels;
  cut.plane_stride = planes ? shape.pixels : 1;
  cut.thread_channels = planes ? 1 : width;
  cut.thread_pixels = planes ? width : 1;
  const int64_t packs = shape.channels / cut.thread_channels;
  cut.columns = planes ? 1 : static_cast<int>(std::min<int64_t>(packs, kThreads));
  cut.rows = kThreads / cut.columns;
  cut.tiles = static_cast<int>(divide_up(packs, cut.columns));
  return cut;
}

// --- on the GPU ---------------------------------------------------------------------------------

/// Sums of x − o and (x − o)², o being the channel's first pixel, so that a constant channel has
/// variance 0. A thread subtracts its own first pixel and leaves the difference to double
/// precision: a channel's first pixel may lie far from all others.
template <typename T, int Width>
__global__ void sum_moments(const T* x, GridCut cut, Pair* partial) {
  const Walk walk(cut);
  const auto pivot = Pack<T, Width>::read(x + walk.offset(walk.first < walk.end ? walk.first : 0));
  float sum[Width] = {};
  float squares[Width] = {};
  int count = 0;
  for (int64_t pixel = walk.first; pixel < walk.end; pixel += walk.step, ++count) {
    const auto value = Pack<T, Width>::read(x + walk.offset(pixel));
    for (int slot = 0; slot < Width; ++slot) {
      const float d = static_cast<float>(value.slot[slot]) - static_cast<float>(pivot.slot[slot]);
      sum[slot] += d;
      squares[slot] += d * d;
    }
  }
  Pair total[Width];
  for (int slot = 0; slot < Width; ++slot) {
    const T origin = x[walk.start + (walk.slots_share_channel ? 0 : slot)];
    const double gap = static_cast<double>(static_cast<float>(pivot.slot[slot])) -
                       static_cast<double>(static_cast<float>(origin));
    total[slot] = {sum[slot] + count * gap, squares[slot] + gap * (2.0 * sum[slot] + count * gap)};
  }
  write_sums(total, cut, walk, partial);
}

/// One block for each image and channel.
template <typename T>
__global__ void finish_moments(const T* x, GridCut cut, const Pair* partial, double* mean,
                               double* std) {
  const int64_t plane = blockIdx.x;
  const Pair sum = sum_of_chunks(partial, plane, cut.chunks);
  if (threadIdx.x == 0) {
    const int64_t image = plane / cut.channels;
    const int64_t channel = plane % cut.channels;
    const T origin = x[image * cut.channels * cut.pixels + channel * cut.plane_stride];
    const auto pixels = static_cast<double>(cut.pixels);
    const double above_origin = sum.a / pixels;
    const double variance = sum.b / pixels - above_origin * above_origin;
    mean[plane] = static_cast<float>(origin) + above_origin;
    std[plane] = sqrt(variance < 0 ? 0.0 : variance);
  }
}

/// y may be x: a thread has read a pack before it writes that place.
template <typename T, int Width>
__global__ void apply(const T* x, const T* residual, T* y, GridCut cut, NormTerms norm,
                      Activation activation) {
  const Walk walk(cut);
  const SlotTerms<Width> terms(norm, walk);
  for (int64_t pixel = walk.first; pixel < walk.end; pixel += walk.step) {
    const int64_t at = walk.offset(pixel);
    auto value = Pack<T, Width>::read(x + at);
    Pack<T, Width> other{};
    if (residual != nullptr) {
      other = Pack<T, Width>::read(residual + at);
    }
    for (int slot = 0; slot < Width; ++slot) {
      const float z = terms.z(static_cast<float>(value.slot[slot]), slot) +
                      static_cast<float>(other.slot[slot]);
      value.slot[slot] = static_cast<T>(act(activation, z));
    }
    value.write(y + at);
  }
}

/// Sums of dz and dz · (x − centre). `dresidual`, which takes dz, may be null.
template <typename T, int Width>
__global__ void sum_gradients(const T* x, const T* residual, const T* dy, T* dresidual, GridCut cut,
                              NormTerms norm, Activation activation, Pair* partial) {
  const Walk walk(cut);
  const SlotTerms<Width> terms(norm, walk);
  float sum[Width] = {};
  float products[Width] = {};
  for (int64_t pixel = walk.first; pixel < walk.end; pixel += walk.step) {
    const int64_t at = walk.offset(pixel);
    const auto value = Pack<T, Width>::read(x + at);
    auto gradient = Pack<T, Width>::read(dy + at);
    Pack<T, Width> other{};
    if (residual != nullptr) {
      other = Pack<T, Width>::read(residual + at);
    }
    for (int slot = 0; slot < Width; ++slot) {
      const auto here = static_cast<float>(value.slot[slot]);
      const float z = terms.z(here, slot) + static_cast<float>(other.slot[slot]);
      const float dz = static_cast<float>(gradient.slot[slot]) * act_slope(activation, z);
      sum[slot] += dz;
      products[slot] += dz * (here - terms.centre[slot]);
      gradient.slot[slot] = static_cast<T>(dz);
    }
    if (dresidual != nullptr) {
      gradient.write(dresidual + at);
    }
  }
  Pair total[Width];
  for (int slot = 0; slot < Width; ++slot) {
    total[slot] = {sum[slot], products[slot]};
  }
  write_sums(total, cut, walk, partial);
}

/// One block for each image and channel. `constant_linear`: what the gradient of x subtracts from
/// dz, as a function of x − centre.
__global__ void finish_gradients(GridCut cut, const Pair* partial, NormTerms norm, float* dscale,
                                 float* dshift, Pair* constant_linear) {
  const int64_t plane = blockIdx.x;
  const Pair sum = sum_of_chunks(partial, plane, cut.chunks);
  if (threadIdx.x == 0) {
    const auto pixels = static_cast<double>(cut.pixels);
    const double rest = norm.mean[plane] - static_cast<float>(norm.mean[plane]);
    const double inverse_std = 1 / sqrt(norm.std[plane] * norm.std[plane] + kNormEps);
    const double product = (sum.b - rest * sum.a) * inverse_std;
    dshift[plane] = static_cast<float>(sum.a);
    dscale[plane] = static_cast<float>(product);
    const double linear = product / pixels * inverse_std;
    constant_linear[plane] = {sum.a / pixels - rest * linear, linear};
  }
}

/// `dz`: that, and no activation; or dy, of which dz is computed once more.
template <typename T, int Width>
__global__ void input_gradient(const T* x, const T* dz, Activation activation, T* dx, GridCut cut,
                               NormTerms norm, const Pair* constant_linear) {
  const Walk walk(cut);
  const SlotTerms<Width> terms(norm, walk);
  float constant[Width];
  float linear[Width];
  for (int slot = 0; slot < Width; ++slot) {
    constant[slot] = static_cast<float>(constant_linear[walk.plane_of(slot)].a);
    linear[slot] = static_cast<float>(constant_linear[walk.plane_of(slot)].b);
  }
  for (int64_t pixel = walk.first; pixel < walk.end; pixel += walk.step) {
    const int64_t at = walk.offset(pixel);
    const auto value = Pack<T, Width>::read(x + at);
    auto gradient = Pack<T, Width>::read(dz + at);
    for (int slot = 0; slot < Width; ++slot) {
      const auto here = static_cast<float>(value.slot[slot]);
      const float factor = act_slope(activation, terms.z(here, slot));
      const float own = static_cast<float>(gradient.slot[slot]) * factor;
      gradient.slot[slot] = static_cast<T>(
          terms.slope[slot] * (own - constant[slot] - (here - terms.centre[slot]) * linear[slot]));
    }
    gradient.write(dx + at);
  }
}

// --- starting it --------------------------------------------------------------------------------

/// Calls start(width, cut, blocks, stream) with the widest packs that shape and places allow.
template <typename T, typename Start>
void with_width(const NormShape& shape, NormLayout layout, std::initializer_list<const T*> places,
                const Start& start) {
  constexpr int widest = kPackBytes / static_cast<int>(sizeof(T));
  const int64_t dense = layout == NormLayout::planes ? shape.pixels : shape.channels;
  const bool wide =
      dense % widest == 0 && std::all_of(places.begin(), places.end(), [](auto at) {
        return reinterpret_cast<std::uintptr_t>(at) % kPackBytes == 0;  // null is, too
      });
  const auto run = [&](auto width) {
    const GridCut cut = make_cut(shape, layout, width);
    const dim3 blocks(cut.chunks, cut.tiles, static_cast<unsigned>(shape.images));
    start(width, cut, blocks, c10::cuda::getCurrentCUDAStream().stream());
    C10_CUDA_KERNEL_LAUNCH_CHECK();
  };
  if (wide) {
    run(std::integral_constant<int, widest>());
  } else {
    run(std::integral_constant<int, 1>());
  }
}

unsigned planes_of(const NormShape& shape) {
  return static_cast<unsigned>(shape.images * shape.channels);
}

}  // namespace

int64_t norm_scratch_cuda(const NormShape& shape, NormLayout layout) {
  const int64_t chunks = divide_up(shape.pixels, chunk_of(shape, layout));
  return 2 * shape.images * shape.channels * (chunks + 1);
}

template <typename T>
void channel_statistics_cuda(const T* x, const NormShape& shape, NormLayout layout, double* scratch,
                             double* mean, double* std) {
  auto* partial = reinterpret_cast<Pair*>(scratch);
  with_width<T>(shape, layout, {x}, [&](auto width, const GridCut& cut, dim3 blocks, auto stream) {
    sum_moments<T, decltype(width)::value><<<blocks, kThreads, 0, stream>>>(x, cut, partial);
    C10_CUDA_KERNEL_LAUNCH_CHECK();
    finish_moments<<<planes_of(shape), kThreads, 0, stream>>>(x, cut, partial, mean, std);
  });
}

template <typename T>
void norm_act_cuda(const T* x, const T* residual, T* y, const NormShape& shape, NormLayout layout,
                   const NormTerms& terms, Activation activation) {
  with_width<T>(shape, layout, {x, residual, y},
                [&](auto width, const GridCut& cut, dim3 blocks, auto stream) {
                  apply<T, decltype(width)::value>
                      <<<blocks, kThreads, 0, stream>>>(x, residual, y, cut, terms, activation);
                });
}

template <typename T>
void norm_act_backward_cuda(const T* x, const T* residual, const T* dy, const NormShape& shape,
                            NormLayout layout, double* scratch, const NormTerms& terms,
                            Activation activation, const NormGradients<T>& gradients) {
  auto* constant_linear = reinterpret_cast<Pair*>(scratch);
  auto* partial = constant_linear + planes_of(shape);
  const bool wrote_dz = residual != nullptr;
  const T* given = wrote_dz ? gradients.residual : dy;
  const Activation left = wrote_dz ? Activation::none : activation;
  with_width<T>(shape, layout, {x, residual, dy, gradients.x, gradients.residual},
                [&](auto width, const GridCut& cut, dim3 blocks, auto stream) {
                  sum_gradients<T, decltype(width)::value><<<blocks, kThreads, 0, stream>>>(
                      x, residual, dy, gradients.residual, cut, terms, activation, partial);
                  C10_CUDA_KERNEL_LAUNCH_CHECK();
                  finish_gradients<<<planes_of(shape), kThreads, 0, stream>>>(
                      cut, partial, terms, gradients.scale, gradients.shift, constant_linear);
                  C10_CUDA_KERNEL_LAUNCH_CHECK();
                  input_gradient<T, decltype(width)::value><<<blocks, kThreads, 0, stream>>>(
                      x, given, left, gradients.x, cut, terms, constant_linear);
                });
}

#define DIRCN_INSTANTIATE(T)                                                                       \
  template void channel_statistics_cuda(const T*, const NormShape&, NormLayout, double*, double*,  \
                                        double*);                                                  \
  template void norm_act_cuda(const T*, const T*, T*, const NormShape&, NormLayout,                \
                              const NormTerms&, Activation);                                       \
  template void norm_act_backward_cuda(const T*, const T*, const T*, const NormShape&, NormLayout, \
                                       double*, const NormTerms&, Activation,                      \
                                       const NormGradients<T>&);
DIRCN_INSTANTIATE(float)
DIRCN_INSTANTIATE(c10::BFloat16)

}  // namespace dircn
