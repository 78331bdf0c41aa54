#pragma once

#include <torch/types.h>

#include "dircn/core/precision.h"

namespace dircn {

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
