#include "data/layout/layouts.h"
#include "dircn/mri/slice_ssim.h"

namespace dircn::detail {
namespace {

/// {train,val,leaderboard/accN}/kspace/NAME.h5
std::filesystem::path snu_place(const std::string& split, int64_t acceleration, int64_t number) {
  const bool test = split == "leaderboard";
  const std::string acc = "acc" + std::to_string(acceleration);
  const std::string name = test ? "brain_test_" : "brain_" + acc + "_";
  return std::filesystem::path(split) / (test ? acc : "") / "kspace" /
         (name + std::to_string(number) + ".h5");
}

}  // namespace

DataLayout snu_layout() {
  DataLayout layout;
  layout.name = Layout::snu;
  layout.origin = "the challenge";
  layout.volume_kind = "k-space";
  layout.signs = {"image_label"};
  layout.target = "image_label";
  layout.zero_filled = "image_input";
  layout.beside_target = {layout.zero_filled, "image_grappa"};
  layout.kspace_folder = "kspace";
  layout.image_folder = "image";
  layout.place = snu_place;
  layout.score_preset = "snu2022";
  layout.foreground_threshold = kForegroundThreshold;
  return layout;
}

}  // namespace dircn::detail
