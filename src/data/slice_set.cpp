#include "dircn/data/slice_set.h"

#include <set>
#include <system_error>

#include "dircn/core/error.h"
#include "dircn/data/label_volume.h"
#include "dircn/data/volume.h"

namespace dircn {
namespace fs = std::filesystem;
namespace {

constexpr const char* kPairUp = "Copy the missing file, or leave this one out.";

/// Where the image file of a volume belongs.
fs::path image_place(const fs::path& kspace) {
  return kspace.parent_path().parent_path() / "image" / kspace.filename();
}

/// The folders of k-space that have a folder of images beside them.
std::set<fs::path> paired_folders(const std::vector<VolumeEntry>& volumes) {
  std::set<fs::path> folders;
  for (const auto& entry : volumes) {
    const fs::path folder = entry.kspace.parent_path();
    std::error_code error;
    if (folder.filename() == "kspace" &&
        fs::is_directory(image_place(entry.kspace).parent_path(), error)) {
      folders.insert(folder);
    }
  }
  return folders;
}

bool is_image_file(const fs::path& path) {
  return path.extension() == ".h5" && path.filename().string().front() != '.';
}

void require_kspace_of_every_image(const fs::path& kspace_folder) {
  const fs::path images = image_place(kspace_folder / "any").parent_path();
  std::error_code error;
  for (fs::directory_iterator entry(images, error), end; !error && entry != end;
       entry.increment(error)) {
    const fs::path kspace = kspace_folder / entry->path().filename();
    std::error_code missing;
    require(!is_image_file(entry->path()) || fs::exists(kspace, missing), [&] {
      return Error::Parts{entry->path().string(), "an image file without k-space", kspace.string(),
                          kPairUp};
    });
  }
  require(!error, [&] {
    return Error::Parts{images.string(), error.message(), "a folder that can be listed", ""};
  });
}

/// Where images are, each must have its k-space, and each k-space its image.
void require_pairs(const std::vector<VolumeEntry>& volumes) {
  const auto folders = paired_folders(volumes);
  for (const auto& entry : volumes) {
    require(entry.image || folders.count(entry.kspace.parent_path()) == 0, [&] {
      return Error::Parts{entry.kspace.string(), "a k-space file without image",
                          image_place(entry.kspace).string(), kPairUp};
    });
  }
  for (const auto& folder : folders) {
    require_kspace_of_every_image(folder);
  }
}

/// The image file, which must be there.
const fs::path& image_of(const VolumeEntry& entry) {
  require(entry.image.has_value(), [&] {
    const bool by_layout = entry.kspace.parent_path().filename() == "kspace";
    return Error::Parts{
        entry.kspace.string(), "no image file with its label",
        by_layout ? image_place(entry.kspace).string() : "a folder kspace/ with image/ beside it",
        ""};
  });
  return *entry.image;
}

}  // namespace

SliceSet::SliceSet(const fs::path& folder, Labels labels, const std::string& split)
    : labels_(labels) {
  require(!folder.empty(), [&] {
    return Error::Parts{split, "no folder named", "a folder of volumes",
                        "Name it in the configuration: data.train, data.val."};
  });
  volumes_ = find_volumes(folder);
  require_pairs(volumes_);
  for (size_t i = 0; i < volumes_.size(); ++i) {
    add_slices(i);
  }
}

void SliceSet::add_slices(size_t volume) {
  const VolumeEntry& entry = volumes_[volume];
  const int64_t count = KspaceVolume(entry.kspace).slices();
  if (labels_ == Labels::kRequired) {
    const LabelVolume label(image_of(entry));
    require(label.slices() == count, [&] {
      return Error::Parts{entry.image->string(), std::to_string(label.slices()) + " slices",
                          std::to_string(count) + ", as in " + entry.kspace.string(),
                          "Take the image file that belongs to this k-space."};
    });
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
  const KspaceVolume file(entry.kspace);
  RawSlice raw{file.read_slice(number), file.mask(), std::nullopt, 0};
  if (labels_ == Labels::kRequired) {
    raw.label = LabelVolume(*entry.image).read_slice(number);
    raw.maximum = maxima_[volume];
  }
  return raw;
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

bool SliceSet::same_volume(int64_t index, int64_t other) const {
  return slice(index).volume == slice(other).volume;
}

}  // namespace dircn
