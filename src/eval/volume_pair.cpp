#include "dircn/eval/volume_pair.h"

#include "dircn/core/error.h"
#include "dircn/data/snu_layout.h"

namespace dircn {
namespace fs = std::filesystem;
namespace {

constexpr const char* kZeroFilled = "image_input";
constexpr const char* kReconstruction = "reconstruction";

void require_shape(const Hdf5File& file, const std::string& name,
                   const std::vector<int64_t>& expected) {
  const Hdf5Dataset header = file.dataset(name);
  require(header.shape == expected, [&] {
    return Error::Parts{file.path().string() + ": '" + name + "'",
                        "shape " + shape_text(header.shape),
                        shape_text(expected) + ", the shape of its target", ""};
  });
}

}  // namespace

Matches match_volumes(const fs::path& target, const fs::path& reconstruction) {
  const auto targets = find_images(target, reconstruction);
  const auto reconstructions = find_images(reconstruction, target);
  Matches matches;
  auto wanted = targets.begin();
  auto made = reconstructions.begin();
  while (wanted != targets.end() || made != reconstructions.end()) {
    const bool has_target = wanted != targets.end() &&
                            (made == reconstructions.end() || wanted->relative <= made->relative);
    const bool has_reconstruction = made != reconstructions.end() &&
                                    (wanted == targets.end() || made->relative <= wanted->relative);
    if (has_target && has_reconstruction) {
      matches.pairs.push_back({wanted->relative.generic_string(), wanted->file, made->file});
    } else if (has_target) {
      matches.missing.push_back(wanted->relative.generic_string());
    } else {
      matches.extra.push_back(made->relative.generic_string());
    }
    wanted += has_target ? 1 : 0;
    made += has_reconstruction ? 1 : 0;
  }
  return matches;
}

VolumePair::VolumePair(const PairFiles& files)
    : label_(files.target),
      reconstruction_(files.reconstruction),
      has_zero_filled_(label_.file().has_dataset(kZeroFilled)) {
  require_shape(reconstruction_, kReconstruction, label_.shape());
  if (has_zero_filled_) {
    require_shape(label_.file(), kZeroFilled, label_.shape());
  }
}

SliceImages VolumePair::read_slice(int64_t index) const {
  SliceImages images{
      label_.read_slice(index), read_finite_slice(reconstruction_, kReconstruction, index), {}};
  if (has_zero_filled_) {
    images.zero_filled = read_finite_slice(label_.file(), kZeroFilled, index);
  }
  return images;
}

}  // namespace dircn
