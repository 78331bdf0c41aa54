// The loops on staged rows against plain code, on small whole numbers, which single precision adds
// and multiplies without rounding.

#include "kernels/convolve/convolve_loops.h"

#include <gtest/gtest.h>

#include <cstring>
#include <limits>
#include <random>

#include "targets.h"

namespace dircn::convolve_loops_test {
namespace {

using Floats = std::vector<float>;

class ConvolveLoopsOf : public ::testing::TestWithParam<loops::Target> {
 protected:
  void SetUp() override { loops::use(GetParam()); }
};

std::mt19937 numbers(1);

Floats whole_numbers(int64_t count) {
  std::uniform_int_distribution<int> number(-8, 8);
  Floats result(static_cast<size_t>(count));
  for (auto& value : result) {
    value = static_cast<float>(number(numbers));
  }
  return result;
}

/// `channels` rows, staged by plain code.
Floats staged_rows(const Floats& row, int64_t channels, int64_t width) {
  const int64_t stride = staged_stride(width);
  Floats staged(static_cast<size_t>(channels * stride));
  for (int64_t i = 0; i < width * channels; ++i) {
    staged[static_cast<size_t>(i % channels * stride + kMargin + i / channels)] =
        row[static_cast<size_t>(i)];
  }
  return staged;
}

/// To the nearest, ties to even.
Bfloat16Bits rounded(float value) {
  uint32_t bits = 0;
  std::memcpy(&bits, &value, sizeof bits);
  if (value != value) {
    return 0x7FC0;
  }
  const uint32_t rest = bits & 0xFFFFU;
  uint32_t upper = bits >> 16U;
  if (rest > 0x8000U || (rest == 0x8000U && (upper & 1U) != 0)) {
    ++upper;
  }
  return static_cast<Bfloat16Bits>(upper);
}

TEST_P(ConvolveLoopsOf, StageAndUnstageAnyRow) {
  for (int64_t channels = 1; channels <= 19; ++channels) {
    for (const int64_t width : {1, 3, 4, 8, 15, 16, 17, 40}) {
      const auto row = whole_numbers(width * channels);
      Floats staged(static_cast<size_t>(channels * staged_stride(width)), -99.0F);
      row_loops<float>().stage(row.data(), channels, width, staged.data());
      EXPECT_EQ(staged, staged_rows(row, channels, width)) << channels << " x " << width;
      Floats back(row.size());
      row_loops<float>().unstage(staged.data(), channels, width, back.data());
      EXPECT_EQ(back, row) << channels << " x " << width;
    }
  }
}

TEST_P(ConvolveLoopsOf, RoundToBfloat16AsItSays) {
  constexpr int64_t kWidth = 64;
  for (const int64_t channels : {1, 2, 3, 4, 7, 16}) {
    std::uniform_real_distribution<float> number(-2, 2);
    Floats row(static_cast<size_t>(kWidth * channels));
    for (auto& value : row) {
      value = number(numbers);
    }
    row[0] = 1.00390625F;  // half-way, the even one is below
    row[1] = 1.01171875F;  // half-way, the even one is above
    row[2] = std::numeric_limits<float>::quiet_NaN();
    row[3] = -std::numeric_limits<float>::infinity();
    const auto staged = staged_rows(row, channels, kWidth);
    std::vector<Bfloat16Bits> stored(row.size());
    row_loops<Bfloat16Bits>().unstage(staged.data(), channels, kWidth, stored.data());
    Floats again(staged.size());
    row_loops<Bfloat16Bits>().stage(stored.data(), channels, kWidth, again.data());
    for (size_t i = 0; i < row.size(); ++i) {
      const auto place = static_cast<int64_t>(i);
      const float value = again[static_cast<size_t>(place % channels * staged_stride(kWidth) +
                                                    kMargin + place / channels)];
      EXPECT_EQ(stored[i], rounded(row[i])) << row[i];
      EXPECT_EQ(rounded(value), stored[i]);
    }
  }
}

TEST_P(ConvolveLoopsOf, ConvolveARow) {
  const auto loops = convolve_loops();
  constexpr int64_t kIn = 5;
  for (const int64_t width : {1, 16, 37, 100}) {
    for (int64_t out = 1; out <= 17; ++out) {
      const int64_t stride = staged_stride(width);
      Floats rows[3];
      StagedRows x{{}, 3, stride, width};
      for (int i = 0; i < 3; ++i) {
        rows[i] = staged_rows(whole_numbers(width * kIn), kIn, width);
        x.row[i] = rows[i].data();
      }
      const auto weight = whole_numbers(kIn * 9 * out);  // as it is packed
      Floats y(static_cast<size_t>(out * stride));
      loops.convolve_row(x, kIn, out, weight.data(), y.data());
      for (int64_t c = 0; c < out; ++c) {
        const int64_t first = c / loops.tile * loops.tile;
        const int64_t tile = std::min(loops.tile, out - first);
        for (int64_t pixel = 0; pixel < width; ++pixel) {
          float sum = 0;
          for (int64_t k = 0; k < kIn * 9; ++k) {  // [in][row][column]
            const auto at = static_cast<size_t>(k / 9 * stride + kMargin - 1 + pixel + k % 3);
            sum += rows[k / 3 % 3][at] *
                   weight[static_cast<size_t>(first * kIn * 9 + k * tile + c - first)];
          }
          EXPECT_EQ(y[static_cast<size_t>(c * stride + kMargin + pixel)], sum)
              << out << " channels, " << width << " pixels";
        }
      }
    }
  }
}

TEST_P(ConvolveLoopsOf, TakePairsOfRowsApartAndTogether) {
  const auto loops = convolve_loops();
  constexpr int64_t kWidth = 37;
  const int64_t stride = staged_stride(kWidth);
  const Floats x[] = {whole_numbers(stride), whole_numbers(stride), whole_numbers(stride),
                      whole_numbers(stride)};
  const float* const places[] = {x[0].data(), x[1].data(), x[2].data(), x[3].data()};
  Floats terms(static_cast<size_t>(4 * stride));
  loops.pair_inputs(places, stride, terms.data());
  Floats y0(static_cast<size_t>(stride));
  Floats y1(static_cast<size_t>(stride));
  loops.pair_outputs(terms.data(), 1, kWidth, y0.data(), y1.data());
  for (int64_t pixel = 0; pixel < kWidth; ++pixel) {
    const auto i = static_cast<size_t>(kMargin + pixel);
    const auto s = static_cast<size_t>(stride);
    EXPECT_EQ(terms[i], x[0][i] - x[2][i]);
    EXPECT_EQ(terms[s + i], x[1][i] + x[2][i]);
    EXPECT_EQ(terms[2 * s + i], x[2][i] - x[1][i]);
    EXPECT_EQ(terms[3 * s + i], x[1][i] - x[3][i]);
    EXPECT_EQ(y0[i], terms[i] + terms[s + i] + terms[2 * s + i]);
    EXPECT_EQ(y1[i], terms[s + i] - terms[2 * s + i] - terms[3 * s + i]);
  }
}

TEST_P(ConvolveLoopsOf, AddMomentsOfTheRowAlone) {
  for (const int64_t width : {1, 16, 37}) {
    const auto row = whole_numbers(2 * width);
    auto staged = staged_rows(row, 2, width);
    staged[static_cast<size_t>(kMargin + width)] = 1000;  // what lies beyond it does not count
    const float pivot[] = {3, -2};
    double sums[] = {1, 2, 3, 4};
    double expected[] = {1, 2, 3, 4};
    convolve_loops().add_row_moments(staged.data(), 2, width, pivot, sums);
    for (size_t i = 0; i < row.size(); ++i) {
      const double difference = row[i] - pivot[i % 2];
      expected[i % 2 * 2] += difference;
      expected[i % 2 * 2 + 1] += difference * difference;
    }
    for (int i = 0; i < 4; ++i) {
      EXPECT_EQ(sums[i], expected[i]) << width;
    }
  }
}

TEST_P(ConvolveLoopsOf, AddTheGradientOfTheWeights) {
  constexpr int64_t kWidth = 21;
  constexpr int64_t kIn = 3;
  constexpr int64_t kRows = 2;
  const int64_t stride = staged_stride(kWidth);
  for (int64_t out = 1; out <= 9; ++out) {
    Floats x;
    Floats dy;
    for (int64_t row = 0; row < kRows + 2; ++row) {
      const auto staged = staged_rows(whole_numbers(kWidth * kIn), kIn, kWidth);
      x.insert(x.end(), staged.begin(), staged.end());
    }
    for (int64_t row = 0; row < kRows; ++row) {
      const auto staged = staged_rows(whole_numbers(kWidth * out), out, kWidth);
      dy.insert(dy.end(), staged.begin(), staged.end());
    }
    Floats gradient(static_cast<size_t>(out * kIn * 9), 1.0F);
    convolve_loops().add_weight_gradient(
        {x.data(), dy.data(), kRows, kIn * stride, out * stride, stride, kWidth}, kIn, out,
        gradient.data());
    for (int64_t i = 0; i < out * kIn * 9; ++i) {  // [out][in][row][column]
      float sum = 1;
      for (int64_t p = 0; p < kRows * kWidth; ++p) {
        const int64_t row = p / kWidth;
        const int64_t at = kMargin + p % kWidth;
        sum += dy[static_cast<size_t>((row * out + i / (kIn * 9)) * stride + at)] *
               x[static_cast<size_t>(((row + i / 3 % 3) * kIn + i / 9 % kIn) * stride + at - 1 +
                                     i % 3)];
      }
      EXPECT_EQ(gradient[static_cast<size_t>(i)], sum) << out << " channels, " << i;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Targets, ConvolveLoopsOf, ::testing::ValuesIn(loops::targets()),
                         [](const auto& of) { return of.param.name; });

}  // namespace
}  // namespace dircn::convolve_loops_test
