// PNG files, read back by libpng's own reader and by Python's zlib.

#include "dircn/formats/png.h"

#include <gtest/gtest.h>
#include <png.h>
#include <torch/types.h>

#include <filesystem>

#include "dircn/core/error.h"
#include "support/paths.h"
#include "support/python.h"

namespace dircn::png_test {
namespace {

using testing::TemporaryFolder;

torch::Tensor ramp(at::IntArrayRef shape) {
  return torch::arange(torch::zeros(shape).numel()).remainder(251).to(torch::kByte).view(shape);
}

/// The file's pixels in its own format: [H, W] or [H, W, 3].
torch::Tensor read_png(const std::filesystem::path& path) {
  png_image header{};
  header.version = PNG_IMAGE_VERSION;
  EXPECT_NE(png_image_begin_read_from_file(&header, path.c_str()), 0) << header.message;
  const bool colour = (header.format & PNG_FORMAT_FLAG_COLOR) != 0;
  header.format = colour ? PNG_FORMAT_RGB : PNG_FORMAT_GRAY;
  auto pixels = torch::zeros({header.height, header.width, colour ? 3 : 1}, torch::kByte);
  EXPECT_NE(png_image_finish_read(&header, nullptr, pixels.data_ptr(), 0, nullptr), 0)
      << header.message;
  return colour ? pixels : pixels.squeeze(2);
}

TEST(Png, KeepsGreyAndColour) {
  const TemporaryFolder folder;
  for (const auto& image : {ramp({5, 7}), ramp({5, 7, 3}), ramp({1, 1}), ramp({300, 200})}) {
    write_png(folder / "sub/image.png", image);
    EXPECT_TRUE(torch::equal(read_png(folder / "sub/image.png"), image)) << image.sizes();
  }
}

TEST(Png, TakesAView) {
  const TemporaryFolder folder;
  const auto image = ramp({6, 8}).t().slice(0, 1, 7, 2);
  write_png(folder / "image.png", image);
  EXPECT_TRUE(torch::equal(read_png(folder / "image.png"), image));
}

TEST(Png, HasTheHeaderOfItsStandard) {
  DIRCN_NEEDS_PYTHON("struct, zlib");
  const TemporaryFolder folder;
  write_png(folder / "image.png", ramp({5, 7, 3}));
  testing::write_file(folder / "check.py", R"(
import struct, sys, zlib
data = open(sys.argv[1], "rb").read()
assert data[:8] == b"\x89PNG\r\n\x1a\n", data[:8]
at, packed, kinds = 8, b"", []
while at < len(data):
    size, kind = struct.unpack(">I4s", data[at:at + 8])
    body = data[at + 8:at + 8 + size]
    assert struct.unpack(">I", data[at + 8 + size:at + 12 + size])[0] == zlib.crc32(kind + body)
    kinds.append(kind)
    if kind == b"IHDR":
        assert struct.unpack(">IIBB", body[:10]) == (7, 5, 8, 2), body
    packed += body if kind == b"IDAT" else b""
    at += 12 + size
assert kinds[0] == b"IHDR" and kinds[-1] == b"IEND", kinds
assert len(zlib.decompress(packed)) == 5 * (1 + 7 * 3)
)");
  EXPECT_EQ(
      testing::run_python((folder / "check.py").string() + " " + (folder / "image.png").string()),
      0);
}

TEST(Png, RefusesWhatIsNoPicture) {
  const TemporaryFolder folder;
  const auto path = folder / "image.png";
  for (const auto& image : {torch::zeros({5, 7}), ramp({5, 7, 2}), ramp({5}), ramp({0, 7})}) {
    EXPECT_THROW(write_png(path, image), Error) << image.sizes();
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

}  // namespace
}  // namespace dircn::png_test
