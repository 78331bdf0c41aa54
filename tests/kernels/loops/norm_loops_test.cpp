// The loops of the normalisation against the same in double precision.

#include "kernels/norm_act/norm_act_loops.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <random>

#include "targets.h"

namespace dircn::norm_loops_test {
namespace {

using Floats = std::vector<float>;
using Doubles = std::vector<double>;

constexpr int64_t kLanes = 37;  // whole registers and some values more
constexpr Block kBlock{5, kLanes};
constexpr size_t kCount = 5 * kLanes;
constexpr double kTolerance = 2e-6;

Floats random_numbers(size_t count, float largest, unsigned seed) {
  std::mt19937 engine(seed);
  std::uniform_real_distribution<float> number(-largest, largest);
  Floats result(count);
  for (auto& value : result) {
    value = number(engine);
  }
  return result;
}

double sigmoid(double x) {
  return 1 / (1 + std::exp(-x));
}

constexpr Activation kActivations[] = {Activation::none, Activation::silu, Activation::leaky_relu};

double act(Activation activation, double z) {
  switch (activation) {
    case Activation::none:
      break;
    case Activation::silu:
      return z * sigmoid(z);
    case Activation::leaky_relu:
      return z > 0 ? z : 0.2 * z;
  }
  return z;
}

double act_slope(Activation activation, double z) {
  switch (activation) {
    case Activation::none:
      break;
    case Activation::silu:
      return sigmoid(z) * (1 + z * (1 - sigmoid(z)));
    case Activation::leaky_relu:
      return z > 0 ? 1 : 0.2;
  }
  return 1;
}

class NormLoopsOf : public ::testing::TestWithParam<loops::Target> {
 protected:
  void SetUp() override { loops::use(GetParam()); }

  LaneTerms terms() const { return {centre_.data(), slope_.data(), shift_.data()}; }

  double centred(size_t i) const {
    return static_cast<double>(x_[i]) - static_cast<double>(centre_[i % kLanes]);
  }

  double argument(size_t i, bool add) const {
    const size_t lane = i % kLanes;
    return centred(i) * slope_[lane] + shift_[lane] + (add ? residual_[i] : 0.0);
  }

  /// Adds over the rows of each lane.
  template <typename Value>
  static double lane_sum(size_t lane, const Value& value) {
    double sum = 0;
    for (size_t i = lane; i < kCount; i += kLanes) {
      sum += value(i);
    }
    return sum;
  }

  static void expect_near(double value, double expected, const char* what) {
    EXPECT_NEAR(value, expected, kTolerance * std::max(1.0, std::abs(expected))) << what;
  }

