#include "dircn/data/volume_pair.h"

#include <optional>
#include <string>
#include <system_error>

#include "dircn/core/error.h"

namespace dircn {
namespace fs = std::filesystem;
namespace {

constexpr const char* kPairUp = "Copy the missing file, or leave this one out.";

/// Whether a file's counterpart belongs somewhere, and its folder is there.
bool has_folder_for(const std::optional<fs::path>& counterpart) {
  std::error_code error;
  return counterpart && fs::is_directory(counterpart->parent_path(), error);
}

}  // namespace

fs::path label_file(const VolumeEntry& entry, const DataLayout& layout) {
  if (layout.image_folder == nullptr) {
    return entry.kspace;
  }
  require(entry.image.has_value(), [&] {
    const std::string folders = std::string("a folder ") + layout.kspace_folder + "/ with " +
                                layout.image_folder + "/ beside it";
    return Error::Parts{entry.kspace.string(), "no image file with its label",
                        image_place(entry.kspace).value_or(folders).string()};
  });
  return *entry.image;
}

void require_image(const VolumeEntry& entry) {
  const auto image = image_place(entry.kspace);
  require(entry.image || !has_folder_for(image), [&] {
    return Error::Parts{entry.kspace.string(), "a k-space file without image", image->string(),
                        kPairUp};
  });
}

void require_kspace(const fs::path& image) {
  const auto kspace = kspace_place(image);
  std::error_code error;
  require(!has_folder_for(kspace) || fs::exists(*kspace, error), [&] {
    return Error::Parts{image.string(), "an image file without k-space", kspace->string(), kPairUp};
  });
}

void require_as_many_slices(const fs::path& image, int64_t image_slices, const fs::path& kspace,
                            int64_t kspace_slices) {
  require(image_slices == kspace_slices, [&] {
    return Error::Parts{image.string(), std::to_string(image_slices) + " slices",
                        std::to_string(kspace_slices) + ", as in " + kspace.string(),
                        "Take the image file that belongs to this k-space."};
  });
}

}  // namespace dircn
