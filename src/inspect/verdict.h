#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "dircn/config/config.h"
#include "dircn/data/volume_tree.h"
#include "inspect/report.h"

namespace dircn::detail {

/// What volumes are good for: training on their k-space, reconstruction, and scores against their
/// targets.
class Verdicts {
 public:
  /// `deep`: every slice is read; else the middle one.
  Verdicts(DataConfig config, bool deep) : config_(std::move(config)), deep_(deep) {}

  /// Judges a volume as the programs would take it. Never throws.
  void add(const VolumeEntry& entry);

  /// Of those that could not even be read, why.
  const std::vector<std::string>& unreadable() const { return unreadable_; }

  /// A line for each purpose: "usable", "usable, but ...", "not: ...", or how many are, and of the
  /// first that is not why.
  Report report() const;

 private:
  /// Of one purpose.
  struct Tally {
    int64_t volumes = 0;
    int64_t remarked = 0;
    int64_t refused = 0;
    std::string remark;   // of the first
    std::string refusal;  // of the first
  };

  /// What one purpose finds worth a remark; throws what refuses the volume.
  using Judge = std::function<std::vector<std::string>()>;

  /// Returns why the volume was refused, if it was.
  static std::optional<std::string> judge(Tally& tally, const Judge& remarks);
  static std::string text(const Tally& tally);

  DataConfig config_;
  bool deep_;
  Tally training_;
  Tally reconstruction_;
  Tally scoring_;
  std::vector<std::string> unreadable_;
};

}  // namespace dircn::detail
