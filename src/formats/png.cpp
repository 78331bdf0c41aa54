#include "dircn/formats/png.h"

#include <png.h>
#include <torch/types.h>

#include <sstream>
#include <string>

#include "dircn/core/atomic_file.h"
#include "dircn/core/error.h"

namespace dircn {
namespace {

void require_picture(const torch::Tensor& image, const std::string& subject) {
  const bool shaped = image.dim() == 2 || (image.dim() == 3 && image.size(2) == 3);
  require(shaped && image.numel() > 0 && image.scalar_type() == torch::kByte, [&] {
    std::ostringstream found;
    found << "shape " << image.sizes() << " of type " << image.scalar_type();
    return Error::Parts{subject, found.str(),
                        "a picture of uint8, [height, width] or [height, width, 3]"};
  });
}

}  // namespace

std::string encode_png(const torch::Tensor& image, const std::string& subject) {
  require_picture(image, subject);
  const torch::Tensor pixels = image.to(torch::kCPU).contiguous();
  png_image header{};
  header.version = PNG_IMAGE_VERSION;
  header.height = static_cast<png_uint_32>(image.size(0));
  header.width = static_cast<png_uint_32>(image.size(1));
  header.format = image.dim() == 2 ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB;
  const auto encode = [&](void* memory, png_alloc_size_t& size) {
    const int encoded =
        png_image_write_to_memory(&header, memory, &size, 0, pixels.data_ptr(), 0, nullptr);
    require(encoded != 0, [&] { return Error::Parts{subject, header.message, "a PNG picture"}; });
  };
  png_alloc_size_t size = 0;
  encode(nullptr, size);  // asks for the size
  std::string bytes(size, '\0');
  encode(bytes.data(), size);
  bytes.resize(size);
  return bytes;
}

void write_png(const std::filesystem::path& path, const torch::Tensor& image) {
  const std::string bytes = encode_png(image, path.string());
  AtomicFile(path).commit(bytes);
}

}  // namespace dircn
