#include "dircn/formats/cfl_file.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <string>

#include "dircn/core/error.h"
#include "support/paths.h"

namespace dircn::cfl_file_test {
namespace {

using testing::read_file;
using testing::TemporaryFolder;
using testing::write_file;

/// 1 + 2i and -0.5, as IEEE 754 numbers in little-endian order.
const std::string kOne("\x00\x00\x80\x3f\x00\x00\x00\x40", 8);
const std::string kTwo("\x00\x00\x00\xbf\x00\x00\x00\x00", 8);
const std::string kZero(8, '\0');

torch::Tensor example() {
  auto values = torch::zeros({2, 3}, torch::kComplexFloat);
  values[0][1] = c10::complex<float>(1, 2);
  values[1][0] = c10::complex<float>(-0.5, 0);
  return values;
}

TEST(CflFile, HoldsTheLastDimensionFirst) {
  const TemporaryFolder folder;
  write_cfl(folder / "x", example());
  EXPECT_EQ(read_file(folder / "x.hdr"), "# Dimensions\n3 2 1 1 1 1 1 1 1 1 1 1 1 1 1 1 \n");
  EXPECT_EQ(read_file(folder / "x.cfl"), kZero + kOne + kZero + kTwo + kZero + kZero);
}

TEST(CflFile, ComesBackAsItWas) {
  const TemporaryFolder folder;
  const auto values = torch::randn({4, 1, 3, 5}, torch::kComplexFloat);
  write_cfl(folder / "x", values);
  EXPECT_TRUE(torch::equal(read_cfl(folder / "x", {4, 1, 3, 5}), values));
}

TEST(CflFile, TakesViewsConjugatesAndOtherTypes) {
  const TemporaryFolder folder;
  const auto values = torch::randn({3, 5}, torch::kComplexDouble);
  write_cfl(folder / "x", values.t().conj());
  const auto expected = values.t().conj().to(torch::kComplexFloat).resolve_conj();
  EXPECT_TRUE(torch::equal(read_cfl(folder / "x", {5, 3}), expected));
  write_cfl(folder / "mask", torch::ones({1}, torch::kBool));
  EXPECT_EQ(read_file(folder / "mask.cfl"), std::string("\0\0\x80\x3f", 4) + std::string(4, '\0'));
}

TEST(CflFile, ReadsHeadersWithMoreOrLessInThem) {
  const TemporaryFolder folder;
  write_file(folder / "x.cfl", kZero + kOne + kZero + kTwo + kZero + kZero);
  for (const std::string header :
       {"# Dimensions\n3 2\n", "# Command\npics -S a b c\n# Dimensions\n3 2 1 1 1 \n# Files\n"}) {
    write_file(folder / "x.hdr", header);
    EXPECT_TRUE(torch::equal(read_cfl(folder / "x", {2, 3}), example())) << header;
  }
}

TEST(CflFile, RefusesWhatIsNotTheArray) {
  const TemporaryFolder folder;
  EXPECT_THROW(read_cfl(folder / "none", {2, 3}), Error);
  for (const std::string header :
       {"", "3 2\n", "# Dimensions\n", "# Dimensions\nthree\n", "# Dimensions\n2 3\n",
        "# Dimensions\n3 2 1 1 2\n", "# Dimensions\n99999999999999999999 2\n"}) {
    write_cfl(folder / "x", example());
    write_file(folder / "x.hdr", header);
    EXPECT_THROW(read_cfl(folder / "x", {2, 3}), Error) << header;
  }
  write_cfl(folder / "x", example());
  write_file(folder / "x.cfl", kOne);
  EXPECT_THROW(read_cfl(folder / "x", {2, 3}), Error);
  EXPECT_THROW(write_cfl(folder / "none/x", example()), Error);
}

}  // namespace
}  // namespace dircn::cfl_file_test
