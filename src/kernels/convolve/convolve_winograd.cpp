// 3×3 convolutions in Winograd's form (Note [Winograd's F(4×2, 3×3)]): a third of the products. So
// terms must cost little. Some 48 tiles at a time are taken apart, multiplied and put together, as
// many as keep all registers busy, and their terms stay in the core's cache. For each of the 24
// terms that is a product of matrices, at the processor's rate.

#include "kernels/convolve/convolve_winograd.h"

#include <c10/util/BFloat16.h>

#include <algorithm>
#include <type_traits>
#include <vector>

#include "dircn/runtime/threads.h"
#include "kernels/cache_lines.h"
#include "kernels/convolve/convolve_moments.h"
#include "kernels/convolve/convolve_strips.h"
#include "kernels/convolve/winograd_blocks.h"
#include "kernels/convolve/winograd_loops.h"
#include "kernels/convolve/winograd_weights.h"

namespace dircn {
namespace {

/// [kWinogradTerms][out][in]
class WinogradWeights {
 public:
  /// weight: [out][in][3][3].
  WinogradWeights(const float* weight, int64_t in, int64_t out)
      : distance_(out * in), terms_(kWinogradTerms * distance_) {
    const int64_t stride = staged_stride(in);
    parallel_for(out, [&](int64_t c) {
      float* taps = thread_scratch(kTaps * stride);
      row_loops<float>().stage(weight + c * in * kTaps, kTaps, in, taps);
      winograd_weight_loops().weight_terms(taps + kMargin, stride, in, terms_.at(c * in),
                                           distance_);
    });
  }

  const float* term(int64_t i) const { return terms_.at(i * distance_); }

 private:
  int64_t distance_;
  Scratch terms_;
};

/// One strip: its output rows and their moments.
template <typename T>
class WinogradStrip {
 public:
  WinogradStrip(const std::vector<ConvolveSource<T>>& sources, const ConvolveShape& shape,
                const WinogradWeights& weight, int64_t image)
      : sources_(in_pairs_of_columns(sources)),
        shape_(shape),
        weight_(weight),
        image_(image),
        in_(channels_of(sources)),
        blocks_(shape),
        pairs_{shape.images, shape.height, blocks_.across, 2 * shape.out, 1},
        ring_size_(kWinogradRows * blocks_.rows + kWinogradSeen - kWinogradRows),
        stride_(staged_stride(blocks_.across)),
        in_layout_{in_, blocks_.stride},
        out_layout_{shape.out, blocks_.stride},
        ring_(thread_scratch(2 * stride_ *
                                 (ring_size_ * in_ + kWinogradRows * blocks_.rows * shape.out) +
                             kWinogradTerms * (in_layout_.distance() + out_layout_.distance()))),
        output_(ring_ + 2 * stride_ * ring_size_ * in_),
        in_terms_(output_ + 2 * stride_ * kWinogradRows * blocks_.rows * shape.out),
        out_terms_(in_terms_ + kWinogradTerms * in_layout_.distance()),
        pivot_(2 * shape.out),
        sums_(4 * shape.out) {}

  /// Rows of tiles.
  void run(int64_t begin, int64_t end, T* y, Moments* moments) {
    const int64_t first_row = begin * kWinogradRows;
    const int64_t end_row = std::min(end * kWinogradRows, shape_.height);
    stage(first_row - 1);
    stage(first_row);
    for (int64_t row = first_row; row < end_row; row += blocks_.rows * kWinogradRows) {
      const int64_t rows = std::min(blocks_.rows, quotient_up(end_row - row, kWinogradRows));
      for (int64_t next = 1; next <= rows * kWinogradRows; ++next) {
        stage(row + next);
      }
      for (int64_t left = 0; left < blocks_.across; left += blocks_.most_tiles) {
        convolve_block(row, rows, left, std::min(blocks_.most_tiles, blocks_.across - left));
      }
      for (int64_t i = 0; i < std::min(rows * kWinogradRows, end_row - row); ++i) {
        finish(output(i), row + i, row + i == first_row, y);
      }
    }
    collect_moments(static_cast<double>((end_row - first_row) * shape_.width), moments);
  }

 private:
  float* staged(int64_t row) { return ring_ + (row + ring_size_) % ring_size_ * in_ * 2 * stride_; }
  float* output(int64_t row) { return output_ + row * shape_.out * 2 * stride_; }

  void stage(int64_t row) { stage_row(sources_, pairs_, image_, row, staged(row)); }

