// Texts through the configuration reader: an `Error`, or a configuration that is the same after it
// was written and read again.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>

#include "dircn/config/config.h"
#include "dircn/core/error.h"

namespace {

std::optional<dircn::Config> parsed(const std::string& yaml) {
  try {
    return dircn::parse_config(yaml, "fuzz.yaml");
  } catch (const dircn::Error&) {
    return std::nullopt;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string yaml(data, data + size);
  if (yaml.find("extends") != std::string::npos) {
    return 0;  // would read files of this machine
  }
  const auto config = parsed(yaml);
  if (!config) {
    return 0;
  }
  const std::string written = to_yaml(*config);
  const auto again = parsed(written);
  if (!again || to_yaml(*again) != written) {
    std::fprintf(stderr, "Written as:\n%s\n", written.c_str());
    std::fprintf(stderr, "Read as:\n%s\n", again ? to_yaml(*again).c_str() : "an error");
    std::abort();
  }
  return 0;
}
