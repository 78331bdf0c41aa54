#pragma once

#include <array>
#include <cstddef>
#include <iterator>

#include "dircn/config/names.h"

namespace dircn {

/// Terms of the training loss. A new one is an enumerator and a row here, and what it computes, a
/// row in model/losses.cpp: configuration, records, metrics and TensorBoard follow.
enum class LossTerm {
  gaussian_ssim,  // 1 - SSIM under the Gaussian window
  uniform_ssim,   // 1 - SSIM under the uniform window, data range by `LossConfig::range`
  l1,             // mean absolute error
  mse             // mean squared error
};

template <>
struct EnumNames<LossTerm> {
  struct Row {
    LossTerm first;
    const char* second;
    double weight;  // unless configured otherwise
  };
  static constexpr Row kTable[] = {{LossTerm::gaussian_ssim, "gaussian_ssim", 1},
                                   {LossTerm::uniform_ssim, "uniform_ssim", 0},
                                   {LossTerm::l1, "l1", 1},
                                   {LossTerm::mse, "mse", 0}};
};

inline constexpr auto& kLossTerms = EnumNames<LossTerm>::kTable;

/// Whether a table has one row for each term, which is the row's `first`, in their order.
template <typename Row, size_t N>
constexpr bool is_by_term(const Row (&table)[N]) {
  bool in_order = N == std::size(kLossTerms);
  for (size_t i = 0; i < N; ++i) {
    in_order = in_order && table[i].first == static_cast<LossTerm>(i);
  }
  return in_order;
}
static_assert(is_by_term(kLossTerms));

/// A value for each term.
template <typename T>
class ByLossTerm {
 public:
  T& operator[](LossTerm term) { return values_[static_cast<size_t>(term)]; }
  const T& operator[](LossTerm term) const { return values_[static_cast<size_t>(term)]; }

 private:
  std::array<T, std::size(kLossTerms)> values_{};
};

/// The weights that the terms have unless configured otherwise.
inline ByLossTerm<double> default_loss_weights() {
  ByLossTerm<double> weights;
  for (const auto& row : kLossTerms) {
    weights[row.first] = row.weight;
  }
  return weights;
}

}  // namespace dircn
