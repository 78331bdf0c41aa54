#include "config/suggestion.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <numeric>
#include <utility>

#include "dircn/config/names.h"

namespace dircn::config {
namespace {

/// Ours for what others call so.
const std::map<std::string, std::string>& names_elsewhere() {
  static const std::map<std::string, std::string> table = {
      {"accumulate_grad_batches", "train.batch.size"},
      {"batch_size", "train.batch.size"},
      {"chans", "model.channels"},
      {"checkpoint", "train.start"},
      {"clip_grad_norm", "train.optimizer.clip_norm"},
      {"crop_size", "data.crop"},
      {"data_path", "data.train"},
      {"ema_decay", "train.ema"},
      {"gradient_clip", "train.optimizer.clip_norm"},
      {"gradient_clip_val", "train.optimizer.clip_norm"},
      {"gradient_clipping", "train.optimizer.clip_norm"},
      {"gradient_steps", "train.batch.size"},
      {"lr", "train.learning_rate"},
      {"lr_gamma", "train.schedule.factor"},
      {"lr_step_size", "train.schedule.milestones"},
      {"mask_type", "data.mask.type"},
      {"max_epochs", "train.epochs"},
      {"milestone_factor", "train.schedule.factor"},
      {"mixed_precision", "train.precision"},
      {"num_cascades", "model.cascades"},
      {"num_epochs", "train.epochs"},
      {"num_workers", "data.workers"},
      {"pretrained", "train.start"},
      {"sample_rate", "data.subset"},
      {"sens_chans", "model.sensitivity_channels"},
      {"volume_sample_rate", "data.subset"},
      {"warmup_epochs", "train.schedule.warmup"},
  };
  return table;
}

bool same_letter(char a, char b) {
  return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b));
}

std::string last_part(const std::string& dotted) {
  return dotted.substr(dotted.rfind('.') + 1);  // all of it where there is no dot
}

/// Levenshtein's distance; upper and lower case count as equal. One row of its table at a time.
size_t edit_distance(const std::string& a, const std::string& b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 0; i < a.size(); ++i) {
    size_t diagonal = std::exchange(row[0], i + 1);
    for (size_t j = 0; j < b.size(); ++j) {
      const size_t replaced = diagonal + (same_letter(a[i], b[j]) ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

bool is_plausible(const std::string& name, const std::string& meant) {
  return 2 * edit_distance(name, meant) <= std::max(name.size(), meant.size());
}

}  // namespace

std::string meant_key(const std::string& name, const std::vector<std::string>& valid,
                      const std::vector<std::string>& known) {
  const auto misplaced = std::find_if(known.begin(), known.end(), [&](const std::string& key) {
    return key.find('.') != std::string::npos && last_part(key) == name;
  });
  if (misplaced != known.end()) {
    return *misplaced;
  }
  const auto brought = names_elsewhere().find(name);
  if (brought != names_elsewhere().end()) {
    const std::string own = last_part(brought->second);  // a phase has a learning rate, too
    const bool is_here = std::find(valid.begin(), valid.end(), own) != valid.end();
    return is_here ? own : brought->second;
  }
  const std::string nearest = nearest_name(name, valid);
  return is_plausible(name, nearest) ? nearest : "";
}

}  // namespace dircn::config

std::string dircn::nearest_name(const std::string& wrong, const std::vector<std::string>& valid) {
  return *std::min_element(valid.begin(), valid.end(), [&](const auto& a, const auto& b) {
    return config::edit_distance(wrong, a) < config::edit_distance(wrong, b);
  });
}
