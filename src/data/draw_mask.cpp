#include "data/draw_mask.h"

#include <torch/utils.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "data/numpy_random.h"
#include "dircn/core/error.h"

namespace dircn {
namespace {

/// Python's round: half to even, which is how the floating-point unit rounds unless told otherwise.
int64_t rounded(double value) {
  return static_cast<int64_t>(std::nearbyint(value));
}

/// Python's characters of a file name: code points of UTF-8, and 0xDC00 + byte for bytes that are
/// none.
std::vector<uint32_t> characters(const std::string& name) {
  std::vector<uint32_t> codes;
  for (size_t at = 0; at < name.size();) {
    const auto byte = [&](size_t i) -> uint32_t {
      return i < name.size() ? static_cast<unsigned char>(name[i]) : 0;
    };
    const uint32_t first = byte(at);
    const size_t length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    uint32_t code = length == 1 ? first : first & (0x7FU >> length);
    bool whole = first < 0x80 || (first >= 0xC2 && first < 0xF5);
    for (size_t i = at + 1; i < at + length; ++i) {
      whole = whole && (byte(i) & 0xC0U) == 0x80;
      code = code << 6U | (byte(i) & 0x3FU);
    }
    codes.push_back(whole ? code : 0xDC00 + first);
    at += whole ? length : 1;
  }
  return codes;
}

/// One mask in the making.
class MaskDrawing {
 public:
  MaskDrawing(const MaskConfig& config, const std::string& file_name, int64_t width)
      : type_(config.type),
        name_(file_name),
        random_(characters(file_name)),
        width_(width),
        columns_(static_cast<size_t>(width), false) {
    const size_t choice = random_.integer(static_cast<uint32_t>(config.accelerations.size()));
    acceleration_ = config.accelerations[choice];
    centre_ = rounded(static_cast<double>(width) * config.center_fractions[choice]);
  }

  DrawnMask draw() {
    switch (type_) {
      case MaskType::random:
        draw_random();
        break;
      case MaskType::equispaced:
        draw_spaced(static_cast<double>(acceleration_), width_);
        break;
      case MaskType::equispaced_fraction:
        draw_spaced(spacing_beside_centre(), width_ - 1);
        break;
      case MaskType::magic:
        draw_magic(acceleration_);
        break;
      case MaskType::magic_fraction:
        draw_magic(magic_spacing_beside_centre());
        break;
    }
    fill_centre();
    auto mask = torch::zeros({width_}, torch::kBool);
    std::copy(columns_.begin(), columns_.end(), mask.data_ptr<bool>());
    return {mask, acceleration_};
  }

 private:
  void fill_centre() {
    const int64_t first = (width_ - centre_ + 1) / 2;
    for (int64_t i = first; i < std::min(first + centre_, width_); ++i) {
      columns_[static_cast<size_t>(i)] = true;
    }
  }

  void draw_random() {
    const auto outside = static_cast<double>(width_ - centre_);
    const double wanted = static_cast<double>(width_) / static_cast<double>(acceleration_) -
                          static_cast<double>(centre_);
    for (int64_t i = 0; i < width_; ++i) {
      columns_[static_cast<size_t>(i)] = random_.uniform() < wanted / outside;
    }
  }

  /// With this spacing, the centre counted, every `acceleration_`th column is sampled.
  double spacing_beside_centre() const {
    return static_cast<double>(acceleration_ * (centre_ - width_)) /
           static_cast<double>(centre_ * acceleration_ - width_);
  }

  /// A column every `spacing`, not always whole, from a random first one to before `end`.
  void draw_spaced(double spacing, int64_t end) {
    require(std::isfinite(spacing) && spacing >= 1, [&] {
      return Error::Parts{name_ + ": data.mask",
                          std::to_string(centre_) + " centre columns of " + std::to_string(width_) +
                              " at acceleration " + std::to_string(acceleration_),
                          "a centre that leaves columns to skip",
                          "Lower data.mask.center_fractions."};
    });
    const double first = random_.integer(static_cast<uint32_t>(rounded(spacing)));
    const double step = (first + spacing) - first;  // as numpy's arange rounds it
    const auto count =
        static_cast<int64_t>(std::ceil((static_cast<double>(end) - first) / spacing));
    for (int64_t i = 0; i < count; ++i) {
      columns_[static_cast<size_t>(rounded(first + static_cast<double>(i) * step))] = true;
    }
  }

  /// The spacing of magic masks that, the centre counted, sample every `acceleration_`th column; 0
  /// where the centre alone is as many. May narrow the centre.
  int64_t magic_spacing_beside_centre() {
    const int64_t target =
        rounded(static_cast<double>(width_) / static_cast<double>(acceleration_));
    centre_ = std::max<int64_t>(std::min(centre_, target), 1);
    const int64_t rest = target - centre_;
    return rest > 0 ? rounded(static_cast<double>(width_) / static_cast<double>(rest)) : 0;
  }

  /// Offset sampling (Defazio, arXiv 1912.01101): k-space's two halves, from the centre outwards,
  /// get offsets whose aliases differ.
  void draw_magic(int64_t spacing) {
    if (spacing == 0) {
      return;
    }
    const int64_t offset = random_.integer(static_cast<uint32_t>(spacing));
    const bool even = offset % 2 == 0;
    const int64_t half = width_ / 2;
    const int64_t positive_length = width_ - half;
    // Positive frequencies come first before the shift, negative ones last, from the end.
    const auto sample = [&](int64_t unshifted) {
      columns_[static_cast<size_t>((unshifted + half) % width_)] = true;
    };
    for (int64_t i = offset + (even ? 1 : 2); i < positive_length; i += spacing) {
      sample(i);
    }
    for (int64_t i = even ? offset + 2 : offset - 1; i < half; i += spacing) {
      sample(width_ - 1 - i);
    }
  }

  MaskType type_;
  const std::string& name_;
  NumpyRandom random_;
  int64_t width_;
  std::vector<bool> columns_;
  int64_t acceleration_ = 0;
  int64_t centre_ = 0;  // fully sampled columns
};

}  // namespace

DrawnMask draw_mask(const MaskConfig& config, const std::string& file_name, int64_t width) {
  return MaskDrawing(config, file_name, width).draw();
}

}  // namespace dircn
