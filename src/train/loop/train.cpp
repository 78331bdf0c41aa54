#include "dircn/train/train.h"

#include "dircn/core/atomic_file.h"
#include "train/loop/trainer.h"

namespace dircn {

bool train(const Config& config, torch::Device device, const RunFolder& folder,
           const std::optional<std::filesystem::path>& start, const std::function<bool()>& stop) {
  Trainer trainer(config, device, folder);
  if (start) {
    trainer.resume(*start);
  }
  AtomicFile(folder.config()).commit(to_yaml(config));
  return trainer.run(stop);
}

}  // namespace dircn
