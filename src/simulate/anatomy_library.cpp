#include "simulate/anatomy_library.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <system_error>
#include <utility>

#include "dircn/core/error.h"
#include "dircn/formats/nifti.h"
#include "simulate/dead_leaves.h"
#include "simulate/head_images.h"
#include "simulate/workers.h"

namespace dircn::simulation {
namespace fs = std::filesystem;
namespace {

constexpr const char* kTextures = "textures";

bool is_nifti_name(const std::string& name) {
  const auto ends_in = [&](const std::string& end) {
    return name.size() > end.size() && name.compare(name.size() - end.size(), end.size(), end) == 0;
  };
  return name.front() != '.' && (ends_in(".nii") || ends_in(".nii.gz"));
}

/// The files that an entry stands for, in alphabetical order.
std::vector<std::string> files_of(const std::string& entry) {
  std::error_code error;
  if (!fs::is_directory(entry, error)) {
    return {entry};
  }
  std::vector<std::string> files;
  for (fs::directory_iterator file(entry, error), end; !error && file != end;
       file.increment(error)) {
    if (is_nifti_name(file->path().filename().string())) {
      files.push_back(file->path().string());
    }
  }
  require(!error && !files.empty(), [&] {
    return Error::Parts{entry, error ? error.message() : "no file *.nii or *.nii.gz",
                        "images of heads", "Name a NIfTI file, or a folder of them."};
  });
  std::sort(files.begin(), files.end());
  return files;
}

MagnitudeVolume read_volume(const std::string& file) {
  if (file == kPhantom) {
    const HeadImages head = phantom_head();
    return {file, head.t1, head.spacing};
  }
  const NiftiImage image = read_nifti(file);
  return {file, image.values, image.spacing};
}

}  // namespace

AnatomyLibrary::AnatomyLibrary(const std::vector<std::string>& entries) {
  const bool all_named = std::find(entries.begin(), entries.end(), "") == entries.end();
  require(!entries.empty() && all_named, [&] {
    return Error::Parts{"anatomy", all_named ? "none" : "an empty name",
                        "images of heads, or \"textures\"",
                        "Name a NIfTI file, a folder of them, phantom or textures."};
  });
  std::vector<std::string> files;
  for (const std::string& entry : entries) {
    const std::vector<std::string> more =
        entry == kTextures ? std::vector<std::string>() : files_of(entry);
    entries_.push_back({static_cast<int64_t>(files.size()), static_cast<int64_t>(more.size())});
    files.insert(files.end(), more.begin(), more.end());
  }
  for (const std::string& file : files) {
    volumes_.push_back(read_volume(file));
  }
}

Planes AnatomyLibrary::planes(RandomStream& random, int64_t count) const {
  const Entry& entry =
      entries_[static_cast<size_t>(random.below(static_cast<int64_t>(entries_.size())))];
  if (entry.count == 0) {
    return dead_leaves(random, count);
  }
  const int64_t volume = entry.first + random.below(entry.count);
  return volumes_[static_cast<size_t>(volume)].planes(random, count);
}

}  // namespace dircn::simulation
