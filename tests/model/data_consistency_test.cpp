// Data consistency and the sums over coils that follow it, which never store k-space, against the
// formulas of DIRCN §2.1 written down as they stand.

#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "dircn/core/error.h"
#include "dircn/model/cascade_kspace.h"
#include "dircn/mri/cache_blocks.h"
#include "support/devices.h"
#include "support/golden.h"
#include "support/random_input.h"

namespace dircn::data_consistency_test {
namespace {

using testing::column_mask;
using testing::relative_max_error;

constexpr auto kSoft = DataConsistency::soft;
constexpr auto kVariational = DataConsistency::variational;

/// k_t as the formulas have it, with all coils; what it offers is what `CascadeKspace` does.
class LiteralKspace {
 public:
  LiteralKspace(const SamplingSpace& space, const torch::Tensor& maps)
      : space_(space), maps_(maps), current_(space.measured()) {}

  LiteralKspace updated(DataConsistency form, const torch::Tensor& image,
                        const torch::Tensor& weight) const {
    const auto& mask = space_.mask();
    const auto& measured = space_.measured();
    const auto estimate = space_.to_kspace(space_.roll(image) * maps_);
    LiteralKspace next = *this;
    if (form == kSoft) {
      next.current_ = torch::where(mask, (measured + weight * estimate) / (1 + weight), estimate);
    } else {
      next.current_ = current_ - weight * mask * (current_ - measured) - estimate;
    }
    return next;
  }

  torch::Tensor combined() const { return (space_.unroll(maps_).conj() * images()).sum(1, true); }
  torch::Tensor magnitude() const { return images().abs().square().sum(1, true).sqrt(); }
  torch::Tensor whole() const { return current_; }

 private:
  torch::Tensor images() const { return space_.unroll(space_.to_images(current_)); }

  SamplingSpace space_;
  torch::Tensor maps_;
  torch::Tensor current_;
};

/// Centred and in double precision; what some cascades in a row are computed from.
struct Case {
  std::string name;
  torch::Tensor kspace, mask, maps;
  std::vector<torch::Tensor> images, weights;

  std::vector<torch::Tensor*> inputs() {
    std::vector<torch::Tensor*> all{&maps};
    for (size_t t = 0; t < images.size(); ++t) {
      all.push_back(&images[t]);
      all.push_back(&weights[t]);
    }
    return all;
  }

