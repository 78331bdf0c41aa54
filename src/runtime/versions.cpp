#include "dircn/runtime/versions.h"

#include <torch/version.h>

namespace dircn {

std::vector<std::pair<std::string, std::string>> versions() {
  return {{"dircn", DIRCN_VERSION}, {"LibTorch", TORCH_VERSION}};
}

std::string versions_text() {
  std::string text;
  for (const auto& [name, version] : versions()) {
    text.append(text.empty() ? "" : ", ").append(name).append(" ").append(version);
  }
  return text;
}

}  // namespace dircn
