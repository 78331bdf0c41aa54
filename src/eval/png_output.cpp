#include "png_output.h"

#include <torch/types.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

#include "dircn/core/atomic_file.h"
#include "dircn/core/error.h"
#include "dircn/eval/coil_mosaic.h"
#include "dircn/eval/grey_picture.h"
#include "dircn/io/png.h"

namespace dircn::detail {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kTileEdge = 192;  // of a coil in a mosaic

/// A folder that appears whole under its name, in the place of an older one.
class AtomicFolder {
 public:
  explicit AtomicFolder(fs::path final_path)
      : final_path_(std::move(final_path)),
        temporary_(final_path_.parent_path() / ("." + final_path_.filename().string() + "." +
                                                std::to_string(::getpid()) + ".tmp")) {}
  ~AtomicFolder() {
    std::error_code ignored;
    fs::remove_all(temporary_, ignored);
  }
  AtomicFolder(const AtomicFolder&) = delete;
  AtomicFolder& operator=(const AtomicFolder&) = delete;

  const fs::path& temporary() const { return temporary_; }

  void commit() {
    std::error_code error;
    fs::remove_all(final_path_, error);
    fs::rename(temporary_, final_path_, error);
    require(!error, [&] {
      return Error::Parts{final_path_.string(), error.message(), "a folder that can be written",
                          "Choose another --output folder."};
    });
  }

 private:
  fs::path final_path_;
  fs::path temporary_;
};

/// "007.png", "zero_filled_007.png"
std::string picture_name(const std::string& output, int64_t index, int64_t slices) {
  const size_t digits = std::max<size_t>(3, std::to_string(slices - 1).size());
  const std::string number = std::to_string(index);
  const std::string prefix = output == kReconstruction ? "" : output + "_";
  return prefix + std::string(digits - number.size(), '0') + number + ".png";
}

}  // namespace

PngOutput::PngOutput(fs::path folder, int64_t slices) : folder_(std::move(folder)), stack_(slices) {
  const AtomicFile can_be_written(folder_);
}

void PngOutput::write_slice(int64_t index, const SliceOutputs& outputs) {
  stack_.add(index, outputs);
}

void PngOutput::finish() {
  AtomicFolder folder(folder_);
  for (const auto& [name, volume] : stack_.volumes()) {
    const GreyWindow window = volume.is_complex() ? GreyWindow() : percentile_window(volume);
    for (int64_t i = 0; i < volume.size(0); ++i) {
      const torch::Tensor picture =
          volume.is_complex() ? coil_mosaic(volume[i], kTileEdge) : grey_picture(volume[i], window);
      write_png(folder.temporary() / picture_name(name, i, volume.size(0)), picture);
    }
  }
  folder.commit();
}

}  // namespace dircn::detail
