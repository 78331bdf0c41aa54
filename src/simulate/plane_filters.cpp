#include "simulate/plane_filters.h"

#include <tuple>

#include "simulate/volume_filters.h"

namespace dircn::simulation {

torch::Tensor filled_outline(const torch::Tensor& something) {
  const torch::Tensor marked = something.to(torch::kFloat);
  torch::Tensor inside = torch::ones_like(marked);
  for (const int64_t dim : {int64_t{0}, int64_t{1}}) {
    inside = inside * std::get<0>(marked.cummax(dim)) *
             std::get<0>(marked.flip({dim}).cummax(dim)).flip({dim});
  }
  return inside;
}

torch::Tensor dilated_plane(const torch::Tensor& plane, int64_t radius) {
  return dilated(plane.unsqueeze(0), radius)[0];
}

torch::Tensor eroded_plane(const torch::Tensor& plane, int64_t radius) {
  return eroded(plane.unsqueeze(0), radius)[0];
}

torch::Tensor blurred_plane(const torch::Tensor& plane, int64_t radius) {
  torch::Tensor result = plane.unsqueeze(0);
  result = torch::avg_pool2d(result, {2 * radius + 1, 1}, 1, {radius, 0});
  return torch::avg_pool2d(result, {1, 2 * radius + 1}, 1, {0, radius})[0];
}

}  // namespace dircn::simulation
