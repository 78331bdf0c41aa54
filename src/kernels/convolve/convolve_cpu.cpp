// 3×3 convolutions of channels-last tensors, where LibTorch's are far from the arithmetic's rate: a
// few channels, groups, or a concatenation that is only made to be convolved.
//
// A strip is staged row by row as the convolution proceeds; the statistics that the following norm
// needs are taken of an output row while it is in the cache, so that no pass over memory reads for
// them alone.

#include "kernels/convolve/convolve_cpu.h"

#include <c10/util/BFloat16.h>
#ifdef __x86_64__
#include <cpuid.h>
#endif

#include <algorithm>
#include <type_traits>
#include <vector>

#include "dircn/runtime/simd.h"
#include "dircn/runtime/threads.h"
#include "kernels/cache_lines.h"
#include "kernels/convolve/convolve_form.h"
#include "kernels/convolve/convolve_loops.h"
#include "kernels/convolve/convolve_moments.h"
#include "kernels/convolve/convolve_strips.h"
#include "kernels/convolve/convolve_winograd.h"

namespace dircn {
namespace {

/// The weights of the m, [4][out][in][3], from [out][in][3][3] (Note [Two rows at once]).
void pair_weights(const float* weight, int64_t count, float* terms) {
  for (int64_t i = 0; i < count; ++i) {
    for (int64_t kx = 0; kx < 3; ++kx) {
      const float g0 = weight[9 * i + kx];
      const float g1 = weight[9 * i + 3 + kx];
      const float g2 = weight[9 * i + 6 + kx];
      float* term = terms + 3 * i + kx;
      term[0] = g0;
      term[3 * count] = 0.5F * (g0 + g1 + g2);
      term[6 * count] = 0.5F * (g0 - g1 + g2);
      term[9 * count] = g2;
    }
  }
}

/// The weights as the loops take them.
class PackedWeights {
 public:
  /// weight: [out][in][3][3].
  PackedWeights(const float* weight, int64_t in, const ConvolveShape& shape)
      : in_pairs(convolve_form(in, shape) == ConvolveForm::row_pairs),
        packed_((in_pairs ? kPairTerms * 3 : kTaps) * shape.out * in) {
    const int64_t count = shape.out * in;
    if (in_pairs) {
      Scratch terms(kPairTerms * 3 * count);
      pair_weights(weight, count, terms.at(0));
      for (int64_t term = 0; term < kPairTerms; ++term) {
        pack(terms.at(term * 3 * count), in * 3, shape, packed_.at(term * 3 * count));
      }
    } else {
      pack(weight, in * kTaps, shape, packed_.at(0));
    }
  }

  const float* at(int64_t place) const { return packed_.at(place); }

  /// Note [Two rows at once]
  const bool in_pairs;

 private:
  /// [out][size] -> for each group and tile of output channels [size][channels of the tile].
  static void pack(const float* weight, int64_t size, const ConvolveShape& shape, float* packed) {
    const int64_t group = shape.out / shape.groups;
    const int64_t most = convolve_loops().tile;
    const int64_t tiles = (group + most - 1) / most;
    parallel_for(shape.groups * tiles, [&](int64_t i) {
      const int64_t first = i / tiles * group + i % tiles * most;
      const int64_t tile = std::min(most, group - i % tiles * most);
      for (int64_t k = 0; k < size * tile; ++k) {
        packed[first * size + k] = weight[(first + k % tile) * size + k / tile];
      }
    });
  }

  Scratch packed_;
};

/// One strip: its output rows and their moments.
template <typename T>
class Strip {
 public:
  Strip(const std::vector<ConvolveSource<T>>& sources, const ConvolveShape& shape,
        const PackedWeights& weight, int64_t image)
      : sources_(sources),
        shape_(shape),
        weight_(weight),
        image_(image),
        in_(channels_of(sources)),
        stride_(staged_stride(shape.width)),
        ring_(thread_scratch(((kRing + kPairTerms) * in_ + kPairTerms * shape.out) * stride_)),
        terms_(ring_ + kRing * in_ * stride_),
        output_(terms_ + kPairTerms * in_ * stride_),
        pivot_(shape.out),
        sums_(2 * shape.out) {}

  void run(int64_t begin, int64_t end, T* y, Moments* moments) {
    const int64_t step = weight_.in_pairs ? 2 : 1;
    stage(begin - 1);
    stage(begin);
    for (int64_t row = begin; row < end; row += step) {
      for (int64_t next = 1; next <= step; ++next) {
        stage(row + next);
      }
      weight_.in_pairs ? convolve_pair(row) : convolve_one(row);
      for (int64_t i = 0; i < std::min(step, end - row); ++i) {
        finish(output_ + i * shape_.out * stride_, row + i, row + i == begin, y);
      }
    }
    const auto count = static_cast<double>((end - begin) * shape_.width);
    for (int64_t c = 0; c < shape_.out; ++c) {
      moments[c] = Moments::about(pivot_[c], count, sums_[2 * c], sums_[2 * c + 1]);
    }
  }

