// The loops of Winograd's form: products of whole numbers, which single precision adds and
// multiplies without rounding, and tiles put together against a plain convolution.

#include "kernels/convolve/winograd_loops.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "kernels/convolve/convolve_loops.h"
#include "kernels/convolve/winograd_weights.h"
#include "targets.h"

namespace dircn::winograd_loops_test {
namespace {

using Floats = std::vector<float>;

class WinogradLoopsOf : public ::testing::TestWithParam<loops::Target> {
 protected:
  void SetUp() override { loops::use(GetParam()); }
};

Floats random_floats(int64_t count) {
  static std::mt19937 numbers(1);
  std::normal_distribution<float> number;
  Floats result(static_cast<size_t>(count));
  std::generate(result.begin(), result.end(), [&] { return number(numbers); });
  return result;
}

Floats whole_numbers(int64_t count) {
  auto result = random_floats(count);
  for (auto& value : result) {
    value = std::round(4 * value);
  }
  return result;
}

TEST_P(WinogradLoopsOf, MultiplyMatrices) {
  constexpr int64_t kIn = 5;
  for (const int64_t tiles : {16, 32, 48, 64, 112}) {
    const int64_t stride = tiles + kMargin;
    const auto input = whole_numbers(kIn * stride);
    for (int64_t out = 1; out <= 17; ++out) {
      const auto weight = whole_numbers(out * kIn);
      Floats output(static_cast<size_t>(out * stride), -99.0F);
      winograd_loops().multiply({weight.data(), kIn, out, kIn, input.data(), stride, tiles,
                                 output.data(), stride,
                                 /*adds=*/false});
      for (int64_t i = 0; i < out * stride; ++i) {
        float sum = i % stride < tiles ? 0.0F : -99.0F;
        for (int64_t k = 0; k < kIn && i % stride < tiles; ++k) {
          sum += weight[static_cast<size_t>(i / stride * kIn + k)] *
                 input[static_cast<size_t>(k * stride + i % stride)];
        }
        ASSERT_EQ(output[static_cast<size_t>(i)], sum) << out << " channels, " << tiles << " tiles";
      }
    }
  }
}

/// Rows of [width][channels] with a margin of zeros all around.
struct Image {
  int64_t width;
  int64_t channels;
  Floats values;  // [kWinogradSeen][width + 2][channels]

