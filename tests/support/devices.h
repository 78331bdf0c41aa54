#pragma once

#include <gtest/gtest.h>
#include <torch/cuda.h>
#include <torch/types.h>

#include "dircn/runtime/device.h"

/// A test body that runs on the CPU as `Name` and on a CUDA GPU as `Name_CUDA`, which says so where
/// there is none.
///
///     DIRCN_DEVICE_TEST(Network, EqualsTheReference) { ... uses torch::Device device ... }
#define DIRCN_DEVICE_TEST(Suite, Name)                            \
  static void Suite##_##Name(torch::Device device);               \
  TEST(Suite, Name) {                                             \
    Suite##_##Name(torch::kCPU);                                  \
  }                                                               \
  TEST(Suite, Name##_CUDA) {                                      \
    if (!torch::cuda::is_available()) {                           \
      GTEST_SKIP() << "needs a CUDA GPU, and there is none here"; \
    }                                                             \
    Suite##_##Name(dircn::select_device("cuda"));                 \
  }                                                               \
  static void Suite##_##Name([[maybe_unused]] torch::Device device)
