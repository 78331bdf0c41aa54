#include "formats/hdf5/hdf5_filters.h"

#include <array>
#include <optional>

#include "dircn/core/error.h"

namespace dircn::detail {
namespace {

/// A filter of HDF5's public register, that comes as a plugin: which package of Debian has it, if
/// any, and whether Python's hdf5plugin has it. (Debian 12's hdf5-plugin-lzf cannot be loaded: it
/// lacks lzf_decompress.)
struct Filter {
  H5Z_filter_t number;
  const char* name;
  const char* debian;
  bool hdf5plugin;
};

constexpr H5Z_filter_t kLzf = 32000;

constexpr std::array kFilters = {
    Filter{307, "bzip2", "hdf5-filter-plugin", true},
    Filter{kLzf, "lzf", nullptr, false},
    Filter{32001, "blosc", "hdf5-filter-plugin-blosc-serial", true},
    Filter{32004, "lz4", "hdf5-filter-plugin", true},
    Filter{32008, "bitshuffle", nullptr, true},
    Filter{32013, "zfp", "hdf5-filter-plugin-zfp-serial", true},
    Filter{32015, "zstd", nullptr, true},
    Filter{32017, "sz", nullptr, true},
    Filter{32018, "fcidecomp", nullptr, true},
    Filter{32024, "sz3", nullptr, true},
    Filter{32026, "blosc2", nullptr, true},
};

constexpr const char* kWithPython =
    "Let Python's hdf5plugin bring it: pip install hdf5plugin; export HDF5_PLUGIN_PATH=$(python3 "
    "-c 'import hdf5plugin; print(hdf5plugin.PLUGIN_PATH)')";
constexpr const char* kRepack =
    "h5py alone has lzf, built in, and writes the file again with gzip: python3 -c \"import h5py; "
    "a = h5py.File('OLD.h5'); b = h5py.File('NEW.h5', 'w'); b.attrs.update(a.attrs); "
    "[b.create_dataset(n, data=d[()], compression='gzip' if d.ndim else None) for n, d in "
    "a.items()]\"";

std::string what_brings(const Filter* known) {
  if (known == nullptr) {
    return "Name the folder of its plugin for HDF5 in HDF5_PLUGIN_PATH.";
  }
  std::string text = known->hdf5plugin ? kWithPython : known->number == kLzf ? kRepack : "";
  if (known->debian != nullptr) {
    text += std::string(". In Debian: apt-get install ") + known->debian;
  }
  return text;
}

const Filter* find_filter(H5Z_filter_t number) {
  for (const Filter& filter : kFilters) {
    if (filter.number == number) {
      return &filter;
    }
  }
  return nullptr;
}

/// `stored_name`: as the program that wrote the file called it.
Error::Parts missing_filter(H5Z_filter_t number, const std::string& stored_name,
                            const std::string& subject) {
  const Filter* known = find_filter(number);
  const std::string name = known != nullptr      ? known->name
                           : stored_name.empty() ? "without a name"
                                                 : "'" + stored_name + "'";
  return {subject,
          "values packed by the filter " + name + " (" + std::to_string(number) +
              "), which HDF5 does not have here",
          "a filter that is installed, such as gzip", what_brings(known)};
}

std::optional<Error::Parts> find_missing(const H5::DataSet& dataset, const std::string& subject) {
  const H5::DSetCreatPropList layout = dataset.getCreatePlist();
  for (unsigned i = 0; i < static_cast<unsigned>(layout.getNfilters()); ++i) {
    std::array<char, 64> name{};
    unsigned flags = 0;
    unsigned config = 0;
    size_t values = 0;
    const H5Z_filter_t number = H5Pget_filter2(layout.getId(), i, &flags, &values, nullptr,
                                               name.size() - 1, name.data(), &config);
    if (number >= 0 && H5Zfilter_avail(number) <= 0) {
      return missing_filter(number, name.data(), subject);
    }
  }
  return std::nullopt;
}

}  // namespace

void require_filters(const H5::DataSet& dataset, const std::string& subject) {
  const hid_t failure = H5Eget_current_stack();  // the search would clear it
  const std::optional<Error::Parts> missing = find_missing(dataset, subject);
  H5Eset_current_stack(failure);  // which closes it
  require(!missing, [&] { return *missing; });
}

}  // namespace dircn::detail
