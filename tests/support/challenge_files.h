#pragma once

#include <H5Cpp.h>
#include <torch/torch.h>

#include <filesystem>
#include <optional>

#include "io/hdf5_maker.h"
#include "support/random_input.h"

namespace dircn::testing {

/// A file of k-space [S, C, H, W] with its mask.
inline void write_kspace(const std::filesystem::path& path, const torch::Tensor& kspace,
                         const torch::Tensor& mask) {
  Hdf5Maker maker(path);
  maker.complex("kspace", kspace);
  maker.real("mask", mask);
}

/// An image file: `image_label` and perhaps `image_input`, each [S, h, w], and the attribute `max`.
inline void write_images(const std::filesystem::path& path, const torch::Tensor& label,
                         double maximum,
                         const std::optional<torch::Tensor>& zero_filled = std::nullopt) {
  Hdf5Maker maker(path);
  maker.real("image_label", label);
  if (zero_filled) {
    maker.real("image_input", *zero_filled);
  }
  maker.file()
      .createAttribute("max", H5::PredType::NATIVE_DOUBLE, H5::DataSpace())
      .write(H5::PredType::NATIVE_DOUBLE, &maximum);
}

inline void write_reconstruction(const std::filesystem::path& path, const torch::Tensor& images) {
  Hdf5Maker(path).real("reconstruction", images);
}

/// Full k-space [S, C, H, W] of smooth objects, complex64.
inline torch::Tensor full_kspace(int64_t slices, int64_t coils, int64_t height, int64_t width,
                                 uint64_t seed) {
  const auto all = torch::ones({1, 1, 1, width}, torch::kBool);
  return random_input(slices, coils, height, width, all, seed).kspace.to(torch::kComplexFloat);
}

/// Every 4th of `width` columns and 3 in the centre, bool [W].
inline torch::Tensor some_columns(int64_t width) {
  return column_mask(width, 4, 3).flatten();
}

}  // namespace dircn::testing
