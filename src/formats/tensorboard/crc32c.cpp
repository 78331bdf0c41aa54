#include "formats/tensorboard/crc32c.h"

namespace dircn {

uint32_t crc32c(std::string_view bytes) {
  constexpr uint32_t kReversedPolynomial = 0x82F63B78U;
  uint32_t crc = ~0U;
  for (const char c : bytes) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) {
      crc = (crc >> 1U) ^ ((crc & 1U) * kReversedPolynomial);
    }
  }
  return ~crc;
}

}  // namespace dircn