 private:
  static constexpr int64_t kRing = 4;  // rows that are staged at a time

  float* staged(int64_t row) { return ring_ + (row + kRing) % kRing * in_ * stride_; }

  void stage(int64_t row) { stage_row(sources_, shape_, image_, row, staged(row)); }

  void convolve_one(int64_t row) {
    const int64_t in = in_ / shape_.groups;
    const int64_t out = shape_.out / shape_.groups;
    for (int64_t group = 0; group < shape_.groups; ++group) {
      const int64_t first = group * in * stride_;
      const StagedRows rows{{staged(row - 1) + first, staged(row) + first, staged(row + 1) + first},
                            3,
                            stride_,
                            shape_.width};
      loops_.convolve_row(rows, in, out, weight_.at(group * out * in * kTaps),
                          output_ + group * out * stride_);
    }
  }

  void convolve_pair(int64_t row) {
    const float* const x[] = {staged(row - 1), staged(row), staged(row + 1), staged(row + 2)};
    loops_.pair_inputs(x, in_ * stride_, terms_);
    for (int64_t term = 0; term < kPairTerms; ++term) {
      const StagedRows rows{{terms_ + term * in_ * stride_}, 1, stride_, shape_.width};
      loops_.convolve_row(rows, in_, shape_.out, weight_.at(term * 3 * shape_.out * in_),
                          output_ + term * shape_.out * stride_);
    }
    loops_.pair_outputs(output_, shape_.out, shape_.width, output_, output_ + shape_.out * stride_);
  }

  /// Writes an output row and takes the moments of what it wrote.
  void finish(float* output, int64_t row, bool first, T* y) {
    auto* place = stored(y + (image_ * shape_.height + row) * shape_.width * shape_.out);
    const auto rows = row_loops<Stored<T>>();
    rows.unstage(output, shape_.out, shape_.width, place);
    if constexpr (!std::is_same_v<T, float>) {  // it was rounded
      rows.stage(place, shape_.out, shape_.width, output);
    }
    for (int64_t c = 0; first && c < shape_.out; ++c) {
      pivot_[c] = output[c * stride_ + kMargin];
    }
    loops_.add_row_moments(output, shape_.out, shape_.width, pivot_.data(), sums_.data());
  }

  const ConvolveLoops loops_ = convolve_loops();
  const std::vector<ConvolveSource<T>>& sources_;
  const ConvolveShape& shape_;
  const PackedWeights& weight_;
  int64_t image_;
  int64_t in_;
  int64_t stride_;
  float* ring_;    // [kRing][in][stride]
  float* terms_;   // [kPairTerms][in][stride]
  float* output_;  // [kPairTerms][out][stride]
  std::vector<float> pivot_;
  std::vector<double> sums_;
};

}  // namespace

bool has_convolve_cpu() {
  static const bool has = simd_target() != "scalar";
  return has;
}

bool has_matrix_unit() {
#ifdef __x86_64__
  constexpr unsigned kFeatures = 7;
  constexpr unsigned kAmxBf16 = 1U << 22U;
  unsigned eax = 0;
  unsigned ebx = 0;
  unsigned ecx = 0;
  unsigned edx = 0;
  return __get_cpuid_count(kFeatures, 0, &eax, &ebx, &ecx, &edx) != 0 && (edx & kAmxBf16) != 0;
#else
  return false;
#endif
}

template <typename T>
void convolve_cpu(const std::vector<ConvolveSource<T>>& sources, const ConvolveShape& shape,
                  const float* weight, T* y, double* mean, double* std) {
  if (convolve_form(channels_of(sources), shape) == ConvolveForm::winograd) {
    convolve_winograd_cpu(sources, shape, weight, y, mean, std);
    return;
  }
  const PackedWeights packed(weight, channels_of(sources) / shape.groups, shape);
  const Strips strips(shape, 32, 4);
  std::vector<Moments> parts(shape.images * strips.count * shape.out);
  parallel_for(shape.images * strips.count, [&](int64_t i) {
    const int64_t strip = i % strips.count;
    Strip<T>(sources, shape, packed, i / strips.count)
        .run(strips.begin(strip), strips.begin(strip + 1), y, &parts[i * shape.out]);
  });
  join_moments(parts, shape, strips.count, mean, std);
}

template void convolve_cpu(const std::vector<ConvolveSource<float>>&, const ConvolveShape&,
                           const float*, float*, double*, double*);
template void convolve_cpu(const std::vector<ConvolveSource<c10::BFloat16>>&, const ConvolveShape&,
                           const float*, c10::BFloat16*, double*, double*);

}  // namespace dircn
