// Gradients of weights in Winograd's form (Note [Gradients of weights in tiles]). For each of the
// terms that is a product of matrices as well, with sums over tiles: channels of the input lie in
// the lanes, for which its terms are turned.

#include "kernels/convolve/convolve_winograd_gradient.h"

#include <c10/util/BFloat16.h>

#include <algorithm>
#include <vector>

#include "kernels/cache_lines.h"
#include "kernels/convolve/convolve_strips.h"
#include "kernels/convolve/winograd_blocks.h"
#include "kernels/convolve/winograd_loops.h"
#include "kernels/convolve/winograd_weights.h"

namespace dircn {
namespace {

template <typename T>
class WinogradGradient {
 public:
  WinogradGradient(const std::vector<ConvolveSource<T>>& sources, const ConvolveShape& shape,
                   const T* dy, int64_t image, int64_t end)
      : sources_(in_pairs_of_columns(sources)),
        dy_(in_pairs_of_columns<T>({{dy, shape.out}})),
        shape_(shape),
        image_(image),
        end_(end),
        in_(channels_of(sources)),
        lanes_(whole_registers(in_)),
        blocks_(shape),
        pairs_{shape.images, shape.height, blocks_.across, 2 * shape.out, 1},
        stride_(staged_stride(blocks_.across)),
        x_(thread_scratch(2 * stride_ * (seen_rows() * in_ + rows() * shape.out) + in_terms_size() +
                          out_terms_size() + blocks_.stride * in_ + kMargin +
                          kTaps * staged_stride(in_) + kWinogradTerms * shape.out * lanes_)),
        staged_dy_(x_ + 2 * stride_ * seen_rows() * in_),
        in_terms_(staged_dy_ + 2 * stride_ * rows() * shape.out),
        out_terms_(in_terms_ + in_terms_size()),
        turned_(out_terms_ + out_terms_size()),
        taps_(turned_ + blocks_.stride * in_ + kMargin),
        sums_(taps_ + kTaps * staged_stride(in_)) {
    std::fill_n(sums_, kWinogradTerms * shape.out * lanes_, 0.0F);
    std::fill_n(in_terms_, in_terms_size() + out_terms_size(), 0.0F);  // also beyond the tiles
  }

  void add(int64_t begin) {
    for (int64_t row = begin; row < end_; row += rows()) {
      for (int64_t r = 0; r < seen_rows(); ++r) {
        stage_row(sources_, pairs_, image_, row + r - 1, x_ + r * 2 * in_ * stride_);
      }
      for (int64_t r = 0; r < rows(); ++r) {
        stage_row(dy_, pairs_, image_, row + r < end_ ? row + r : shape_.height,
                  staged_dy_ + r * 2 * shape_.out * stride_);
      }
      for (int64_t left = 0; left < blocks_.across; left += blocks_.most_tiles) {
        add_block(left, std::min(blocks_.most_tiles, blocks_.across - left));
      }
    }
  }

  void write(float* gradient) {
    const auto weights = winograd_weight_loops();
    for (int64_t c = 0; c < shape_.out; ++c) {
      weights.taps_gradient(sums_ + c * lanes_, shape_.out * lanes_, in_, taps_ + kMargin,
                            staged_stride(in_));
      row_loops<float>().unstage(taps_, kTaps, in_, gradient + c * in_ * kTaps);
    }
  }

 private:
  int64_t rows() const { return blocks_.rows * kWinogradRows; }
  int64_t in_terms_size() const { return kWinogradTerms * in_ * staged_stride(blocks_.stride); }
  int64_t out_terms_size() const { return kWinogradTerms * shape_.out * blocks_.stride; }
  int64_t seen_rows() const { return rows() + kWinogradSeen - kWinogradRows; }

  void add_block(int64_t left, int64_t some_tiles) {
    // Beyond the image dy is zero; where there are several rows of tiles, the next one lies there.
    const int64_t tiles = blocks_.rows > 1 ? some_tiles : whole_registers(some_tiles);
    const int64_t all = whole_registers(blocks_.rows * tiles);
    const TermLayout in_layout{in_, staged_stride(all)};
    const TermLayout out_layout{shape_.out, blocks_.stride};
    for (int64_t i = 0; i < blocks_.rows; ++i) {
      take_apart(i, left, tiles, in_layout, out_layout);
    }
    for (int64_t term = 0; term < kWinogradTerms; ++term) {
      row_loops<float>().unstage(in_terms_ + term * in_layout.distance(), in_, all, turned_);
      loops_.multiply({out_terms_ + term * out_layout.distance(), blocks_.stride, shape_.out, all,
                       turned_, in_, lanes_, sums_ + term * shape_.out * lanes_, lanes_,
                       /*adds=*/true});
    }
  }

  void take_apart(int64_t i, int64_t left, int64_t tiles, const TermLayout& in_layout,
                  const TermLayout& out_layout) {
    const float* rows[kWinogradSeen];
    for (int64_t k = 0; k < kWinogradRows; ++k) {
      rows[k] = staged_dy_ + (i * kWinogradRows + k) * 2 * shape_.out * stride_ + kMargin + left;
    }
    loops_.gradient_terms(rows, stride_, tiles, out_terms_ + i * tiles, out_layout);
    int64_t first = 0;
    for (const auto& source : sources_) {
      for (int64_t k = 0; k < kWinogradSeen; ++k) {
        rows[k] = x_ + ((i * kWinogradRows + k) * 2 * in_ + first) * stride_ + kMargin + left;
      }
      loops_.input_terms(rows, stride_, source.channels / 2, tiles,
                         in_terms_ + first / 2 * in_layout.stride + kMargin + i * tiles, in_layout);
      first += source.channels;
    }
  }

  const WinogradLoops loops_ = winograd_loops();
  const std::vector<ConvolveSource<T>> sources_;
  const std::vector<ConvolveSource<T>> dy_;
  const ConvolveShape& shape_;
  int64_t image_;
  int64_t end_;
  int64_t in_;
  int64_t lanes_;  // of input channels
  const Blocks blocks_;
  const ConvolveShape pairs_;  // the image with columns in pairs
  int64_t stride_;
  float* x_;
  float* staged_dy_;
  float* in_terms_;
  float* out_terms_;
  float* turned_;  // a term of the input, [tiles][in]
  float* taps_;
  float* sums_;  // the gradient of the weights' terms, [kWinogradTerms][out][lanes]
};

}  // namespace

template <typename T>
void winograd_weight_gradient(const std::vector<ConvolveSource<T>>& sources,
                              const ConvolveShape& shape, const T* dy, int64_t image, int64_t begin,
                              int64_t end, float* gradient) {
  WinogradGradient<T> sums(sources, shape, dy, image, end);
  sums.add(begin);
  sums.write(gradient);
}

template void winograd_weight_gradient(const std::vector<ConvolveSource<float>>&,
                                       const ConvolveShape&, const float*, int64_t, int64_t,
                                       int64_t, float*);
template void winograd_weight_gradient(const std::vector<ConvolveSource<c10::BFloat16>>&,
                                       const ConvolveShape&, const c10::BFloat16*, int64_t, int64_t,
                                       int64_t, float*);

}  // namespace dircn
