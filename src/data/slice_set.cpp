#include "dircn/data/slice_set.h"

#include <set>
#include <system_error>
#include <utility>

#include "dircn/core/error.h"
#include "dircn/data/label_volume.h"
#include "dircn/data/volume.h"
#include "dircn/data/volume_pair.h"

namespace dircn {
namespace fs = std::filesystem;
namespace {

void require_kspace_of_every_image(const fs::path& images) {
  std::error_code error;
  for (fs::directory_iterator entry(images, error), end; !error && entry != end;
       entry.increment(error)) {
    if (is_volume_name(entry->path())) {
      require_kspace(entry->path());
    }
  }
  require(!error, [&] {
    return Error::Parts{images.string(), error.message(), "a folder that can be listed"};
  });
}

/// Where images are, each must have its k-space, and each k-space its image.
void require_pairs(const std::vector<VolumeEntry>& volumes) {
  std::set<fs::path> image_folders;
  for (const auto& entry : volumes) {
    require_image(entry);
    if (entry.image) {
      image_folders.insert(entry.image->parent_path());
    }
  }
  for (const auto& folder : image_folders) {
    require_kspace_of_every_image(folder);
  }
}

}  // namespace

SliceSet::SliceSet(const fs::path& folder, Labels labels, const std::string& split,
                   DataConfig config, Part part)
    : labels_(labels), config_(std::move(config)) {
  require(!folder.empty(), [&] {
    return Error::Parts{split, "no folder named", "a folder of volumes",
                        "Name it in the configuration: data.train, data.val."};
  });
  const std::vector<VolumeEntry> found = find_volumes(folder);
  require_pairs(found);
  for (const int64_t i : volumes_of_part(part, static_cast<int64_t>(found.size()), config_)) {
    volumes_.push_back(found[static_cast<size_t>(i)]);
  }
  for (size_t i = 0; i < volumes_.size(); ++i) {
    add_slices(i);
  }
}

void SliceSet::add_slices(size_t volume) {
  const VolumeEntry& entry = volumes_[volume];
  const KspaceVolume kspace(entry.kspace, config_);
  const int64_t count = kspace.slices();
  if (labels_ != Labels::kIgnored) {
    const LabelVolume label(label_file(entry, kspace.layout()), kspace.layout().name);
    require_as_many_slices(label.file().path(), label.slices(), entry.kspace, count);
    maxima_.push_back(label.maximum());
  }
  for (int64_t number = 0; number < count; ++number) {
    slices_.push_back({volume, number});
  }
}

const SliceSet::Slice& SliceSet::slice(int64_t index) const {
  return slices_.at(static_cast<size_t>(index));
}

RawSlice SliceSet::read(int64_t index) const {
  const auto [volume, number] = slice(index);
  const VolumeEntry& entry = volumes_[volume];
  const KspaceVolume file(entry.kspace, config_);
  RawSlice raw;
  raw.kspace = file.read_slice(number);
  raw.mask = file.mask();
  raw.grid = file.grid();
  raw.acquired = file.acquired();
  raw.volume = entry.kspace.filename().string();
  raw.name = name(index);
  if (labels_ == Labels::kRequired) {
    const Hdf5File labels(label_file(entry, file.layout()));
    raw.label = read_finite_slice(labels, target_name(file.layout(), labels), number);
  }
  if (!maxima_.empty()) {
    raw.maximum = maxima_[volume];
  }
  return raw;
}

std::string SliceSet::summary() const {
  return std::to_string(size()) + " slices of " + std::to_string(volumes()) + " volumes";
}

std::string SliceSet::name(int64_t index) const {
  return volume_of(index).relative.generic_string() + " slice " + std::to_string(slice_of(index));
}

const VolumeEntry& SliceSet::volume_of(int64_t index) const {
  return volumes_[slice(index).volume];
}

int64_t SliceSet::slice_of(int64_t index) const {
  return slice(index).number;
}

}  // namespace dircn
