#pragma once

namespace dircn {

// The points of F(4, 3), and what follows from them (Note [Winograd's F(4×2, 3×3)]).
constexpr double kA = 0.625;
constexpr double kB = 1.5;
constexpr double kA2 = kA * kA;
constexpr double kB2 = kB * kB;

}  // namespace dircn
