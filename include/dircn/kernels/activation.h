#pragma once

namespace dircn {

/// What follows a norm, as a function of its result z: z itself; SiLU, z·σ(z); or LeakyReLU, z
/// where it is above 0 and kLeakySlope · z elsewhere. At 0 the derivative of LeakyReLU is
/// kLeakySlope.
enum class Activation { none, silu, leaky_relu };

constexpr double kLeakySlope = 0.2;

/// Whether nothing is done to z: its gradient is then that of the result, whatever z was.
constexpr bool is_identity(Activation activation) {
  return activation == Activation::none;
}

}  // namespace dircn
