#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "dircn/config/loss_terms.h"
#include "dircn/config/names.h"
#include "dircn/core/precision.h"

namespace dircn {

template <>
struct EnumNames<Precision> {
  static constexpr std::pair<Precision, const char*> kTable[] = {{Precision::fp32, "fp32"},
                                                                 {Precision::bf16, "bf16"}};
};

/// The data range of the SSIM under the uniform window.
enum class SsimRange {
  target_max,  // the maximum of each target
  volume_max   // the attribute `max` of its volume
};

template <>
struct EnumNames<SsimRange> {
  static constexpr std::pair<SsimRange, const char*> kTable[] = {
      {SsimRange::target_max, "target_max"}, {SsimRange::volume_max, "volume_max"}};
};

/// Whose distance from the target says how difficult a slice is.
enum class FocalBy { zero_filled, prediction };

template <>
struct EnumNames<FocalBy> {
  static constexpr std::pair<FocalBy, const char*> kTable[] = {
      {FocalBy::zero_filled, "zero_filled"}, {FocalBy::prediction, "prediction"}};
};

/// Focal weighting: a slice of difficulty d = 1 - SSIM counts d^gamma, divided by the mean of that
/// over the training set (`zero_filled`) or over the last 1000 slices (`prediction`).
struct FocalConfig {
  FocalBy by = FocalBy::zero_filled;
  double gamma = 0;  // 0: all slices count the same
};

/// The training loss of a slice: a weighted sum of terms. Weight 0 leaves a term out.
struct LossConfig {
  ByLossTerm<double> weights = default_loss_weights();
  SsimRange range = SsimRange::target_max;
  FocalConfig focal;
};

/// Slices that make one step of the optimiser. Those of equal shape go through the network
/// together, `at_once` at most; the others add their gradients.
struct BatchConfig {
  int64_t size = 1;
  int64_t at_once = 1;
  std::vector<int64_t> milestones;  // after so many epochs of a phase `size` is multiplied by...
  int64_t factor = 2;               // ...this (Smith et al., arXiv 1711.00489)
};

enum class OptimizerKind { adam, adamw, sgd };

template <>
struct EnumNames<OptimizerKind> {
  static constexpr std::pair<OptimizerKind, const char*> kTable[] = {
      {OptimizerKind::adam, "adam"}, {OptimizerKind::adamw, "adamw"}, {OptimizerKind::sgd, "sgd"}};
};

/// What the learning rate is multiplied by for some parameters.
struct RateFactors {
  double sensitivity = 1;       // the network that estimates sensitivity maps
  double cascades = 1;          // the cascades' U-nets
  double data_consistency = 1;  // their data-consistency weights
  double aggregation = 1;       // their aggregation weights
};

struct OptimizerConfig {
  OptimizerKind kind = OptimizerKind::adam;
  bool amsgrad = true;      // adam and adamw
  double momentum = 0.9;    // sgd
  double weight_decay = 0;  // adam: added to the gradient; adamw: taken off the weights
  double clip_norm = 0;     // gradients are scaled down to this norm, all together; 0: never
  RateFactors rate_factors;
};

enum class ScheduleKind { constant, multi_step, cosine, one_cycle, plateau };

template <>
struct EnumNames<ScheduleKind> {
  static constexpr std::pair<ScheduleKind, const char*> kTable[] = {
      {ScheduleKind::constant, "constant"},
      {ScheduleKind::multi_step, "multi_step"},
      {ScheduleKind::cosine, "cosine"},
      {ScheduleKind::one_cycle, "one_cycle"},
      {ScheduleKind::plateau, "plateau"}};
};

/// How the learning rate changes within a phase of training. Epochs count from the phase's start.
struct ScheduleConfig {
  ScheduleKind kind = ScheduleKind::multi_step;
  double warmup = 0;  // epochs, or a part of one, in which the rate rises linearly from 0
  std::vector<int64_t> milestones = {30, 90};  // multi_step: after so many epochs the rate falls
  double factor = 0.1;                         // multi_step, plateau: what it is multiplied by
  int64_t patience = 10;    // plateau: epochs without a better validation before it falls
  double threshold = 1e-4;  // plateau: what counts as better, relative to the best
  double lowest = 0;        // cosine, plateau: where it ends, relative to `learning_rate`
  double peak_at = 0.3;     // one_cycle: share of the phase in which the rate rises
};

/// The challenge team's three methods of transfer learning.
enum class Transfer {
  none,
  method_1,  // what there was before this phase is frozen: the cascades that it adds are trained
  method_2,  // the cascades are frozen: the sensitivity network is trained
  method_3   // the sensitivity network is frozen: the cascades are trained
};

template <>
struct EnumNames<Transfer> {
  static constexpr std::pair<Transfer, const char*> kTable[] = {{Transfer::none, "none"},
                                                                {Transfer::method_1, "method_1"},
                                                                {Transfer::method_2, "method_2"},
                                                                {Transfer::method_3, "method_3"}};
};

/// What added cascades begin with.
enum class AddedCascades {
  fresh,  // random weights
  copy    // those of the last cascade before, where shapes allow, else random ones
};

template <>
struct EnumNames<AddedCascades> {
  static constexpr std::pair<AddedCascades, const char*> kTable[] = {
      {AddedCascades::fresh, "fresh"}, {AddedCascades::copy, "copy"}};
};

/// When a phase ends.
enum class PhaseEnd {
  epochs,      // after its epochs
  overfitting  // or earlier, see `PhaseConfig::patience`; it then hands on its best weights
};

template <>
struct EnumNames<PhaseEnd> {
  static constexpr std::pair<PhaseEnd, const char*> kTable[] = {
      {PhaseEnd::epochs, "epochs"}, {PhaseEnd::overfitting, "overfitting"}};
};

/// A phase of a training plan. It begins with a new optimiser and schedule.
struct PhaseConfig {
  int64_t cascades = 0;      // the network grows to so many; 0: it stays as it is
  double learning_rate = 0;  // 0: train.learning_rate
  int64_t epochs = 0;        // 0: train.epochs
  AddedCascades added = AddedCascades::fresh;
  Transfer transfer = Transfer::none;
  std::vector<std::string> freeze;  // parameters, as patterns with * and ?: i_cascades.0.*
  PhaseEnd until = PhaseEnd::epochs;
  int64_t patience = 3;  // overfitting: so many epochs in a row in which validation was not above
                         // its best, while the training loss was below that of the best epoch
};

/// How the network is trained.
struct TrainConfig {
  int64_t epochs = 120;
  double learning_rate = 2e-3;
  ScheduleConfig schedule;
  LossConfig loss;
  BatchConfig batch;
  OptimizerConfig optimizer;
  double ema = 0;  // decay of the moving average of the weights; 0: none
  Precision precision = Precision::fp32;
  bool checkpointing = false;       // cascades are computed again in the backward pass
  std::string start;                // checkpoint to begin with; empty: random weights
  std::vector<PhaseConfig> phases;  // empty: one, of `epochs`
  int64_t seed = 1;
  double save_minutes = 10;  // a checkpoint this often within an epoch; one at its end anyway
  int64_t keep = 3;          // checkpoints of the last epochs that are kept besides last.pt
};

}  // namespace dircn
