#include "simulate/varied_scan.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "dircn/core/error.h"
#include "dircn/core/numbers.h"
#include "dircn/formats/hdf5.h"
#include "dircn/mri/coils.h"
#include "dircn/mri/crop.h"
#include "dircn/mri/fft.h"
#include "simulate/deformation.h"
#include "simulate/simulated_volume.h"
#include "simulate/varied_object.h"

namespace dircn::simulation {
namespace {

double log_uniform(const std::vector<double>& range, RandomStream& random) {
  return std::exp(random.uniform(std::log(range.front()), std::log(range.back())));
}

/// `maps` [C, h, w]: a random choice of them, turned and mirrored, around the head.
torch::Tensor chosen_maps(const torch::Tensor& maps, int64_t coils, const Planes& planes,
                          const SliceView& view, RandomStream& random) {
  std::vector<torch::Tensor> chosen;
  const int64_t first = random.below(maps.size(0));
  const int64_t step = 1 + random.below(std::max<int64_t>(1, maps.size(0) / coils));
  for (int64_t i = 0; i < coils; ++i) {
    chosen.push_back(maps[(first + i * step) % maps.size(0)]);
  }
  torch::Tensor stack = torch::stack(chosen);
  stack = random.below(2) == 0 ? stack.flip({2}) : stack;
  stack = torch::view_as_real(torch::rot90(stack, random.below(4), {1, 2}).contiguous())
              .permute({0, 3, 1, 2})
              .contiguous();
  constexpr double kRoom = 1.25;  // of the maps' edge beside the head's length
  const double extent = kRoom * std::max(planes.height, planes.width) * random.uniform(0.95, 1.15);
  const torch::Tensor down = pixel_centres(view.rows, view.height).unsqueeze(1) * (2 / extent);
  const torch::Tensor right = pixel_centres(view.columns, view.width).unsqueeze(0) * (2 / extent);
  const torch::Tensor grid =
      torch::stack(
          {right.expand({view.rows, view.columns}), down.expand({view.rows, view.columns})}, -1)
          .unsqueeze(0)
          .expand({coils, view.rows, view.columns, 2});
  constexpr int64_t kLinear = 0;
  constexpr int64_t kNearestOutside = 1;
  const torch::Tensor fine = torch::grid_sampler(stack, grid, kLinear, kNearestOutside, true);
  const torch::Tensor result = torch::view_as_complex(fine.permute({0, 2, 3, 1}).contiguous());
  const torch::Tensor centre = result.select(1, view.rows / 2).select(1, view.columns / 2);
  return result / centre.abs().square().sum().sqrt().clamp_min(1e-3);
}

/// The scan's columns, of images [C, H, 2 W] in whose middle they are: what lies outside appears
/// on the other side.
torch::Tensor wrapped(const torch::Tensor& images) {
  const int64_t columns = images.size(-1) / 2;
  return torch::roll(images, {-(columns - columns / 2)}, {2})
      .view({images.size(0), images.size(1), 2, columns})
      .sum(2);
}

/// Mean of what is not dark.
double mean_signal(const torch::Tensor& image) {
  return image.masked_select(image >= 0.1 * image.max()).mean().item<double>();
}

/// The maps in a file, [C, h, w] complex64, each of which hears something.
torch::Tensor measured_maps(const std::string& path) {
  const Hdf5File file(path);
  const Hdf5Dataset maps = file.dataset("maps");
  const std::vector<int64_t>& shape = maps.shape;
  const bool empty = std::find(shape.begin(), shape.end(), 0) != shape.end();
  require(maps.kind == Hdf5Dataset::Kind::kComplex && shape.size() == 3 && !empty, [&] {
    return Error::Parts{path + ": maps", maps.type + " " + shape_text(shape),
                        "complex [coils, height, width]"};
  });
  std::vector<torch::Tensor> all;
  for (int64_t coil = 0; coil < shape[0]; ++coil) {
    all.push_back(file.read_complex_slice("maps", coil));
    const torch::Tensor strength = all.back().abs();
    const bool finite = torch::isfinite(strength).all().item<bool>();
    require(finite && strength.any().item<bool>(), [&] {
      return Error::Parts{path + ": maps of coil " + std::to_string(coil),
                          finite ? "zeros alone" : "NaN or Inf", "a coil's sensitivity",
                          "Leave out that coil."};
    });
  }
  return torch::stack(all);
}

}  // namespace

ScanSources::ScanSources(const SimulationConfig& of) : config(of), anatomy(of.anatomy) {
  if (!config.coil_maps.empty()) {
    coil_maps = measured_maps(config.coil_maps);
  }
}

VariedScan::VariedScan(const ScanSources& sources, const RandomStream& random, int64_t slices)
    : random_(random) {
  const SimulationConfig& config = sources.config;
  Planes planes = sources.anatomy.planes(random_, slices);
  vary_contrast(planes, random_);
  const bool turned = random_.below(3) == 0;
  plan_ = random_plan(planes, config, turned, random_);
  mask_ = varied_mask(plan_.part, config.acceleration, random_);
  coils_ = config.coils.front() + random_.below(config.coils.back() - config.coils.front() + 1);
  maps_ = maps(sources, planes);
  snr_ = log_uniform(config.snr, random_);
  objects_ = magnetisation(planes, plan_, turned, random_);
  const torch::Tensor sensitivity = root_sum_of_squares(maps_.unsqueeze(0))[0][0];
  double brightest = 0;
  double signal = 0;
  for (const torch::Tensor& object : objects_) {
    const torch::Tensor image = object.abs() * sensitivity;
    brightest = std::max(brightest, image.max().item<double>());
    signal = std::max(signal, mean_signal(image));
  }
  const double unit = kMeanMaximum * random_.uniform(0.6, 1.6) / std::max(brightest, 1e-6);
  for (torch::Tensor& object : objects_) {
    object = object * unit;
  }
  noise_ = signal * unit / snr_;
}

torch::Tensor VariedScan::maps(const ScanSources& sources, const Planes& planes) {
  const SliceView view = plan_.view();
  torch::Tensor result;
  if (sources.coil_maps && random_.below(2) == 0) {
    result = chosen_maps(*sources.coil_maps, coils_, planes, view, random_);
  } else {
    const double longest = std::max(planes.height, planes.width);
    const Helmet helmet{planes.width / 2 + random_.uniform(15, 60),
                        planes.height / 2 + random_.uniform(15, 60),
                        longest / 2 + random_.uniform(10, 60), random_.uniform(0, 2 * kPi)};
    CoilArray array(coils_, helmet, random_);
    result = array.maps(view, random_.uniform(-0.25, 0.25) * longest);
    if (random_.below(2) == 0) {
      array_ = std::move(array);
    }
  }
  loudness_ = torch::ones({coils_});
  if (coils_ > 3 && random_.uniform(0, 1) < 0.1) {  // a coil that hardly hears, or only noise
    const int64_t coil = random_.below(coils_);
    result[coil].mul_(random_.uniform(0, 0.3));
    loudness_[coil] = random_.below(2) == 0 ? 1 : random_.uniform(2, 6);
  }
  return result.mul_(
      torch::polar(torch::ones({coils_, 1, 1}), random_.normal({coils_, 1, 1}) * kPi));
}

torch::Tensor VariedScan::coil_images(int64_t slice) {
  torch::Tensor images = maps_ * objects_[static_cast<size_t>(slice)];
  images = plan_.wraps ? wrapped(images) : images;
  torch::Tensor noise =
      random_.complex_normal({coils_, plan_.part.rows, plan_.part.columns}).mul_(noise_);
  noise = array_ ? array_->correlated(noise) : noise;
  return images.add_(noise.mul_(loudness_.view({coils_, 1, 1})));
}

torch::Tensor VariedScan::kspace(int64_t slice) {
  const torch::Tensor measured = fft2c(coil_images(slice));
  const MeasuredPart& part = plan_.part;
  torch::Tensor kspace = torch::zeros_like(measured);
  const auto inside = [&](const torch::Tensor& all) {
    return all.slice(1, part.first_row, part.end_row).slice(2, part.first_column, part.end_column);
  };
  inside(kspace).copy_(inside(measured));
  return kspace;
}

}  // namespace dircn::simulation