  Case to(torch::Device device, torch::ScalarType type = torch::kDouble) const {
    Case other = *this;
    other.mask = mask.to(device);
    other.kspace = kspace.to(device, c10::toComplexType(type));
    for (auto* input : other.inputs()) {
      *input = input->to(device, input->is_complex() ? c10::toComplexType(type) : type);
    }
    return other;
  }
};

Case random_case(const std::string& name, torch::IntArrayRef sizes, const torch::Tensor& mask) {
  const auto noise = [](torch::IntArrayRef shape) {
    return torch::randn(shape, torch::kComplexDouble);
  };
  Case c{name, noise(sizes) * mask, mask, noise(sizes), {}, {}};
  for (const double weight : {0.3, 0.01, -0.4}) {
    c.images.push_back(noise({sizes[0], 1, sizes[2], sizes[3]}));
    c.weights.push_back(torch::full({1}, weight, torch::kDouble));
  }
  return c;
}

std::vector<Case> cases() {
  torch::manual_seed(1);
  const auto two = torch::cat({column_mask(22, 4, 4), column_mask(22, 3, 6, 1)}, 0);
  std::vector<Case> all{
      random_case("columns", {1, 3, 14, 20}, column_mask(20, 4, 4)),
      random_case("one coil, odd sizes", {1, 1, 9, 7}, column_mask(7, 3, 2)),
      random_case("one column", {1, 2, 5, 1}, torch::ones({1, 1, 1, 1}, torch::kBool)),
      random_case("one mask for two", {2, 3, 11, 12}, column_mask(12, 2, 4)),
      random_case("a mask each", {2, 3, 10, 22}, two),
      random_case("nothing sampled", {1, 2, 6, 8}, torch::zeros({1, 1, 1, 8}, torch::kBool)),
      random_case("all zero", {1, 2, 6, 8}, column_mask(8, 4, 2)),
      random_case("weights 0 and 1", {1, 2, 10, 12}, column_mask(12, 4, 2)),
      random_case("blocks of rows", {2, 8, 41, 126}, column_mask(126, 4, 10)),
      random_case("2-D", {1, 3, 13, 10}, torch::rand({1, 1, 13, 10}) > 0.5),
      random_case("2-D, one mask for two", {2, 2, 8, 9}, torch::rand({1, 1, 8, 9}) > 0.5),
      random_case("2-D, blocks of coils", {2, 5, 90, 101}, torch::rand({2, 1, 90, 101}) > 0.6)};
  all[6].kspace.zero_();
  for (size_t t = 0; t < 3; ++t) {
    all[7].weights[t].fill_(t == 1 ? 0 : 1);
  }
  return all;
}

/// The forms of three cascades in a row.
const std::vector<std::vector<DataConsistency>>& rows_of_forms() {
  static const std::vector<std::vector<DataConsistency>> kForms{
      {kSoft, kSoft, kSoft},
      {kVariational, kVariational, kVariational},
      {kSoft, kVariational, kVariational},
      {kVariational, kVariational, kSoft}};
  return kForms;
}

std::string name_of(const Case& c, const std::vector<DataConsistency>& forms) {
  std::string name = c.name;
  for (const auto form : forms) {
    name += ", " + to_string(form);
  }
  return name;
}

/// k_0 and what every cascade makes of it.
template <typename Kspace>
std::vector<Kspace> in_a_row(const Case& c, const std::vector<DataConsistency>& forms) {
  const SamplingSpace space(c.kspace, c.mask);
  std::vector<Kspace> all{Kspace(space, space.roll(c.maps))};
  for (size_t t = 0; t < forms.size(); ++t) {
    all.push_back(all.back().updated(forms[t], c.images[t], c.weights[t]));
  }
  return all;
}

/// A real number of all the sums, with a different slope in every pixel; without the magnitude of
/// k_0, which may be zero, where a root has no gradient.
template <typename Kspace>
torch::Tensor scalar(const Case& c, const std::vector<DataConsistency>& forms) {
  const auto all = in_a_row<Kspace>(c, forms);
  const auto slopes =
      torch::linspace(-3, 4, c.images[0].numel(), c.weights[0].options()).view_as(c.images[0]);
  auto total = torch::zeros({}, c.weights[0].options());
  for (size_t t = 0; t < all.size(); ++t) {
    const auto combined = all[t].combined();
    total =
        total + (torch::real(combined) * slopes.cos() + torch::imag(combined) * slopes.sin()).sum();
    if (t > 0) {
      total = total + (all[t].magnitude().square() * slopes).sum();
    }
  }
  return total;
}

/// For maps, images and weights.
template <typename Kspace>
std::vector<torch::Tensor> gradients(Case c, const std::vector<DataConsistency>& forms) {
  std::vector<torch::Tensor> inputs;
  for (auto* input : c.inputs()) {
    *input = input->detach().requires_grad_();
    inputs.push_back(*input);
  }
  return torch::autograd::grad({scalar<Kspace>(c, forms)}, inputs);
}

TEST(DataConsistency, CasesHaveBlocksOfEitherKind) {
  int rows = 0;
  int coils = 0;
  for (const auto& c : cases()) {
    rows += c.mask.size(2) == 1 && cache_blocks(c.maps, 2).size() > 2 ? 1 : 0;
    coils += c.mask.size(2) > 1 && cache_blocks(c.maps, 1).size() > 2 ? 1 : 0;
  }
  EXPECT_GT(rows, 0);
  EXPECT_GT(coils, 0);
}

DIRCN_DEVICE_TEST(DataConsistency, IsThatOfTheFormulas) {
  for (const auto& c : cases()) {
    for (const auto& forms : rows_of_forms()) {
      const auto expected = in_a_row<LiteralKspace>(c.to(device), forms);
      const auto actual = in_a_row<CascadeKspace>(c.to(device), forms);
      for (size_t t = 0; t < expected.size(); ++t) {
        const auto name = name_of(c, forms) + ": " + std::to_string(t);
        EXPECT_LE(relative_max_error(actual[t].whole(), expected[t].whole()), 1e-12) << name;
        EXPECT_LE(relative_max_error(actual[t].combined(), expected[t].combined()), 1e-12) << name;
        EXPECT_LE(relative_max_error(actual[t].magnitude(), expected[t].magnitude()), 1e-12)
            << name;
      }
    }
  }
}

DIRCN_DEVICE_TEST(DataConsistency, GradientsAreThoseOfTheFormulas) {
  for (const auto& c : cases()) {
    for (const auto& forms : rows_of_forms()) {
      const auto expected = gradients<LiteralKspace>(c.to(device), forms);
      const auto actual = gradients<CascadeKspace>(c.to(device), forms);
      for (size_t i = 0; i < expected.size(); ++i) {
        ASSERT_EQ(actual[i].sizes(), expected[i].sizes());
        const double error = (actual[i] - expected[i]).abs().max().item<double>();
        EXPECT_LE(error, 1e-10 * (expected[i].abs().max().item<double>() + 1))
            << name_of(c, forms) << ", " << i;
      }
    }
  }
}

TEST(DataConsistency, GradientsPassANumericalCheck) {
  const double step = 1e-6;
  for (const auto& c : cases()) {
    for (const auto& forms : rows_of_forms()) {
      const auto analytic = gradients<CascadeKspace>(c, forms);
      for (size_t i = 0; i < analytic.size(); ++i) {
        const auto direction = torch::randn_like(*Case(c).inputs()[i]);
        const auto value = [&](double distance) {
          Case moved = c;
          auto& input = *moved.inputs()[i];
          input = input + distance * direction;
          return scalar<CascadeKspace>(moved, forms).item<double>();
        };
        const double numerical = (value(step) - value(-step)) / (2 * step);
        // LibTorch's complex gradients hold dL/d(re) + i dL/d(im).
        const double along =
            torch::real((analytic[i].conj() * direction).sum().to(torch::kComplexDouble))
                .item<double>();
        const double size = analytic[i].abs().max().item<double>() *
                            std::sqrt(static_cast<double>(analytic[i].numel()));
        EXPECT_NEAR(along, numerical, 1e-7 * (size + 1)) << name_of(c, forms) << ", input " << i;
      }
    }
  }
}

TEST(DataConsistency, AnyNumberOfThreadsGivesTheSameBits) {
  const int threads = torch::get_num_threads();
  for (const auto& c : cases()) {
    for (const auto& forms : rows_of_forms()) {
      torch::set_num_threads(1);
      const auto alone = in_a_row<CascadeKspace>(c, forms).back();
      const auto gradients_alone = gradients<CascadeKspace>(c, forms);
      torch::set_num_threads(3);
      const auto together = in_a_row<CascadeKspace>(c, forms).back();
      const auto gradients_together = gradients<CascadeKspace>(c, forms);
      const auto name = name_of(c, forms);
      EXPECT_TRUE(torch::equal(together.combined(), alone.combined())) << name;
      EXPECT_TRUE(torch::equal(together.magnitude(), alone.magnitude())) << name;
      for (size_t i = 0; i < gradients_alone.size(); ++i) {
        EXPECT_TRUE(torch::equal(gradients_together[i], gradients_alone[i])) << name << ", " << i;
      }
    }
  }
  torch::set_num_threads(threads);
}

/// Root of the mean square error relative to that of `b`.
double relative_error(const torch::Tensor& a, const torch::Tensor& b) {
  const auto wide = a.to(b.scalar_type());
  return ((wide - b).abs().square().sum() / b.abs().square().sum()).sqrt().item<double>();
}

DIRCN_DEVICE_TEST(DataConsistency, SinglePrecisionIsAsNearAsTheFormulas) {
  const double rounding = std::numeric_limits<float>::epsilon() / 2;
  for (const auto& c : cases()) {
    for (const auto& forms : rows_of_forms()) {
      const auto exact = in_a_row<LiteralKspace>(c.to(device), forms);
      const auto single = c.to(device, torch::kFloat);
      const auto formula = in_a_row<LiteralKspace>(single, forms);
      const auto actual = in_a_row<CascadeKspace>(single, forms);
      for (size_t t = 1; t < exact.size(); ++t) {
        const auto expect_near = [&](const torch::Tensor& ours, const torch::Tensor& theirs,
                                     const torch::Tensor& truth) {
          EXPECT_EQ(ours.scalar_type(), theirs.scalar_type());
          EXPECT_LE(relative_error(ours, truth), 2 * relative_error(theirs, truth) + rounding)
              << name_of(c, forms) << ": " << t;
        };
        expect_near(actual[t].combined(), formula[t].combined(), exact[t].combined());
        expect_near(actual[t].magnitude(), formula[t].magnitude(), exact[t].magnitude());
      }
    }
  }
}

TEST(DataConsistency, MeasuredKspaceMayAskForAGradientWhereItWasSampled) {
  for (const auto& c : cases()) {
    for (const auto& forms : rows_of_forms()) {
      Case tracked = c;
      tracked.kspace = c.kspace.detach().clone().requires_grad_();
      const auto expected =
          torch::autograd::grad({scalar<LiteralKspace>(tracked, forms)}, {tracked.kspace})[0];
      const auto actual =
          torch::autograd::grad({scalar<CascadeKspace>(tracked, forms)}, {tracked.kspace})[0];
      EXPECT_LE((actual - expected * c.mask).abs().max().item<double>(),
                1e-10 * (expected.abs().max().item<double>() + 1))
          << name_of(c, forms);
    }
  }
}

TEST(DataConsistency, NotANumberIsNotHidden) {
  for (const auto& forms : rows_of_forms()) {
    auto c = cases().front();
    c.kspace[0][1][2][0] = std::numeric_limits<double>::quiet_NaN();
    const auto kspace = in_a_row<CascadeKspace>(c, forms).back();
    EXPECT_TRUE(torch::isnan(kspace.combined()).any().item<bool>()) << name_of(c, forms);
    EXPECT_TRUE(torch::isnan(kspace.magnitude()).any().item<bool>()) << name_of(c, forms);
  }
}

TEST(DataConsistency, RefusesSecondDerivatives) {
  for (const auto& forms : rows_of_forms()) {
    auto c = cases().front();
    c.images[0].requires_grad_();
    const auto value = scalar<CascadeKspace>(c, forms);
    EXPECT_THROW(torch::autograd::grad({value}, {c.images[0]}, {}, {}, /*create_graph=*/true),
                 Error);
  }
}

TEST(CascadeKspace, BeginsWithTheMeasurement) {
  for (const auto& c : cases()) {
    const SamplingSpace space(c.kspace, c.mask);
    EXPECT_TRUE(torch::equal(CascadeKspace(space, space.roll(c.maps)).whole(), space.measured()))
        << c.name;
  }
}

TEST(CascadeKspace, DarknessHasMagnitudeZeroAndFiniteGradients) {
  for (const auto& forms : rows_of_forms()) {
    auto c = cases().front();
    c.kspace.zero_();
    for (auto& image : c.images) {
      image.select(2, 3).zero_();
    }
    for (auto* input : c.inputs()) {
      input->requires_grad_();
    }
    const auto image = in_a_row<CascadeKspace>(c, forms).back().magnitude();
    EXPECT_EQ(image.select(2, 3).abs().max().item<double>(), 0) << name_of(c, forms);
    image.sum().backward();
    for (const auto* input : c.inputs()) {
      const auto& gradient = input->grad();
      EXPECT_TRUE(!gradient.defined() || torch::isfinite(gradient.abs()).all().item<bool>())
          << name_of(c, forms);
    }
  }
}

}  // namespace
}  // namespace dircn::data_consistency_test
