#include "data/numpy_random.h"

#include <algorithm>
#include <initializer_list>

namespace dircn {
namespace {

constexpr uint32_t kStateWords = 624;

/// What the standard library calls a seed sequence: here it fills the generator's whole state, the
/// way its authors' `init_by_array` does.
class ArraySeed {
 public:
  using result_type = uint32_t;  // NOLINT(readability-identifier-naming): the standard's name

  explicit ArraySeed(const std::vector<uint32_t>& codes) : codes_(codes) {}

  template <typename Iterator>
  void generate(Iterator begin, Iterator /*end*/) const {
    const auto state = begin;
    state[0] = 19650218U;
    for (uint32_t i = 1; i < kStateWords; ++i) {
      state[i] = 1812433253U * mixed(state, i) + i;
    }
    const auto length = static_cast<uint32_t>(codes_.size());
    uint32_t i = 1;
    for (uint32_t k = 0; k < std::max(kStateWords, length); ++k) {
      state[i] = (state[i] ^ (mixed(state, i) * 1664525U)) + codes_[k % length] + k % length;
      i = next(state, i);
    }
    for (uint32_t k = 1; k < kStateWords; ++k) {
      state[i] = (state[i] ^ (mixed(state, i) * 1566083941U)) - i;
      i = next(state, i);
    }
    state[0] = 0x80000000U;
  }

 private:
  /// The word before `i`, its upper bits folded into the lower ones.
  template <typename State>
  static uint32_t mixed(State state, uint32_t i) {
    const auto word = static_cast<uint32_t>(state[i - 1]);
    return word ^ (word >> 30U);
  }

  template <typename State>
  static uint32_t next(State state, uint32_t i) {
    if (i + 1 < kStateWords) {
      return i + 1;
    }
    state[0] = state[kStateWords - 1];
    return 1;
  }

  const std::vector<uint32_t>& codes_;
};

std::mt19937 seeded(const std::vector<uint32_t>& codes) {
  ArraySeed seed(codes);
  return std::mt19937(seed);
}

}  // namespace

NumpyRandom::NumpyRandom(const std::vector<uint32_t>& codes) : engine_(seeded(codes)) {}

uint32_t NumpyRandom::integer(uint32_t bound) {
  const uint32_t largest = bound - 1;
  if (largest == 0) {
    return 0;
  }
  uint32_t bits = largest;
  for (const uint32_t shift : {1U, 2U, 4U, 8U, 16U}) {
    bits |= bits >> shift;
  }
  while (true) {
    const uint32_t value = static_cast<uint32_t>(engine_()) & bits;
    if (value <= largest) {
      return value;
    }
  }
}

double NumpyRandom::uniform() {
  const auto high = static_cast<double>(engine_() >> 5U);
  const auto low = static_cast<double>(engine_() >> 6U);
  return (high * 67108864.0 + low) / 9007199254740992.0;
}

}  // namespace dircn
