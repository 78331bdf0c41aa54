#include "simulate/scalp.h"

#include <cmath>
#include <vector>

#include "simulate/deformation.h"
#include "simulate/plane_filters.h"

namespace dircn::simulation {
namespace {

constexpr double kRoomForScalp = 26;  // mm of air that a scalp may fill

struct Layers {
  double fluid;  // mm
  double skull;
  double scalp;
  double fluid_signal;
  double skull_signal;
  double scalp_signal;
};

Layers random_layers(RandomStream& random) {
  return {random.uniform(1, 4),     random.uniform(3.5, 7),  random.uniform(3, 8),
          random.uniform(0.1, 0.9), random.uniform(0, 0.15), random.uniform(0.5, 1.25)};
}

/// A brain's closed outline.
torch::Tensor outline_of(const torch::Tensor& image, double spacing) {
  const auto closing = std::lround(4 / spacing);
  return eroded_plane(dilated_plane(filled_outline(image > kSomething), closing), closing);
}

torch::Tensor with_scalp(const torch::Tensor& image, const Layers& layers, double spacing,
                         const torch::Tensor& texture) {
  const torch::Tensor brain = outline_of(image, spacing);
  const auto wider = [&](double mm) {
    return blurred_plane(dilated_plane(brain, std::lround(mm / spacing)), 1);
  };
  const torch::Tensor skull_begins = wider(layers.fluid);
  const torch::Tensor scalp_begins = wider(layers.fluid + layers.skull);
  const torch::Tensor scalp_ends = wider(layers.fluid + layers.skull + layers.scalp);
  const torch::Tensor around = layers.fluid_signal * skull_begins +
                               layers.skull_signal * (scalp_begins - skull_begins) +
                               layers.scalp_signal * texture * (scalp_ends - scalp_begins);
  return torch::lerp(around, image, blurred_plane(brain, 1));
}

}  // namespace

void add_scalp(Planes& planes, RandomStream& random) {
  const Layers layers = random_layers(random);
  const double spacing = planes.row_spacing;
  const auto margin = std::lround(kRoomForScalp / spacing);
  for (torch::Tensor& image : planes.images) {
    const torch::Tensor padded = torch::constant_pad_nd(image, {margin, margin, margin, margin}, 0);
    const torch::Tensor texture =
        1 + 0.2 * spread(random.normal({12, 12}), padded.size(0), padded.size(1));
    image = with_scalp(padded, layers, spacing, texture);
  }
  const double wider = 2 * (layers.fluid + layers.skull + layers.scalp);
  planes.height += wider;
  planes.width += wider;
  planes.skull_stripped = false;
}

torch::Tensor rim(const torch::Tensor& image, double depth, double spacing) {
  const torch::Tensor head = filled_outline(image > kSomething);
  const torch::Tensor core = eroded_plane(head, std::lround(depth / spacing));
  return blurred_plane(head - core, 1);
}

}  // namespace dircn::simulation
