#include "simulate/head_images.h"

#include <filesystem>
#include <optional>
#include <string>
#include <utility>

#include "dircn/core/error.h"
#include "dircn/formats/hdf5.h"
#include "dircn/formats/nifti.h"
#include "simulate/volume_filters.h"
#include "simulate/workers.h"

namespace dircn::simulation {
namespace fs = std::filesystem;
namespace {

constexpr const char* kColin27 = "/usr/share/mricron/templates/ch2.nii.gz";

/// NAMEbet.nii.gz or NAME_brain.nii.gz beside NAME.nii.gz.
std::optional<fs::path> brain_file(const fs::path& head) {
  const std::string name = head.filename().string();
  const size_t dot = name.find('.');
  for (const char* suffix : {"bet", "_brain"}) {
    const fs::path path = head.parent_path() / (name.substr(0, dot) + suffix +
                                                (dot == std::string::npos ? "" : name.substr(dot)));
    std::error_code error;
    if (fs::is_regular_file(path, error)) {
      return path;
    }
  }
  return std::nullopt;
}

torch::Tensor read_brain(const fs::path& path, const torch::Tensor& t1) {
  const torch::Tensor values = read_nifti(path).values;
  require(values.sizes() == t1.sizes(), [&] {
    return Error::Parts{path.string(), "shape " + shape_text(values.sizes().vec()),
                        shape_text(t1.sizes().vec()) + ", as the head beside it has"};
  });
  return (values > 0).to(torch::kFloat);
}

/// What lies deeper than skin, fat and skull: the head, with its dark bone closed, less 15 mm.
torch::Tensor guessed_brain(const torch::Tensor& t1, const std::array<double, 3>& spacing) {
  constexpr int64_t kClose = 4;  // coarse voxels: bridges the skull
  constexpr int64_t kDepth = 8;
  const torch::Tensor small = coarse(t1, spacing);
  const torch::Tensor sorted = std::get<0>(small.flatten().sort());
  const double bright = sorted[sorted.numel() * 98 / 100].item<double>();
  const torch::Tensor head = (small > 0.12 * bright).to(torch::kFloat);
  return resized(eroded(dilated(head, kClose), kClose + kDepth), t1.sizes())
      .gt(0.5)
      .to(torch::kFloat);
}

}  // namespace

std::string default_anatomy() {
  std::error_code error;
  return fs::is_regular_file(kColin27, error) ? kColin27 : kPhantom;
}

HeadImages load_head(const std::string& name) {
  if (name == kPhantom) {
    return phantom_head();
  }
  NiftiImage image = read_nifti(name);
  HeadImages head{image.values.clamp_min(0), {}, image.spacing};
  const std::optional<fs::path> brain = brain_file(name);
  for_each_item(1, [&](int64_t) {
    head.brain = brain ? read_brain(*brain, head.t1) : guessed_brain(head.t1, head.spacing);
  });
  return head;
}

}  // namespace dircn::simulation
