#pragma once

#include <torch/csrc/autograd/autograd.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <cstddef>
#include <string>
#include <vector>

#include "dircn/model/cascade_kspace.h"
#include "support/random_input.h"

// Data consistency by the formulas of DIRCN §2.1 written down as they stand, and what the tests
// compare with it.

namespace dircn::testing::consistency {

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

inline Case random_case(const std::string& name, torch::IntArrayRef sizes,
                        const torch::Tensor& mask) {
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

inline std::vector<Case> cases() {
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
inline const std::vector<std::vector<DataConsistency>>& rows_of_forms() {
  static const std::vector<std::vector<DataConsistency>> kForms{
      {kSoft, kSoft, kSoft},
      {kVariational, kVariational, kVariational},
      {kSoft, kVariational, kVariational},
      {kVariational, kVariational, kSoft}};
  return kForms;
}

inline std::string name_of(const Case& c, const std::vector<DataConsistency>& forms) {
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

}  // namespace dircn::testing::consistency
