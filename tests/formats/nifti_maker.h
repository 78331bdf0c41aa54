#pragma once

#include <torch/types.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "support/paths.h"

namespace dircn::testing {

/// The bytes of a NIfTI-1 file, put together from the standard's table of offsets, so that what
/// dircn reads was not written by the library that reads it.
struct NiftiMaker {
  std::vector<int16_t> shape;  // fastest axis (i) first
  int16_t type = 16;           // the standard's code; 16 is float32
  int16_t bits = 32;
  std::array<float, 3> spacing = {1, 1, 1};
  float slope = 0;
  float intercept = 0;
  std::array<float, 12> affine = {};  // rows x, y, z of the sform; all 0: none

  std::string header() const {
    std::string bytes(352, '\0');
    put<int32_t>(bytes, 0, 348);
    put<int16_t>(bytes, 40, static_cast<int16_t>(shape.size()));
    for (size_t i = 0; i < 7; ++i) {
      put<int16_t>(bytes, 42 + 2 * i, i < shape.size() ? shape[i] : int16_t{1});
      put<float>(bytes, 80 + 4 * i, i < spacing.size() ? spacing[i] : 1.0F);
    }
    put<int16_t>(bytes, 70, type);
    put<int16_t>(bytes, 72, bits);
    put<float>(bytes, 76, 1);
    put<float>(bytes, 108, 352);
    put<float>(bytes, 112, slope);
    put<float>(bytes, 116, intercept);
    const bool placed = affine != std::array<float, 12>{};
    put<int16_t>(bytes, 254, placed ? 1 : 0);
    std::memcpy(bytes.data() + 280, affine.data(), sizeof(affine));
    std::memcpy(bytes.data() + 344, "n+1", 4);
    return bytes;
  }

  /// `values` must hold what `type` says.
  template <typename Number>
  std::string file(const std::vector<Number>& values) const {
    return header() + std::string(reinterpret_cast<const char*>(values.data()),  // NOLINT
                                  values.size() * sizeof(Number));
  }

  template <typename Number>
  static void put(std::string& bytes, size_t offset, Number value) {
    std::memcpy(bytes.data() + offset, &value, sizeof(value));
  }
};

/// Writes `volume` [Z, Y, X] as float32, X from left to right, Y from back to front.
inline void write_nifti(const std::filesystem::path& path, const torch::Tensor& volume,
                        const std::array<double, 3>& spacing) {
  const torch::Tensor copy = volume.to(torch::kFloat).contiguous();
  NiftiMaker maker;
  for (int64_t axis : {2, 1, 0}) {
    maker.shape.push_back(static_cast<int16_t>(copy.size(axis)));
  }
  maker.spacing = {static_cast<float>(spacing[2]), static_cast<float>(spacing[1]),
                   static_cast<float>(spacing[0])};
  const auto* values = copy.data_ptr<float>();
  write_file(path, maker.file(std::vector<float>(values, values + copy.numel())));
}

}  // namespace dircn::testing
