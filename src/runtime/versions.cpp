#include "dircn/runtime/versions.h"

#include <ATen/detail/CUDAHooksInterface.h>
#include <torch/version.h>

#include "dircn/runtime/simd.h"

namespace dircn {
namespace {

/// Of the CUDA that LibTorch was built with: "12.8".
std::string cuda_version() {
  const auto& hooks = at::detail::getCUDAHooks();
  if (!hooks.hasCUDART()) {
    return "none";
  }
  const auto version = hooks.versionCUDART();  // 12080
  return std::to_string(version / 1000) + "." + std::to_string(version % 1000 / 10);
}

}  // namespace

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

std::string version_line() {
  return versions_text() + ", CUDA " + cuda_version() + ", " + simd_target();
}

}  // namespace dircn
