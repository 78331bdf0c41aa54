#include "dircn/data/volume_tree.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <set>
#include <string>
#include <system_error>
#include <utility>

#include "dircn/core/error.h"
#include "dircn/core/text.h"
#include "dircn/data/data_layout.h"

namespace dircn {
namespace fs = std::filesystem;
namespace {

constexpr const char* kExtension = ".h5";  // that of names below an output folder
constexpr std::array kExtensions = {".h5", ".hdf5", ".he5"};  // of volumes, in small letters

/// A kind of folder, by the member of the layouts that names it.
using FolderKind = const char* DataLayout::*;

/// The two kinds of folder that stand side by side: paths leave out the name of the one that is
/// searched for, and the other one is not entered.
struct Folders {
  FolderKind searched;
  FolderKind other;
};

constexpr Folders kOfVolumes = {&DataLayout::kspace_folder, &DataLayout::image_folder};
constexpr Folders kOfImages = {&DataLayout::image_folder, &DataLayout::kspace_folder};

/// What the layouts that have such folders call them.
std::vector<std::string> folder_names(FolderKind kind) {
  std::vector<std::string> names;
  for (const DataLayout& layout : data_layouts()) {
    if (layout.*kind != nullptr) {
      names.emplace_back(layout.*kind);
    }
  }
  return names;
}

bool is_folder(FolderKind kind, const fs::path& name) {
  const auto names = folder_names(kind);
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string layouts(const Folders& folders) {
  const std::string searched = join_names(folder_names(folders.searched));
  return "an .h5 file, a folder of .h5 files, or a folder with " + searched +
         "/*.h5 at any depth (such as acc4/" + searched + ")";
}

/// Outputs are called NAME.h5 whatever the volume's own ending, as are targets of other endings
/// that they are compared with.
fs::path output_name(fs::path name) {
  return is_volume_name(name) ? name.replace_extension(kExtension) : name;
}

/// A link to nowhere counts as a file, so that reading it says what is wrong instead of leaving it
/// out silently.
bool is_volume_file(const fs::path& path) {
  std::error_code error;
  const fs::file_type type = fs::status(path, error).type();
  return is_volume_name(path) &&
         (type == fs::file_type::regular || type == fs::file_type::not_found);
}

/// `path`, or where that is missing the file of that name with another of the endings.
fs::path with_any_extension(const fs::path& path) {
  std::error_code error;
  if (fs::exists(path, error)) {
    return path;
  }
  for (fs::directory_iterator entry(path.parent_path(), error), end; !error && entry != end;
       entry.increment(error)) {
    if (is_volume_file(entry->path()) && entry->path().stem() == path.stem()) {
      return entry->path();
    }
  }
  return path;
}

/// Where the file of the other kind belongs, if this one lies in a folder of the first.
std::optional<fs::path> neighbour(const fs::path& file, const Folders& folders) {
  const fs::path folder = file.parent_path();
  for (const DataLayout& layout : data_layouts()) {
    if (layout.*folders.searched != nullptr && folder.filename() == layout.*folders.searched) {
      return with_any_extension(folder.parent_path() / layout.*folders.other / file.filename());
    }
  }
  return std::nullopt;
}

std::optional<fs::path> image_of(const fs::path& kspace) {
  const auto image = image_place(kspace);
  std::error_code error;
  return image && fs::is_regular_file(*image, error) ? image : std::nullopt;
}

/// Walks a tree and collects its files.
class Search {
 public:
  explicit Search(Folders folders) : folders_(folders) {}

  /// Passes over a folder that will be met.
  void skip(const fs::path& folder) { visited_.insert(fs::canonical(folder)); }

  void visit(const fs::path& folder, const fs::path& relative) {
    std::error_code error;
    if (!visited_.insert(fs::canonical(folder, error)).second) {
      return;
    }
    for (const fs::path& path : sorted_content(folder)) {
      const fs::path name = path.filename();
      if (name.string().front() == '.') {
        continue;
      }
      if (fs::is_directory(path, error)) {
        if (!is_folder(folders_.other, name)) {
          visit(path, is_folder(folders_.searched, name) ? relative : relative / name);
        }
      } else if (is_volume_file(path)) {
        found.push_back({path, relative / output_name(name)});
      }
    }
  }

  std::vector<ImageEntry> found;

 private:
  static std::vector<fs::path> sorted_content(const fs::path& folder) {
    std::error_code error;
    std::vector<fs::path> content;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
         entry.increment(error)) {
      content.push_back(entry->path());
    }
    require(!error, [&] {
      return Error::Parts{folder.string(), error.message(), "a folder that can be listed"};
    });
    std::sort(content.begin(), content.end());
    return content;
  }

  Folders folders_;
  std::set<fs::path> visited_;
};

void require_distinct_names(const std::vector<ImageEntry>& sorted) {
  const auto twin = std::adjacent_find(
      sorted.begin(), sorted.end(),
      [](const ImageEntry& a, const ImageEntry& b) { return a.relative == b.relative; });
  require(twin == sorted.end(), [&] {
    return Error::Parts{
        twin->relative.string(), twin->file.string() + " and " + std::next(twin)->file.string(),
        "one volume for each output name", "Rename one of them, or give its folder alone."};
  });
}

std::vector<ImageEntry> find_files(const fs::path& input, const Folders& folders,
                                   const fs::path& except) {
  std::error_code error;
  const fs::path root = fs::absolute(input).lexically_normal();
  const fs::file_status status = fs::status(root, error);
  require(fs::exists(status), [&] {
    return Error::Parts{input.string(), error.message(), layouts(folders), "Check the path."};
  });
  if (!fs::is_directory(status)) {
    return {{root, output_name(root.filename())}};
  }
  Search search(folders);
  if (fs::is_directory(except, error) && !fs::equivalent(root, except, error)) {
    search.skip(except);
  }
  search.visit(root, "");
  std::sort(search.found.begin(), search.found.end(),
            [](const ImageEntry& a, const ImageEntry& b) { return a.relative < b.relative; });
  require_distinct_names(search.found);
  return std::move(search.found);
}

template <typename Entry>
void require_any(const std::vector<Entry>& found, const fs::path& input, const Folders& folders) {
  require(!found.empty(), [&] {
    return Error::Parts{
        input.string(),
        "no .h5 file outside folders named '" + join_names(folder_names(folders.other)) + "'",
        layouts(folders),
        "Check the path; dircn_inspect FILE says what a file of another kind is."};
  });
}

}  // namespace

bool is_volume_name(const fs::path& path) {
  std::string extension = path.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
  return std::find(kExtensions.begin(), kExtensions.end(), extension) != kExtensions.end() &&
         path.filename().string().front() != '.';
}

std::optional<fs::path> image_place(const fs::path& kspace) {
  return neighbour(kspace, kOfVolumes);
}

std::optional<fs::path> kspace_place(const fs::path& image) {
  return neighbour(image, kOfImages);
}

std::vector<VolumeEntry> find_volumes(const fs::path& input) {
  std::vector<VolumeEntry> volumes = find_volumes_if_any(input);
  require_any(volumes, input, kOfVolumes);
  return volumes;
}

std::vector<VolumeEntry> find_volumes_if_any(const fs::path& input) {
  std::vector<VolumeEntry> volumes;
  for (const auto& [file, relative] : find_files(input, kOfVolumes, "")) {
    volumes.push_back({file, image_of(file), relative});
  }
  return volumes;
}

std::vector<ImageEntry> find_images(const fs::path& input, const fs::path& except) {
  std::vector<ImageEntry> images = find_images_if_any(input, except);
  require_any(images, input, kOfImages);
  return images;
}

std::vector<ImageEntry> find_images_if_any(const fs::path& input, const fs::path& except) {
  return find_files(input, kOfImages, except);
}

}  // namespace dircn
