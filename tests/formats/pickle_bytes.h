#pragma once

#include <cstddef>
#include <string>

namespace dircn::testing {

/// Bytes with embedded zeros.
template <size_t N>
std::string bytes(const char (&literal)[N]) {
  return std::string(literal, N - 1);
}

/// ('storage', torch.FloatStorage, KEY, 'cpu', NUMEL) as a persistent id.
inline std::string storage(const std::string& key, const std::string& numel) {
  const std::string length(1, static_cast<char>(key.size()));
  return bytes("(X\7\0\0\0storagectorch\nFloatStorage\nX") + length + bytes("\0\0\0") + key +
         bytes("X\3\0\0\0cpu") + numel + "tQ";
}

/// A tensor over the storage data/0, which holds four floats.
inline std::string tensor(const std::string& offset, const std::string& sizes,
                          const std::string& strides) {
  return "ctorch._utils\n_rebuild_tensor_v2\n(" + storage("0", "K\4") + offset + sizes + strides +
         bytes("\x89}tR.");
}

inline const std::string kHuge = bytes("\x8a\x08\0\0\0\0\0\0\0\x40");  // 2^62
inline const std::string kMinusOne = bytes("J\xff\xff\xff\xff");

}  // namespace dircn::testing
