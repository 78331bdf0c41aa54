#include "dircn/core/versions.h"

#include <torch/version.h>

namespace dircn {

std::vector<std::pair<std::string, std::string>> versions() {
  return {{"dircn", DIRCN_VERSION}, {"LibTorch", TORCH_VERSION}};
}

std::string versions_text() {
  std::string text;
  for (const auto& [name, version] : versions()) {
    text += (text.empty() ? "" : ", ") + name + " " + version;
  }
  return text;
}

}  // namespace dircn
