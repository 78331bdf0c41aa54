#include "simulate/random_stream.h"

#include <cmath>
#include <vector>

namespace dircn::simulation {
namespace {

constexpr double kTwoPi = 6.283185307179586;

std::mt19937_64 generator_for(std::initializer_list<int64_t> key) {
  std::vector<uint32_t> words;
  for (const int64_t part : key) {
    const auto bits = static_cast<uint64_t>(part);
    words.push_back(static_cast<uint32_t>(bits));
    words.push_back(static_cast<uint32_t>(bits >> 32U));
  }
  std::seed_seq sequence(words.begin(), words.end());
  return std::mt19937_64(sequence);
}

}  // namespace

RandomStream::RandomStream(std::initializer_list<int64_t> key) : generator_(generator_for(key)) {}

double RandomStream::uniform(double low, double high) {
  return low + (high - low) * std::ldexp(static_cast<double>(generator_() >> 11U), -53);
}

int64_t RandomStream::below(int64_t count) {
  return static_cast<int64_t>(uniform(0, static_cast<double>(count)));
}

torch::Tensor RandomStream::normal(torch::IntArrayRef shape) {
  return torch::real(complex_normal(shape)).contiguous();
}

/// Box and Muller's transform. The standard library's normal distribution differs between its
/// implementations, and LibTorch's generator takes too short a seed for our keys.
torch::Tensor RandomStream::complex_normal(torch::IntArrayRef shape) {
  const torch::Tensor first = torch::empty(shape, torch::kFloat);
  const torch::Tensor second = torch::empty(shape, torch::kFloat);
  float* radius = first.data_ptr<float>();
  float* angle = second.data_ptr<float>();
  const int64_t count = first.numel();
  constexpr int kBits = 24;  // of a float
  for (int64_t i = 0; i < count; ++i) {
    const uint64_t bits = generator_();
    const auto high = static_cast<float>((bits >> (64U - kBits)) + 1);  // never 0
    const auto low = static_cast<float>(bits & ((uint64_t{1} << kBits) - 1));
    radius[i] = std::ldexp(high, -kBits);
    angle[i] = std::ldexp(low, -kBits);
  }
  return torch::polar(first.log_().mul_(-2).sqrt_(), second.mul_(kTwoPi));
}

}  // namespace dircn::simulation
