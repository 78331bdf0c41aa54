#pragma once

#include <optional>
#include <string>

namespace dircn::bench {

/// As Linux names it, "unknown" where it does not.
std::string processor_name();

/// What other processes compute while this program and those that it starts and waits for measure.
class OtherLoad {
 public:
  OtherLoad() : start_(now()) {}

  /// How many cores they have used on average so far; nothing where Linux does not say.
  std::optional<double> cores() const;

 private:
  /// In ticks of the clock.
  struct Times {
    double elapsed;
    double all;  // negative: unknown
    double own;
  };
  static Times now();

  Times start_;
};

}  // namespace dircn::bench
