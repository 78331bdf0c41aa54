#include "dircn/data/data_layout.h"

#include <algorithm>
#include <system_error>

#include "data/layout/layouts.h"
#include "dircn/data/volume_tree.h"
#include "dircn/formats/hdf5.h"

namespace dircn {
namespace {

/// Whether a file of k-space with its mask has its images in a folder beside it.
bool has_images_beside(const Hdf5File& file) {
  const auto images = image_place(file.path());
  std::error_code missing;
  return images && std::filesystem::is_regular_file(*images, missing) &&
         file.has_dataset(kKspaceName) && file.has_dataset(kMaskName);
}

/// A layout is known by what a file holds, or by where its images lie, whatever it holds.
bool has_sign(const DataLayout& layout, const Hdf5File& file) {
  return (layout.image_folder != nullptr && has_images_beside(file)) ||
         std::any_of(layout.signs.begin(), layout.signs.end(),
                     [&](const char* sign) { return file.has_dataset(sign); });
}

}  // namespace

const std::vector<DataLayout>& data_layouts() {
  static const std::vector<DataLayout> all = {detail::snu_layout(), detail::fastmri_layout()};
  return all;
}

const DataLayout& data_layout(Layout name) {
  for (const DataLayout& layout : data_layouts()) {
    if (layout.name == name) {
      return layout;
    }
  }
  return data_layouts().front();
}

const char* target_name(const DataLayout& layout, const Hdf5File& file) {
  const char* single = layout.single_coil_target;
  if (single == nullptr || !file.has_dataset(single)) {
    return layout.target;
  }
  const bool several = file.has_dataset(kKspaceName) && file.dataset(kKspaceName).shape.size() == 4;
  return several && file.has_dataset(layout.target) ? layout.target : single;
}

const DataLayout& data_layout(const Hdf5File& file, Layout wanted) {
  for (const DataLayout& layout : data_layouts()) {
    if (wanted == Layout::automatic && has_sign(layout, file)) {
      return layout;
    }
  }
  return data_layout(wanted);
}

}  // namespace dircn
