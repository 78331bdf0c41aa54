#pragma once

#include <cstdint>
#include <string>

namespace dircn {

/// An annotated region of an image, in pixels; it may reach beyond the image.
struct Box {
  int64_t x = 0;
  int64_t y = 0;
  int64_t width = 0;
  int64_t height = 0;
  std::string label = {};  // what it shows; may be empty
};

}  // namespace dircn
