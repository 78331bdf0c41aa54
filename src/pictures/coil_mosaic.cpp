#include "dircn/pictures/coil_mosaic.h"

#include <torch/types.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <sstream>
#include <vector>

#include "dircn/core/error.h"
#include "dircn/core/numbers.h"

namespace dircn {
namespace {

constexpr int64_t kTileGap = 2;
constexpr double kBrightest = 255;

/// [C, H, W] complex, averaged over areas to sides of at most `edge`.
torch::Tensor shrunk(const torch::Tensor& maps, int64_t edge) {
  const int64_t longest = std::max(maps.size(1), maps.size(2));
  if (longest <= edge) {
    return maps;
  }
  const auto side = [&](int64_t dim) {
    return std::max<int64_t>(1, (maps.size(dim) * edge + longest / 2) / longest);
  };
  const torch::Tensor parts = torch::view_as_real(maps).permute({0, 3, 1, 2});
  const torch::Tensor means = torch::adaptive_avg_pool2d(parts, {side(1), side(2)});
  return torch::view_as_complex(means.permute({0, 2, 3, 1}).contiguous());
}

/// HSV of full saturation as uint8 [..., 3]: hue by phase, value by magnitude over `most`. Each
/// colour is full within a sixth of the circle around its own phase and fades in the next sixth.
torch::Tensor coloured(const torch::Tensor& numbers, double most) {
  const torch::Tensor phase = torch::angle(numbers);
  const torch::Tensor value = numbers.abs() / most;
  std::vector<torch::Tensor> colours;
  for (const double own : {0.0, 2 * kPi / 3, -2 * kPi / 3}) {
    const torch::Tensor turned = torch::remainder(phase - own + kPi, 2 * kPi) - kPi;
    const torch::Tensor share = (2 - turned.abs() * (3 / kPi)).clamp(0, 1);
    colours.push_back((value * share).mul(kBrightest).round().clamp(0, kBrightest));
  }
  return torch::stack(colours, -1).to(torch::kByte);
}

}  // namespace

torch::Tensor coil_mosaic(const torch::Tensor& maps, int64_t edge) {
  require(maps.dim() == 3 && maps.is_complex() && maps.numel() > 0 && edge > 0, [&] {
    std::ostringstream found;
    found << "shape " << maps.sizes() << " of type " << maps.scalar_type() << " for tiles of "
          << edge << " pixels";
    return Error::Parts{"coil maps", found.str(), "complex ones [coils, height, width]", ""};
  });
  const torch::Tensor tiles =
      shrunk(maps.detach().to(torch::kCPU, torch::kComplexDouble).contiguous(), edge);
  const double most = tiles.abs().max().item<double>();
  const torch::Tensor colours = coloured(tiles, most > 0 ? most : 1);
  const int64_t count = tiles.size(0);
  const int64_t height = tiles.size(1) + kTileGap;
  const int64_t width = tiles.size(2) + kTileGap;
  const auto across = static_cast<int64_t>(std::ceil(std::sqrt(static_cast<double>(count))));
  const int64_t down = (count + across - 1) / across;
  torch::Tensor picture = torch::full({down * height - kTileGap, across * width - kTileGap, 3},
                                      kBrightest, torch::kByte);
  for (int64_t tile = 0; tile < count; ++tile) {
    picture.narrow(0, tile / across * height, tiles.size(1))
        .narrow(1, tile % across * width, tiles.size(2))
        .copy_(colours[tile]);
  }
  return picture;
}

}  // namespace dircn
