#pragma once

#include <cstdint>
#include <string_view>

namespace dircn {

/// The CRC-32C (Castagnoli; RFC 3720) of some bytes.
uint32_t crc32c(std::string_view bytes);

}  // namespace dircn
