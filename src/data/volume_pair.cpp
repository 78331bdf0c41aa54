#include "dircn/data/volume_pair.h"

#include <string>
#include <system_error>

#include "dircn/core/error.h"

namespace dircn {
namespace fs = std::filesystem;
namespace {

constexpr const char* kPairUp = "Copy the missing file, or leave this one out.";

/// Whether the folder is there in which a file's counterpart belongs.
bool has_folder_for(const fs::path& counterpart) {
  std::error_code error;
  return fs::is_directory(counterpart.parent_path(), error);
}

}  // namespace

fs::path label_file(const VolumeEntry& entry, Layout layout) {
  if (layout == Layout::fastmri) {
    return entry.kspace;
  }
  require(entry.image.has_value(), [&] {
    const bool by_layout = entry.kspace.parent_path().filename() == "kspace";
    return Error::Parts{
        entry.kspace.string(), "no image file with its label",
        by_layout ? image_place(entry.kspace).string() : "a folder kspace/ with image/ beside it",
        ""};
  });
  return *entry.image;
}

void require_image(const VolumeEntry& entry) {
  const bool by_layout = entry.kspace.parent_path().filename() == "kspace";
  const fs::path image = image_place(entry.kspace);
  require(entry.image || !by_layout || !has_folder_for(image), [&] {
    return Error::Parts{entry.kspace.string(), "a k-space file without image", image.string(),
                        kPairUp};
  });
}

void require_kspace(const fs::path& image) {
  const bool by_layout = image.parent_path().filename() == "image";
  const fs::path kspace = kspace_place(image);
  std::error_code error;
  require(!by_layout || !has_folder_for(kspace) || fs::exists(kspace, error), [&] {
    return Error::Parts{image.string(), "an image file without k-space", kspace.string(), kPairUp};
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