  Image(int64_t pixels_across, int64_t channel_count)
      : width(pixels_across),
        channels(channel_count),
        values(random_floats(kWinogradSeen * (pixels_across + 2) * channel_count)) {
    for (int64_t i = 0; i < static_cast<int64_t>(values.size()); ++i) {
      const int64_t x = i / channels % (width + 2);
      if (x == 0 || x == width + 1) {
        values[static_cast<size_t>(i)] = 0;
      }
    }
  }
  const float* at(int64_t row, int64_t x) const {
    return values.data() + (row * (width + 2) + x + 1) * channels;
  }
};

/// Its first rows convolved with weights [out][in][3][3]: [kWinogradRows][width][out].
std::vector<double> convolved(const Image& image, const Floats& weight, int64_t out) {
  std::vector<double> result;
  for (int64_t i = 0; i < kWinogradRows * image.width * out; ++i) {
    double sum = 0;
    for (int64_t k = 0; k < image.channels * 9; ++k) {
      sum += double{weight[static_cast<size_t>(i % out * image.channels * 9 + k)]} *
             double{image.at(i / out / image.width + k / 3 % 3,
                             i / out % image.width + k % 3 - 1)[k / 9]};
    }
    result.push_back(sum);
  }
  return result;
}

Floats convolved_in_tiles(const Image& image, const Floats& weight, int64_t out) {
  const auto loops = winograd_loops();
  const int64_t in = image.channels;
  const int64_t tiles = image.width / 2;
  const int64_t stride = staged_stride(tiles);
  const TermLayout in_layout{in, stride};
  const TermLayout out_layout{out, stride};
  const auto size = [](int64_t count) { return static_cast<size_t>(count); };

  Floats rows(size(kWinogradSeen * 2 * in * stride));
  const float* seen[kWinogradSeen];
  for (int64_t row = 0; row < kWinogradSeen; ++row) {
    float* staged = rows.data() + row * 2 * in * stride;
    row_loops<float>().stage(image.at(row, 0), 2 * in, tiles, staged);
    seen[row] = staged + kMargin;
  }
  Floats in_terms(size(kWinogradTerms * in_layout.distance()));
  loops.input_terms(seen, stride, in, tiles, in_terms.data(), in_layout);

  Floats weight_terms(size(kWinogradTerms * out * in));
  Floats taps(size(9 * staged_stride(in)));
  for (int64_t c = 0; c < out; ++c) {
    row_loops<float>().stage(weight.data() + c * in * 9, 9, in, taps.data());
    winograd_weight_loops().weight_terms(taps.data() + kMargin, staged_stride(in), in,
                                         weight_terms.data() + c * in, out * in);
  }

  Floats out_terms(size(kWinogradTerms * out_layout.distance()));
  for (int64_t term = 0; term < kWinogradTerms; ++term) {
    loops.multiply({weight_terms.data() + term * out * in, in, out, in,
                    in_terms.data() + term * in_layout.distance(), stride, stride - 2 * kMargin,
                    out_terms.data() + term * out_layout.distance(), stride,
                    /*adds=*/false});
  }

  Floats outputs(size(kWinogradRows * 2 * out * stride));
  float* pixels[kWinogradRows];
  for (int64_t row = 0; row < kWinogradRows; ++row) {
    pixels[row] = outputs.data() + row * 2 * out * stride + kMargin;
  }
  loops.output_rows(out_terms.data(), out_layout, tiles, pixels, stride);
  Floats y(size(kWinogradRows * image.width * out));
  for (int64_t row = 0; row < kWinogradRows; ++row) {
    row_loops<float>().unstage(pixels[row] - kMargin, 2 * out, tiles,
                               y.data() + row * image.width * out);
  }
  return y;
}

TEST_P(WinogradLoopsOf, ConvolveTilesAsExactlyAsAPlainSum) {
  for (const int64_t tiles : {1, 3, 15, 16, 17, 40}) {
    for (const int64_t in : {16, 17, 20, 35}) {
      const int64_t out = in - 3;
      const Image image(2 * tiles, in);
      const auto weight = random_floats(out * in * 9);
      const auto expected = convolved(image, weight, out);
      const auto y = convolved_in_tiles(image, weight, out);
      double error = 0;
      double squares = 0;
      for (size_t i = 0; i < y.size(); ++i) {
        error += (double{y[i]} - expected[i]) * (double{y[i]} - expected[i]);
        squares += expected[i] * expected[i];
      }
      // Every partial sum of n random products, i of them long, is rounded by up to half a unit of
      // its last place, which is about the unit roundoff times √i: Σ i = n² / 2.
      const double terms = static_cast<double>(in) * 9;
      EXPECT_LE(std::sqrt(error / squares), 0x1p-24 * std::sqrt(terms / 2))
          << in << " channels, " << tiles << " tiles";
    }
  }
}

double product(const Floats& a, const Floats& b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    sum += double{a[i]} * double{b[i]};
  }
  return sum;
}

double size_of(const Floats& a) {
  return std::sqrt(product(a, a));
}

/// ⟨A m, y⟩ = ⟨m, Aᵀ y⟩, up to rounding.
void expect_adjoint(const Floats& am, const Floats& y, const Floats& m, const Floats& aty) {
  EXPECT_NEAR(product(am, y), product(m, aty), 1e-5 * size_of(am) * size_of(y));
}

TEST_P(WinogradLoopsOf, TakeTheStepsOfTheOutputBackwards) {
  constexpr int64_t kChannels = 3;
  for (const int64_t tiles : {16, 48}) {  // whole registers, so that nothing else is written
    const TermLayout layout{kChannels, tiles};
    const auto terms = random_floats(kWinogradTerms * layout.distance());
    const auto gradient = random_floats(kWinogradRows * 2 * layout.distance());
    Floats pixels(gradient.size());
    Floats backwards(terms.size());
    float* rows[kWinogradRows];
    const float* gradient_rows[kWinogradRows];
    for (int64_t i = 0; i < kWinogradRows; ++i) {
      rows[i] = pixels.data() + i * 2 * layout.distance();
      gradient_rows[i] = gradient.data() + i * 2 * layout.distance();
    }
    winograd_loops().output_rows(terms.data(), layout, tiles, rows, tiles);
    winograd_loops().gradient_terms(gradient_rows, tiles, tiles, backwards.data(), layout);
    expect_adjoint(pixels, gradient, terms, backwards);
  }
}

TEST_P(WinogradLoopsOf, TakeTheStepsOfTheWeightsBackwards) {
  for (const int64_t in : {16, 32}) {
    const auto taps = random_floats(9 * in);
    const auto gradient = random_floats(kWinogradTerms * in);
    Floats terms(gradient.size());
    Floats backwards(taps.size());
    winograd_weight_loops().weight_terms(taps.data(), in, in, terms.data(), in);
    winograd_weight_loops().taps_gradient(gradient.data(), in, in, backwards.data(), in);
    expect_adjoint(terms, gradient, taps, backwards);
  }
}

TEST_P(WinogradLoopsOf, AddProducts) {
  const Floats weight(8, 2.0F);
  const Floats input(2 * 16, 3.0F);
  Floats output(4 * 16, 1.0F);
  winograd_loops().multiply(
      {weight.data(), 2, 4, 2, input.data(), 16, 16, output.data(), 16, /*adds=*/true});
  EXPECT_EQ(output, Floats(4 * 16, 13.0F));
}

INSTANTIATE_TEST_SUITE_P(Targets, WinogradLoopsOf, ::testing::ValuesIn(loops::targets()),
                         [](const auto& of) { return of.param.name; });

}  // namespace
}  // namespace dircn::winograd_loops_test
