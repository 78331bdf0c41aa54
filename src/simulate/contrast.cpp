#include "simulate/contrast.h"

#include "simulate/volume_filters.h"

namespace dircn::simulation {
namespace {

/// Signals of tissues in one contrast.
struct Levels {
  double fluid;
  double grey;
  double white;
  double muscle;
  double fat;
};

struct Sequence {
  const char* acquisition;
  double lesion;  // its signal
  Levels levels;  // not of T1, which the anatomy is
};

/// In the order of `Contrast`.
constexpr Sequence kSequences[] = {{"AXT1", 0.55, {}},
                                   {"AXT2", 0.85, {0.90, 0.52, 0.36, 0.22, 0.62}},
                                   {"AXFLAIR", 0.95, {0.07, 0.62, 0.47, 0.26, 0.60}}};

const Sequence& sequence_of(Contrast contrast) {
  return kSequences[static_cast<size_t>(contrast)];
}

/// Inside of the skull. What is darker than fluid in T1 is bone or air, dark in every contrast.
torch::Tensor brain_signal(const torch::Tensor& t1, const Levels& levels) {
  const torch::Tensor tissue = smooth_step(t1, 0.10, 0.22);
  const torch::Tensor fluid = 1 - smooth_step(t1, 0.38, 0.64);
  const torch::Tensor white = smooth_step(t1, 0.76, 0.98);
  const torch::Tensor grey = 1 - fluid - white;
  const torch::Tensor within_tissue = 1 + 0.25 * (t1 - 0.85) * (1 - fluid);
  return (levels.fluid * fluid + levels.grey * grey + levels.white * white) * tissue *
         within_tissue;
}

torch::Tensor scalp_signal(const torch::Tensor& t1, const Levels& levels) {
  const torch::Tensor fat = smooth_step(t1, 0.95, 1.5);
  return (levels.muscle + (levels.fat - levels.muscle) * fat) * smooth_step(t1, 0.12, 0.45) *
         (0.6 + 0.4 * (t1 / 1.2).clamp_max(1.4));
}

}  // namespace

std::string acquisition_name(Contrast contrast) {
  return sequence_of(contrast).acquisition;
}

torch::Tensor signal(const Anatomy::Sample& anatomy, Contrast contrast) {
  const torch::Tensor& t1 = anatomy.t1;
  if (contrast == Contrast::t1) {  // as it is, but for fat that would outshine everything
    return torch::lerp(1.2 * t1 / (1 + 0.28 * t1), t1, anatomy.brain);
  }
  const Levels& levels = sequence_of(contrast).levels;
  return torch::lerp(scalp_signal(t1, levels), brain_signal(t1, levels), anatomy.brain);
}

double lesion_signal(Contrast contrast) {
  return sequence_of(contrast).lesion;
}

}  // namespace dircn::simulation
