// Whole files through the checkpoint reader: it loads them, or throws `Error`. Anything else that
// is thrown ends the process, which libFuzzer reports.

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "dircn/core/error.h"
#include "dircn/model/checkpoint.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const int file = memfd_create("fuzz", 0);
  static const std::string path = "/proc/self/fd/" + std::to_string(file);
  const bool written =
      ftruncate(file, 0) == 0 && pwrite(file, data, size, 0) == static_cast<ssize_t>(size);
  if (!written) {
    std::abort();
  }
  try {
    dircn::load_checkpoint(path);
  } catch (const dircn::Error&) {
  }
  return 0;
}
