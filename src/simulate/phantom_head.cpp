#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "simulate/head_images.h"
#include "simulate/random_stream.h"
#include "simulate/volume_filters.h"
#include "simulate/workers.h"

namespace dircn::simulation {
namespace {

constexpr int64_t kDepth = 181;
constexpr int64_t kHeight = 217;
constexpr int64_t kWidth = 181;
constexpr int64_t kSeed = 27;

/// Smooth random values of mean 0 and standard deviation 1 throughout the head.
class Noise {
 public:
  /// Coarse points `step` mm apart, averaged with their neighbours `passes` times.
  Noise(int64_t number, double step, int64_t passes) {
    const auto points = [&](int64_t size) {
      return static_cast<int64_t>(static_cast<double>(size) / step) + 4 + 2 * passes;
    };
    values_ = RandomStream{kSeed, number}.normal({points(kDepth), points(kHeight), points(kWidth)});
    for (int64_t i = 0; i < passes; ++i) {
      values_ = torch::avg_pool3d(values_.unsqueeze(0), 3, 1)[0];
    }
    values_ = (values_ - values_.mean()) / values_.std();
  }

  /// Of one plane: [Y, X].
  torch::Tensor plane(int64_t z) const {
    const auto last = static_cast<double>(values_.size(0) - 1);
    const double at = static_cast<double>(z) / static_cast<double>(kDepth - 1) * last;
    const auto below = static_cast<int64_t>(std::min(std::floor(at), last - 1));
    const torch::Tensor mixed =
        torch::lerp(values_[below], values_[below + 1], at - static_cast<double>(below));
    return torch::upsample_bicubic2d(mixed.unsqueeze(0).unsqueeze(0), {kHeight, kWidth},
                                     /*align_corners=*/true)[0][0];
  }

 private:
  torch::Tensor values_;
};

struct Ellipsoid {
  std::array<double, 3> centre;  // mm; x > 0 stands for both sides
  std::array<double, 3> radii;   // mm
  double t1;
};

constexpr Ellipsoid kOrgans[] = {{{23, 6, -4}, {7, 19, 13}, 0.80},     // basal ganglia
                                 {{11, -10, -2}, {8, 14, 11}, 0.83},   // thalamus
                                 {{0, -48, -52}, {44, 28, 18}, 0.76},  // cerebellum
                                 {{7, 18, 10}, {4.5, 17, 9}, 0.33},    // ventricles: frontal horns,
                                 {{8, 2, 14}, {4, 16, 6}, 0.33},       // bodies,
                                 {{15, -22, 10}, {5, 17, 8}, 0.33},    // occipital horns,
                                 {{0, -6, -4}, {1.6, 12, 10}, 0.33},   // the third
                                 {{30, 65, -52}, {16, 18, 16}, 1.5},   // fat around the eyes
                                 {{30, 70, -52}, {11, 11, 11}, 0.36}};  // eyes

/// Paints one plane after the other; every plane shows the same head.
class Painter {
 public:
  /// Writes the planes `z` of `t1` and `brain`.
  void paint(int64_t z, const torch::Tensor& t1, const torch::Tensor& brain) const {
    const double height = static_cast<double>(z) - (kDepth - 1) / 2.0;
    const torch::Tensor ribbon = ribbon_.plane(z);
    const torch::Tensor texture = texture_.plane(z);
    const torch::Tensor radius = torch::sqrt((x_ / (76 - y_ / 25)).square() + (y_ / 97).square() +
                                             std::pow((height + 15) / 105, 2));
    const torch::Tensor depth = (1 - radius) * 80 + 0.8 * outline_.plane(z);  // below the scalp, mm
    torch::Tensor image = torch::zeros({kHeight, kWidth});
    const auto fill = [&](const torch::Tensor& inside, const torch::Tensor& value, double width) {
      image = image + (value - image) * torch::sigmoid(inside / width);
    };
    fill(depth, 0.72 + 0.05 * texture, 0.6);                                   // skin
    fill(depth - 2 - 0.4 * ribbon, 1.55 + 0.12 * texture, 0.6);                // fat
    fill(depth - 4.8 - 0.6 * ribbon, 0.62 + 0.05 * texture, 0.6);              // muscle
    fill(depth - 6.2, 0.10 + 0.01 * texture, 0.6);                             // skull
    fill(1 + 0.5 * ribbon - (depth - 8.4).abs(), 0.62 + 0.08 * texture, 0.6);  // its marrow
    fill(depth - 10.6, 0.33 + 0.01 * texture, 0.6);                            // fluid
    const torch::Tensor surface = below_pia(depth, height, z);
    fill(surface - 0.9, 0.72 + 0.012 * texture, 0.6);  // cortex
    fill(surface - 3.6 - 0.3 * ribbon, 0.98 + 0.012 * texture - 0.04 * smooth_step(radius, 0, 0.8),
         0.7);  // white matter
    for (const Ellipsoid& organ : kOrgans) {
      fill(inside(organ, height) + 0.4 * ribbon, organ.t1 + 0.01 * texture, 0.6);
    }
    t1[z].copy_(image.clamp_min_(0));
    brain[z].copy_(torch::gt(depth, 10.2));
  }

 private:
  /// How deep below the folded surface of the brain, mm. Sulci are where a smooth noise crosses
  /// zero, and reach some 20 mm deep.
  torch::Tensor below_pia(const torch::Tensor& depth, double height, int64_t z) const {
    const torch::Tensor ribbon = ribbon_.plane(z);
    const torch::Tensor below = depth - 11.5 + 0.5 * ribbon;
    const torch::Tensor sulcus =
        4.2 * folds_.plane(z).abs() + 0.6 * (below - 20 - 3 * ribbon).clamp_min(0);
    const torch::Tensor fissure =
        (x_ + 1.2 * fissure_.plane(z)).abs() + 0.35 * (34 - height - 0.45 * y_.abs()).clamp_min(0);
    return torch::minimum(torch::minimum(below, sulcus), fissure);
  }

  torch::Tensor inside(const Ellipsoid& organ, double height) const {
    const auto& centre = organ.centre;
    const auto& radii = organ.radii;
    const torch::Tensor x = (x_.abs() - centre[0]) / radii[0];
    const torch::Tensor y = (y_ - centre[1]) / radii[1];
    const double z = (height - centre[2]) / radii[2];
    return (1 - torch::sqrt(x.square() + y.square() + z * z)) *
           std::min({radii[0], radii[1], radii[2]});
  }

  torch::Tensor x_ = torch::arange(kWidth, torch::kFloat).unsqueeze(0) - (kWidth - 1) / 2.0;
  torch::Tensor y_ = torch::arange(kHeight, torch::kFloat).unsqueeze(1) - (kHeight - 1) / 2.0;
  Noise outline_{0, 16, 1};
  Noise folds_{1, 3.2, 2};
  Noise fissure_{2, 12, 1};
  Noise texture_{3, 6, 0};
  Noise ribbon_{4, 8, 1};  // thickness of layers
};

}  // namespace

HeadImages phantom_head() {
  HeadImages head{
      torch::empty({kDepth, kHeight, kWidth}), torch::empty({kDepth, kHeight, kWidth}), {1, 1, 1}};
  std::vector<Painter> painter;
  for_each_item(1, [&](int64_t) { painter.emplace_back(); });
  for_each_item(kDepth, [&](int64_t z) { painter.front().paint(z, head.t1, head.brain); });
  return head;
}

}  // namespace dircn::simulation
