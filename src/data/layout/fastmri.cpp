#include "data/layout/layouts.h"

namespace dircn::detail {
namespace {

/// multicoil_{train,val,test}/NAME.h5
std::filesystem::path fastmri_place(const std::string& split, int64_t acceleration,
                                    int64_t number) {
  const std::string part = split == "leaderboard" ? "test" : split;
  return std::filesystem::path("multicoil_" + part) /
         ("file_brain_" + part + "_acc" + std::to_string(acceleration) + "_" +
          std::to_string(number) + ".h5");
}

}  // namespace

DataLayout fastmri_layout() {
  DataLayout layout;
  layout.name = Layout::fastmri;
  layout.origin = "fastMRI";
  layout.volume_kind = "fastMRI volume";
  layout.target = "reconstruction_rss";
  layout.single_coil_target = "reconstruction_esc";  // of emulated single-coil scans
  layout.signs = {kScanHeaderName, layout.target, layout.single_coil_target};
  layout.place = fastmri_place;
  layout.has_masks = false;
  layout.has_maximum = false;
  layout.has_scan_header = true;
  layout.score_preset = "fastmri";
  return layout;
}

}  // namespace dircn::detail
