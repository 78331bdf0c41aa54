#include "dircn/data/data_layout.h"

#include "data/layout/layouts.h"
#include "dircn/formats/hdf5.h"

namespace dircn {

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
  return single != nullptr && file.has_dataset(single) ? single : layout.target;
}

const DataLayout& data_layout(const Hdf5File& file, Layout wanted) {
  for (const DataLayout& layout : data_layouts()) {
    for (const char* sign : layout.signs) {
      if (wanted == Layout::automatic && file.has_dataset(sign)) {
        return layout;
      }
    }
  }
  return data_layout(wanted);
}

}  // namespace dircn
