#pragma once

#include <cstdint>
#include <utility>

#include "dircn/config/names.h"

namespace dircn {

/// How a cascade's input is built from the cascades before it (the paper's input-level dense
/// connection).
enum class Aggregation { weighted_sum, concat, none };

template <>
struct EnumNames<Aggregation> {
  static constexpr std::pair<Aggregation, const char*> kTable[] = {
      {Aggregation::weighted_sum, "weighted_sum"},
      {Aggregation::concat, "concat"},
      {Aggregation::none, "none"}};
};

/// How measured k-space enters a cascade's output.
enum class DataConsistency { soft, variational };

template <>
struct EnumNames<DataConsistency> {
  static constexpr std::pair<DataConsistency, const char*> kTable[] = {
      {DataConsistency::soft, "soft"}, {DataConsistency::variational, "variational"}};
};

/// What squeeze-and-excitation looks at: the normalised feature map (the published form, whose mean
/// is the norm's bias) or the mean and standard deviation that the norm measures in its input.
enum class SeSqueeze { normalized, statistics };

template <>
struct EnumNames<SeSqueeze> {
  static constexpr std::pair<SeSqueeze, const char*> kTable[] = {
      {SeSqueeze::normalized, "normalized"}, {SeSqueeze::statistics, "statistics"}};
};

/// Sizes and variants of the network; the defaults are the 2022 challenge's final model.
struct ModelConfig {
  int64_t cascades = 8;
  int64_t channels = 16;             // n: width of the cascades' ResXUnets at full resolution
  int64_t sensitivity_channels = 4;  // n of the sensitivity-map network
  int64_t groups = 4;                // groups of the grouped convolutions, at full resolution
  int64_t sensitivity_groups = 2;
  double se_ratio = 0.125;  // width of the squeezed layer, relative to its input
  SeSqueeze se_squeeze = SeSqueeze::normalized;
  Aggregation aggregation = Aggregation::weighted_sum;
  DataConsistency data_consistency = DataConsistency::soft;
  bool interconnections = true;  // long-range skips: decoder features handed to the next cascade

  /// Throws `Error` naming the first field that is out of range (counts below 1 or absurdly large,
  /// groups that do not divide the channels, a ratio outside (0, 1]). Its subject is the key, e.g.
  /// "model.groups".
  void check() const;
};

bool operator==(const ModelConfig& a, const ModelConfig& b);
bool operator!=(const ModelConfig& a, const ModelConfig& b);

}  // namespace dircn
