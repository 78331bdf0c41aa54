#include "dircn/core/precision.h"

namespace dircn {

std::string to_string(Precision value) {
  return value == Precision::bf16 ? "bf16" : "fp32";
}

}  // namespace dircn