  void convolve_block(int64_t row, int64_t rows, int64_t left, int64_t tiles) {
    for (int64_t i = 0; i < rows; ++i) {
      take_apart(row + i * kWinogradRows, left, tiles, in_terms_ + i * tiles);
    }
    for (int64_t term = 0; term < kWinogradTerms; ++term) {
      loops_.multiply({weight_.term(term), in_, shape_.out, in_,
                       in_terms_ + term * in_layout_.distance(), blocks_.stride,
                       whole_registers(rows * tiles), out_terms_ + term * out_layout_.distance(),
                       blocks_.stride, /*adds=*/false});
    }
    for (int64_t i = 0; i < rows; ++i) {
      float* pixels[kWinogradRows];
      for (int64_t k = 0; k < kWinogradRows; ++k) {
        pixels[k] = output(i * kWinogradRows + k) + kMargin + left;
      }
      loops_.output_rows(out_terms_ + i * tiles, out_layout_, tiles, pixels, stride_);
    }
  }

  /// A source's even and odd columns lie one after the other.
  void take_apart(int64_t row, int64_t left, int64_t tiles, float* terms) {
    int64_t first = 0;
    for (const auto& source : sources_) {
      const float* seen[kWinogradSeen];
      for (int64_t k = 0; k < kWinogradSeen; ++k) {
        seen[k] = staged(row - 1 + k) + first * stride_ + kMargin + left;
      }
      loops_.input_terms(seen, stride_, source.channels / 2, tiles,
                         terms + first / 2 * blocks_.stride, in_layout_);
      first += source.channels;
    }
  }

  /// Writes an output row and takes the moments of what it wrote.
  void finish(float* output, int64_t row, bool first, T* y) {
    const int64_t channels = pairs_.out;
    auto* place = stored(y + (image_ * shape_.height + row) * shape_.width * shape_.out);
    const auto rows = row_loops<Stored<T>>();
    rows.unstage(output, channels, blocks_.across, place);
    if constexpr (!std::is_same_v<T, float>) {  // it was rounded
      rows.stage(place, channels, blocks_.across, output);
    }
    for (int64_t c = 0; first && c < channels; ++c) {
      pivot_[c] = output[c % shape_.out * stride_ + kMargin];
    }
    row_moments_(output, channels, blocks_.across, pivot_.data(), sums_.data());
  }

  void collect_moments(double count, Moments* moments) const {
    for (int64_t c = 0; c < shape_.out; ++c) {
      const double* even = &sums_[2 * c];
      const double* odd = &sums_[2 * (shape_.out + c)];
      moments[c] = Moments::about(pivot_[c], count, even[0] + odd[0], even[1] + odd[1]);
    }
  }

  const WinogradLoops loops_ = winograd_loops();
  const decltype(ConvolveLoops::add_row_moments) row_moments_ = convolve_loops().add_row_moments;
  const std::vector<ConvolveSource<T>> sources_;
  const ConvolveShape& shape_;
  const WinogradWeights& weight_;
  int64_t image_;
  int64_t in_;
  const Blocks blocks_;
  const ConvolveShape pairs_;  // the image with columns in pairs
  int64_t ring_size_;          // rows that are staged at a time
  int64_t stride_;
  const TermLayout in_layout_;
  const TermLayout out_layout_;
  float* ring_;    // [ring_size_][sources][2][channels][stride]
  float* output_;  // [rows of a block][2][out][stride]
  float* in_terms_;
  float* out_terms_;
  std::vector<float> pivot_;
  std::vector<double> sums_;
};

}  // namespace

template <typename T>
void convolve_winograd_cpu(const std::vector<ConvolveSource<T>>& sources,
                           const ConvolveShape& shape, const float* weight, T* y, double* mean,
                           double* std) {
  constexpr int64_t kMostStrips = 24;
  const WinogradWeights terms(weight, channels_of(sources), shape.out);
  const Blocks blocks(shape);
  const int64_t strips = std::min(kMostStrips, quotient_up(blocks.down, blocks.rows));
  std::vector<Moments> parts(shape.images * strips * shape.out);
  parallel_for(shape.images * strips, [&](int64_t i) {
    const int64_t strip = i % strips;
    WinogradStrip<T>(sources, shape, terms, i / strips)
        .run(blocks.down * strip / strips, blocks.down * (strip + 1) / strips, y,
             &parts[i * shape.out]);
  });
  join_moments(parts, shape, strips, mean, std);
}

template void convolve_winograd_cpu(const std::vector<ConvolveSource<float>>&, const ConvolveShape&,
                                    const float*, float*, double*, double*);
template void convolve_winograd_cpu(const std::vector<ConvolveSource<c10::BFloat16>>&,
                                    const ConvolveShape&, const float*, c10::BFloat16*, double*,
                                    double*);

}  // namespace dircn
