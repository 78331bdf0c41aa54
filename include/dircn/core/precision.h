#pragma once

#include <torch/types.h>

#include <string>

namespace dircn {

/// fp32: everything as the tensors are. bf16: convolutions in bfloat16 (autocast); Fourier
/// transforms, data consistency, statistics and losses stay float32.
enum class Precision { fp32, bf16 };

std::string to_string(Precision value);

/// Sets the precision of this thread's convolutions on a device until destroyed, then restores what
/// was before.
class PrecisionGuard {
 public:
  PrecisionGuard(torch::Device device, Precision precision);
  ~PrecisionGuard();
  PrecisionGuard(const PrecisionGuard&) = delete;
  PrecisionGuard& operator=(const PrecisionGuard&) = delete;

 private:
  torch::DeviceType device_;
  bool previous_enabled_;
  torch::ScalarType previous_dtype_;
};

}  // namespace dircn
