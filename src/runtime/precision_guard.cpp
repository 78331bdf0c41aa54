#include "dircn/runtime/precision_guard.h"

#include "dircn/runtime/torch_compat.h"

namespace dircn {

PrecisionGuard::PrecisionGuard(torch::Device device, Precision precision)
    : device_(device.type()),
      previous_enabled_(compat::autocast_enabled(device_)),
      previous_dtype_(compat::autocast_dtype(device_)) {
  compat::set_autocast(device_, precision == Precision::bf16, torch::kBFloat16);
  at::autocast::increment_nesting();
}

PrecisionGuard::~PrecisionGuard() {
  // Weights cast without gradients must not serve a later pass that needs them, so the cache goes
  // with the guard.
  if (at::autocast::decrement_nesting() == 0) {
    at::autocast::clear_cache();
  }
  compat::set_autocast(device_, previous_enabled_, previous_dtype_);
}

}  // namespace dircn