  const Floats x_ = random_numbers(kCount, 3, 1);
  const Floats residual_ = random_numbers(kCount, 2, 2);
  const Floats dy_ = random_numbers(kCount, 1, 3);
  const Floats centre_ = random_numbers(kLanes, 1, 4);
  const Floats slope_ = random_numbers(kLanes, 2, 5);
  const Floats shift_ = random_numbers(kLanes, 1, 6);
};

TEST_P(NormLoopsOf, Apply) {
  const auto loops = norm_loops<float>();
  Floats y(kCount);
  for (const bool add : {false, true}) {
    for (const auto activation : kActivations) {
      loops.apply(x_.data(), add ? residual_.data() : nullptr, y.data(), kBlock, terms(),
                  activation);
      for (size_t i = 0; i < kCount; ++i) {
        expect_near(y[i], act(activation, argument(i, add)), "y");
      }
    }
  }
}

TEST_P(NormLoopsOf, KeepWhatIsNoNumberAndBoundWhatIsLarge) {
  const auto loops = norm_loops<float>();
  const Floats x{std::numeric_limits<float>::quiet_NaN(), 1e4F, -1e4F, 0.0F};
  for (const size_t lanes : {1, 16, 17}) {  // single values, a register, both
    Floats values(lanes);
    for (size_t i = 0; i < lanes; ++i) {
      values[i] = x[i % x.size()];
    }
    const Floats none(lanes, 0.0F);
    const Floats one(lanes, 1.0F);
    Floats y(lanes);
    loops.apply(values.data(), nullptr, y.data(), {1, static_cast<int64_t>(lanes)},
                {none.data(), one.data(), none.data()}, Activation::silu);
    for (size_t i = 0; i < lanes; ++i) {
      if (std::isnan(values[i])) {
        EXPECT_TRUE(std::isnan(y[i])) << i << " of " << lanes;
      } else {
        expect_near(y[i], values[i] > 0 ? values[i] : 0, "far from 0");
      }
    }
  }
}

TEST_P(NormLoopsOf, BendAtZeroAlone) {
  const auto loops = norm_loops<float>();
  const float infinity = std::numeric_limits<float>::infinity();
  const float least = std::numeric_limits<float>::denorm_min();
  const Floats x{0.0F,     -0.0F,     least,
                 -least,   3.0F,      -3.0F,
                 infinity, -infinity, std::numeric_limits<float>::quiet_NaN()};
  for (const size_t lanes : {1, 9, 16, 25}) {  // single values, a register, both
    const Block block{1, static_cast<int64_t>(lanes)};
    Floats values(lanes);
    for (size_t i = 0; i < lanes; ++i) {
      values[i] = x[i % x.size()];
    }
    const Floats none(lanes, 0.0F);
    const Floats one(lanes, 1.0F);
    const LaneTerms terms{none.data(), one.data(), none.data()};
    Floats y(lanes);
    loops.apply(values.data(), nullptr, y.data(), block, terms, Activation::leaky_relu);
    Floats dz(lanes);
    Floats sums(3 * lanes);
    Doubles total(2 * lanes);
    // With z as the residual of zeros, so that what is no number meets no sum.
    loops.add_gradients({none.data(), values.data(), one.data()}, dz.data(), block, terms,
                        {sums.data(), total.data(), static_cast<int64_t>(lanes)},
                        Activation::leaky_relu);
    for (size_t i = 0; i < lanes; ++i) {
      if (std::isnan(values[i])) {
        EXPECT_TRUE(std::isnan(y[i])) << i << " of " << lanes;
      } else {
        EXPECT_EQ(y[i], values[i] > 0 ? values[i] : 0.2F * values[i]) << i << " of " << lanes;
      }
      EXPECT_EQ(dz[i], values[i] > 0 ? 1.0F : 0.2F) << values[i] << ", " << i << " of " << lanes;
    }
  }
}

TEST_P(NormLoopsOf, AddMoments) {
  Floats block(3 * kLanes);
  Doubles total(2 * kLanes, 1.0);
  norm_loops<float>().add_moments(x_.data(), kBlock, centre_.data(),
                                  {block.data(), total.data(), kLanes});
  for (size_t lane = 0; lane < kLanes; ++lane) {
    expect_near(total[lane], 1 + lane_sum(lane, [&](size_t i) { return centred(i); }), "sum");
    expect_near(total[kLanes + lane],
                1 + lane_sum(lane, [&](size_t i) { return centred(i) * centred(i); }), "squares");
  }
}

TEST_P(NormLoopsOf, AddGradients) {
  const auto loops = norm_loops<float>();
  for (const bool add : {false, true}) {
    for (const auto activation : kActivations) {
      Floats dz(kCount);
      Floats block(3 * kLanes);
      Doubles total(2 * kLanes, 1.0);
      loops.add_gradients({x_.data(), add ? residual_.data() : nullptr, dy_.data()}, dz.data(),
                          kBlock, terms(), {block.data(), total.data(), kLanes}, activation);
      const auto slope = [&](size_t i) { return dy_[i] * act_slope(activation, argument(i, add)); };
      for (size_t i = 0; add && i < kCount; ++i) {
        expect_near(dz[i], slope(i), "dz");
      }
      for (size_t lane = 0; lane < kLanes; ++lane) {
        expect_near(total[lane], 1 + lane_sum(lane, slope), "sum");
        expect_near(total[kLanes + lane],
                    1 + lane_sum(lane, [&](size_t i) { return slope(i) * centred(i); }),
                    "with the input");
      }
    }
  }
}

TEST_P(NormLoopsOf, WriteTheInputsGradient) {
  const auto loops = norm_loops<float>();
  const auto constant = random_numbers(kLanes, 1, 7);
  const auto linear = random_numbers(kLanes, 1, 8);
  Floats dx(kCount);
  for (const auto activation : kActivations) {
    loops.input_gradient({x_.data(), nullptr, dy_.data()}, dx.data(), kBlock, terms(),
                         {constant.data(), linear.data()}, activation);
    for (size_t i = 0; i < kCount; ++i) {
      const size_t lane = i % kLanes;
      const double dz = dy_[i] * act_slope(activation, argument(i, false));
      expect_near(dx[i], slope_[lane] * (dz - constant[lane] - centred(i) * linear[lane]), "dx");
    }
  }
}

TEST_P(NormLoopsOf, ComputeOnBfloat16AsOnItsValues) {
  Floats y(kCount);
  std::vector<Bfloat16Bits> x(kCount);
  std::vector<Bfloat16Bits> stored(kCount);
  Floats values(kCount);
  for (size_t i = 0; i < kCount; ++i) {
    uint32_t bits = 0;
    std::memcpy(&bits, &x_[i], sizeof bits);
    x[i] = static_cast<Bfloat16Bits>(bits >> 16U);
    values[i] = to_float(x[i]);
  }
  for (const auto activation : kActivations) {
    norm_loops<float>().apply(values.data(), nullptr, y.data(), kBlock, terms(), activation);
    norm_loops<Bfloat16Bits>().apply(x.data(), nullptr, stored.data(), kBlock, terms(), activation);
    for (size_t i = 0; i < kCount; ++i) {
      EXPECT_NEAR(to_float(stored[i]), y[i], std::abs(y[i]) / 256) << i;  // 8 bits
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Targets, NormLoopsOf, ::testing::ValuesIn(loops::targets()),
                         [](const auto& of) { return of.param.name; });

}  // namespace
}  // namespace dircn::norm_loops_test
