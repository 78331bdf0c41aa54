#include "dircn/runtime/device.h"

#include <gtest/gtest.h>
#include <torch/cuda.h>
#include <torch/types.h>

#include "dircn/core/error.h"
#include "dircn/runtime/precision_guard.h"

namespace dircn::device_test {
namespace {

TEST(Device, NamesWhatItTakes) {
  EXPECT_EQ(select_device("cpu"), torch::Device(torch::kCPU));
  EXPECT_EQ(select_device("auto").is_cuda(), torch::cuda::is_available());
  EXPECT_THROW(select_device("gpu"), Error);
  EXPECT_THROW(select_device("cuda:"), Error);
  EXPECT_THROW(select_device("cuda:999"), Error);
}

TEST(Precision, GuardRestoresWhatWasBefore) {
  const auto product_type = [] {
    const auto x = torch::ones({2, 2});
    return torch::mm(x, x).scalar_type();
  };
  EXPECT_EQ(product_type(), torch::kFloat);
  {
    const PrecisionGuard half(torch::kCPU, Precision::bf16);
    EXPECT_EQ(product_type(), torch::kBFloat16);
    {
      const PrecisionGuard full(torch::kCPU, Precision::fp32);
      EXPECT_EQ(product_type(), torch::kFloat);
    }
    EXPECT_EQ(product_type(), torch::kBFloat16);
  }
  EXPECT_EQ(product_type(), torch::kFloat);
}

}  // namespace
}  // namespace dircn::device_test
