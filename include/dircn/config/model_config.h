#pragma once

#include <cstdint>
#include <utility>

#include "dircn/config/names.h"

namespace dircn {

/// Which network: `dircn` (Ottesen et al., arXiv 2207.02073, and the 2022 challenge's weighted
/// form) or `varnet` (E2E-VarNet: Sriram et al., arXiv 2004.06688).
enum class NetworkName { dircn, varnet };

template <>
struct EnumNames<NetworkName> {
  static constexpr std::pair<NetworkName, const char*> kTable[] = {{NetworkName::dircn, "dircn"},
                                                                   {NetworkName::varnet, "varnet"}};
};

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

/// What sensitivity maps are estimated from: the fully sampled centre of k-space, or all of it.
enum class MapsFrom { centre, all };

template <>
struct EnumNames<MapsFrom> {
  static constexpr std::pair<MapsFrom, const char*> kTable[] = {{MapsFrom::centre, "centre"},
                                                                {MapsFrom::all, "all"}};
};

/// Which network, its sizes and variants. The initial values are those of DIRCN, the 2022
/// challenge's final model; `default_model` has those of every network.
struct ModelConfig {
  NetworkName name = NetworkName::dircn;
  int64_t cascades = 8;
  int64_t channels = 16;             // n: width of the cascades' U-nets at full resolution
  int64_t sensitivity_channels = 4;  // n of the sensitivity-map network

  // Of dircn alone.
  int64_t groups = 4;  // groups of the grouped convolutions, at full resolution
  int64_t sensitivity_groups = 2;
  double se_ratio = 0.125;  // width of the squeezed layer, relative to its input
  SeSqueeze se_squeeze = SeSqueeze::normalized;
  Aggregation aggregation = Aggregation::weighted_sum;
  DataConsistency data_consistency = DataConsistency::soft;
  bool interconnections = true;  // long-range skips: decoder features handed to the next cascade

  // Of varnet alone.
  int64_t pools = 4;  // halvings of the cascades' U-nets
  int64_t sensitivity_pools = 4;
  MapsFrom sensitivity_from = MapsFrom::centre;

  /// Throws `Error` naming the first field of the named network that is out of range (counts below
  /// 1 or absurdly large, groups that do not divide the channels, a ratio outside (0, 1]). Its
  /// subject is the key, e.g. "model.groups".
  void check() const;
};

/// The network as it was published: of dircn the challenge's model, of varnet fastMRI's (12
/// cascades of 18 channels, 8 for the maps).
ModelConfig default_model(NetworkName name);

/// Whether they describe the same network: what belongs to another one does not count.
bool operator==(const ModelConfig& a, const ModelConfig& b);
bool operator!=(const ModelConfig& a, const ModelConfig& b);

}  // namespace dircn
