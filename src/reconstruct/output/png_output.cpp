#include <torch/types.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include "dircn/core/atomic_file.h"
#include "dircn/core/error.h"
#include "dircn/formats/png.h"
#include "dircn/pictures/coil_mosaic.h"
#include "dircn/pictures/grey_picture.h"
#include "reconstruct/output/formats.h"
#include "reconstruct/output/volume_stack.h"

namespace dircn::detail {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kTileEdge = 192;  // of a coil in a mosaic
constexpr size_t kDigits = 3;       // at least
constexpr const char* kPictureEnding = ".png";

/// What stands before the number: nothing, or "zero_filled_".
std::string prefix_of(const std::string& output) {
  return output == kReconstruction ? "" : output + "_";
}

/// "007.png", "zero_filled_007.png"
std::string picture_name(const std::string& output, int64_t index, int64_t slices) {
  const size_t digits = std::max(kDigits, std::to_string(slices - 1).size());
  const std::string number = std::to_string(index);
  return prefix_of(output) + std::string(digits - number.size(), '0') + number + kPictureEnding;
}

/// Of a name that may be one of those, with however many digits: its prefix.
std::optional<std::string> picture_prefix(const fs::path& name) {
  const std::string stem = name.stem().string();
  const size_t prefix = stem.find_last_not_of("0123456789") + 1;  // npos + 1 is 0
  return name.extension() == kPictureEnding && stem.size() - prefix >= kDigits
             ? std::optional(stem.substr(0, prefix))
             : std::nullopt;
}

/// What is replaced must be pictures of an earlier run: a folder of that name may be anything.
void require_own(const fs::path& folder) {
  std::error_code error;
  const fs::file_status status = fs::symlink_status(folder, error);
  if (!fs::exists(status)) {
    return;
  }
  fs::path foreign = fs::is_directory(status) ? fs::path() : folder;
  error.clear();
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    if (!entry->is_regular_file(error) || !picture_prefix(entry->path().filename())) {
      foreign = entry->path();
    }
  }
  require(foreign.empty() && !error, [&] {
    return Error::Parts{
        folder.string(),
        foreign.empty() ? error.message() : foreign.string() + ", which is no picture of a slice",
        "no such folder, or one of an earlier run's pictures alone",
        "Move it away, or choose another --output folder."};
  });
}

void move_folder(const fs::path& from, const fs::path& to) {
  std::error_code error;
  fs::rename(from, to, error);
  require(!error, [&] {
    return Error::Parts{to.string(), error.message(), "a folder that can be written",
                        "Check that the --output folder may be written."};
  });
}

bool png_holds(const fs::path& folder, const std::string& output) {
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    if (picture_prefix(entry->path().filename()) == prefix_of(output)) {
      return true;
    }
  }
  return false;
}

/// A folder that is there is replaced if it holds nothing but pictures of slices.
class PngOutput : public VolumeOutput {
 public:
  PngOutput(fs::path folder, int64_t slices)
      : folder_(std::move(folder)),
        temporary_(hidden_beside(folder_)),
        slices_(slices),
        stack_(slices) {
    require_own(folder_);
    std::error_code missing;
    fs::remove_all(temporary_, missing);  // of a killed process of the same number
    const AtomicFile can_be_written(folder_);
  }

  ~PngOutput() override {
    std::error_code missing;
    fs::remove_all(temporary_, missing);
  }

  PngOutput(const PngOutput&) = delete;
  PngOutput& operator=(const PngOutput&) = delete;

  // Maps need no window that depends on other slices, and are too large to be kept.
  void write_slice(int64_t index, const SliceOutputs& outputs) override {
    SliceOutputs images;
    for (const auto& [name, values] : outputs) {
      if (values.is_complex()) {
        write_png(temporary_ / picture_name(name, index, slices_), coil_mosaic(values, kTileEdge));
      } else {
        images[name] = values;
      }
    }
    stack_.add(index, images);
  }

  void finish() override {
    for (const auto& [name, volume] : stack_.volumes()) {
      const GreyWindow window = percentile_window(volume);
      for (int64_t i = 0; i < slices_; ++i) {
        write_png(temporary_ / picture_name(name, i, slices_), grey_picture(volume[i], window));
      }
    }
    require_own(folder_);
    const fs::path earlier = hidden_beside(folder_);
    std::error_code missing;
    if (fs::exists(folder_, missing)) {
      move_folder(folder_, earlier);
    }
    move_folder(temporary_, folder_);
    fs::remove_all(earlier, missing);
  }

 private:
  fs::path folder_;
  fs::path temporary_;
  int64_t slices_;
  VolumeStack stack_;
};

}  // namespace

OutputFormat png_format() {
  return {"a folder of slices, in a grey window of the volume's 1st to 99.8th percentile",
          [](fs::path base) { return base.replace_extension(); }, png_holds,
          [](const auto& path, const auto& kspace, const ImageGrid& /*grid*/,
             const auto& /*provenance*/) -> std::unique_ptr<VolumeOutput> {
            return std::make_unique<PngOutput>(path, kspace.slices());
          }};
}

}  // namespace dircn::detail
