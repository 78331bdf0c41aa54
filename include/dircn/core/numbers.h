#pragma once

namespace dircn {

/// C++20 has it in <numbers>.
inline constexpr double kPi = 3.14159265358979323846;

}  // namespace dircn
