#include "train/plan/batch_size.h"

namespace dircn {

int64_t batch_size(const BatchConfig& config, int64_t epoch) {
  int64_t size = config.size;
  for (const int64_t milestone : config.milestones) {
    size *= milestone <= epoch ? config.factor : 1;
  }
  return size;
}

}  // namespace dircn
