#include "dircn/data/snu_layout.h"

#include <algorithm>
#include <set>
#include <string>
#include <system_error>

#include "dircn/core/error.h"

namespace dircn {
namespace fs = std::filesystem;
namespace {

constexpr const char* kKspaceFolder = "kspace";
constexpr const char* kImageFolder = "image";
constexpr const char* kExtension = ".h5";
constexpr const char* kLayouts =
    "an .h5 file, a folder of .h5 files, or a folder with kspace/*.h5 at any depth (such as "
    "acc4/kspace)";

/// A link to nowhere counts as a file, so that reading it says what is wrong instead of leaving it
/// out silently.
bool is_volume_file(const fs::path& path) {
  std::error_code error;
  const fs::file_type type = fs::status(path, error).type();
  return path.extension() == kExtension &&
         (type == fs::file_type::regular || type == fs::file_type::not_found);
}

std::optional<fs::path> image_of(const fs::path& kspace) {
  const fs::path folder = kspace.parent_path();
  const fs::path image = folder.parent_path() / kImageFolder / kspace.filename();
  std::error_code error;
  if (folder.filename() == kKspaceFolder && fs::is_regular_file(image, error)) {
    return image;
  }
  return std::nullopt;
}

/// Walks a tree and collects its volumes.
class Search {
 public:
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
        if (name != kImageFolder) {
          visit(path, name == kKspaceFolder ? relative : relative / name);
        }
      } else if (is_volume_file(path)) {
        found.push_back({path, image_of(path), relative / name});
      }
    }
  }

  std::vector<VolumeEntry> found;

 private:
  static std::vector<fs::path> sorted_content(const fs::path& folder) {
    std::error_code error;
    std::vector<fs::path> content;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
         entry.increment(error)) {
      content.push_back(entry->path());
    }
    require(!error, [&] {
      return Error::Parts{folder.string(), error.message(), "a folder that can be listed", ""};
    });
    std::sort(content.begin(), content.end());
    return content;
  }

  std::set<fs::path> visited_;
};

void require_distinct_outputs(const std::vector<VolumeEntry>& sorted) {
  const auto twin = std::adjacent_find(
      sorted.begin(), sorted.end(),
      [](const VolumeEntry& a, const VolumeEntry& b) { return a.relative == b.relative; });
  require(twin == sorted.end(), [&] {
    return Error::Parts{
        twin->relative.string(), twin->kspace.string() + " and " + std::next(twin)->kspace.string(),
        "one volume for each output name", "Rename one of them, or give its folder alone."};
  });
}

}  // namespace

std::vector<VolumeEntry> find_volumes(const fs::path& input) {
  std::error_code error;
  const fs::path root = fs::absolute(input).lexically_normal();
  const fs::file_status status = fs::status(root, error);
  require(fs::exists(status), [&] {
    return Error::Parts{input.string(), error.message(), kLayouts, "Check the path."};
  });
  if (!fs::is_directory(status)) {
    return {{root, image_of(root), root.filename()}};
  }
  Search search;
  search.visit(root, "");
  require(!search.found.empty(), [&] {
    return Error::Parts{input.string(), "no .h5 file outside folders named 'image'", kLayouts,
                        "Check the path."};
  });
  std::sort(search.found.begin(), search.found.end(),
            [](const VolumeEntry& a, const VolumeEntry& b) { return a.relative < b.relative; });
  require_distinct_outputs(search.found);
  return search.found;
}

}  // namespace dircn
