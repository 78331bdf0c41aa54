// What dircn/core makes of LibTorch's exceptions, without its headers.

#include <gtest/gtest.h>
#include <torch/types.h>

#include <functional>
#include <new>
#include <string>

#include "dircn/core/error.h"

namespace dircn::libtorch_errors_test {
namespace {

TEST(Reason, IsOneLineWithoutABacktrace) {
  EXPECT_EQ(reason(std::runtime_error("text")), "text");
  try {
    torch::zeros({2}).view({3});
    FAIL();
  } catch (const std::exception& error) {
    EXPECT_NE(reason(error).find("[3]"), std::string::npos);
    EXPECT_EQ(reason(error).find("frame #"), std::string::npos) << reason(error);
  }
}

TEST(OutOfMemory, IsToldFromOtherErrors) {
  const auto classify = [](const std::function<void()>& work) {
    try {
      work();
    } catch (const std::exception& error) {
      return is_out_of_memory(error);
    }
    return false;
  };
  EXPECT_TRUE(classify([] { torch::empty({int64_t{1} << 50}); }));
  EXPECT_TRUE(classify([] { throw std::bad_alloc(); }));
  EXPECT_FALSE(classify([] { torch::zeros({2}).view({3}); }));
  EXPECT_FALSE(classify([] { throw Error({"file", "nothing", "something", ""}); }));
}

}  // namespace
}  // namespace dircn::libtorch_errors_test
