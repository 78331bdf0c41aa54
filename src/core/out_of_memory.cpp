#include "dircn/core/out_of_memory.h"

#include <algorithm>
#include <array>
#include <new>
#include <string>

namespace dircn {

bool is_out_of_memory(const std::exception& error) {
  if (dynamic_cast<const std::bad_alloc*>(&error) != nullptr) {
    return true;
  }
  // LibTorch throws its general error for the main memory; the wording depends on version and
  // platform.
  const std::string text = error.what();
  constexpr std::array<const char*, 3> kWordings = {"out of memory", "can't allocate memory",
                                                    "not enough memory"};
  return std::any_of(kWordings.begin(), kWordings.end(),
                     [&](const char* wording) { return text.find(wording) != std::string::npos; });
}

}  // namespace dircn
