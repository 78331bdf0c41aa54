#pragma once

// The one place that knows LibTorch's versions: 1.13 and 2.x name these differently.

#include <ATen/Context.h>
#include <ATen/autocast_mode.h>
#include <torch/types.h>
#include <torch/version.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

#if TORCH_VERSION_MAJOR >= 2
#include <c10/core/CachingDeviceAllocator.h>
#else
#include <c10/util/string_utils.h>
#endif

namespace dircn::compat {

/// Keeps GPUs from rounding float32 products to TF32's 10 bits.
inline void forbid_tf32() {
  at::globalContext().setAllowTF32CuDNN(false);
  at::globalContext().setAllowTF32CuBLAS(false);
}

#if TORCH_VERSION_MAJOR >= 2

inline bool autocast_enabled(torch::DeviceType device) {
  return at::autocast::is_autocast_enabled(device);
}

inline torch::ScalarType autocast_dtype(torch::DeviceType device) {
  return at::autocast::get_autocast_dtype(device);
}

inline void set_autocast(torch::DeviceType device, bool enabled, torch::ScalarType dtype) {
  at::autocast::set_autocast_enabled(device, enabled);
  at::autocast::set_autocast_dtype(device, dtype);
}

/// Under which key an optimiser keeps a parameter's state.
inline void* optimizer_key(const torch::Tensor& parameter) {
  return parameter.unsafeGetTensorImpl();
}

/// The most memory that LibTorch's allocator has held on a GPU, in bytes; none if this version
/// cannot tell.
inline std::optional<int64_t> peak_device_bytes(torch::Device device) {
  return c10::getDeviceAllocator(device.type())
      ->getDeviceStats(device.index())
      .allocated_bytes[0]
      .peak;
}

#else

inline bool autocast_enabled(torch::DeviceType device) {
  return device == torch::kCUDA ? at::autocast::is_enabled() : at::autocast::is_cpu_enabled();
}

inline torch::ScalarType autocast_dtype(torch::DeviceType device) {
  return device == torch::kCUDA ? at::autocast::get_autocast_gpu_dtype()
                                : at::autocast::get_autocast_cpu_dtype();
}

inline void set_autocast(torch::DeviceType device, bool enabled, torch::ScalarType dtype) {
  if (device == torch::kCUDA) {
    at::autocast::set_enabled(enabled);
    at::autocast::set_autocast_gpu_dtype(dtype);
  } else {
    at::autocast::set_cpu_enabled(enabled);
    at::autocast::set_autocast_cpu_dtype(dtype);
  }
}

inline std::string optimizer_key(const torch::Tensor& parameter) {
  return c10::guts::to_string(parameter.unsafeGetTensorImpl());
}

inline std::optional<int64_t> peak_device_bytes(torch::Device) {
  return std::nullopt;
}

#endif

}  // namespace dircn::compat
