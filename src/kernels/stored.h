#pragma once

// How the loops, which do without LibTorch, see stored values.

#include <cstdint>
#include <cstring>
#include <type_traits>

namespace dircn {

/// bfloat16 as it is stored: its bits are the upper half of a float's.
using Bfloat16Bits = uint16_t;

/// Of T, float or c10::BFloat16.
template <typename T>
using Stored = std::conditional_t<std::is_same_v<T, float>, float, Bfloat16Bits>;

template <typename T>
Stored<T>* stored(T* values) {
  return reinterpret_cast<Stored<T>*>(values);
}

template <typename T>
const Stored<T>* stored(const T* values) {
  return reinterpret_cast<const Stored<T>*>(values);
}

inline float to_float(float x) {
  return x;
}

inline float to_float(Bfloat16Bits x) {
  const uint32_t bits = static_cast<uint32_t>(x) << 16U;
  float value = 0;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

}  // namespace dircn
