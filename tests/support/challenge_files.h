#pragma once

#include <H5Cpp.h>
#include <torch/types.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "formats/hdf5_maker.h"
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
  maker.attribute("max", maximum);
}

inline void write_reconstruction(const std::filesystem::path& path, const torch::Tensor& images) {
  Hdf5Maker(path).real("reconstruction", images);
}

/// The part of an ISMRMRD header that matters: images of `height` x `width`, `columns` encoded, of
/// which `acquired` were measured around line `centre`. Perhaps how many mm the images measure
/// along x (rows), y and z.
struct ScanText {
  int64_t height;
  int64_t width;
  int64_t columns;
  int64_t acquired;
  int64_t centre;
  std::optional<std::array<double, 3>> field_of_view = std::nullopt;
  std::optional<int64_t> rows = std::nullopt;  // that are encoded; none: twice the image's
  std::optional<std::array<double, 3>> encoded_field_of_view = std::nullopt;
};

inline std::string scan_header(const ScanText& scan) {
  const auto tag = [](const std::string& name, const std::string& content) {
    return "<" + name + ">" + content + "</" + name + ">";
  };
  const auto number = [&](const std::string& name, int64_t value) {
    return tag(name, std::to_string(value));
  };
  const auto space = [&](const std::string& name, int64_t x, int64_t y,
                         const std::string& more = "") {
    return tag(name, tag("matrixSize", number("x", x) + number("y", y) + number("z", 1)) + more);
  };
  const auto extent = [&](const std::optional<std::array<double, 3>>& field_of_view) {
    std::string measures;
    for (size_t axis = 0; field_of_view && axis < 3; ++axis) {
      measures += tag(std::string(1, "xyz"[axis]), std::to_string((*field_of_view)[axis]));
    }
    return measures.empty() ? "" : tag("fieldOfView_mm", measures);
  };
  return R"(<?xml version="1.0"?><ismrmrdHeader xmlns="http://www.ismrm.org/ISMRMRD"><encoding>)" +
         space("encodedSpace", scan.rows.value_or(2 * scan.height), scan.columns,
               extent(scan.encoded_field_of_view)) +
         space("reconSpace", scan.height, scan.width, extent(scan.field_of_view)) +
         tag("encodingLimits", tag("kspace_encoding_step_1",
                                   number("minimum", 0) + number("maximum", scan.acquired - 1) +
                                       number("center", scan.centre))) +
         "</encoding></ismrmrdHeader>";
}

inline void write_text(H5::H5File& file, const std::string& name, const std::string& text) {
  const H5::StrType type(H5::PredType::C_S1, H5T_VARIABLE);
  file.createDataSet(name, type, H5::DataSpace()).write(text, type);
}

/// A file of fastMRI: k-space [S, C, H, W], perhaps with `reconstruction_rss` [S, h, w] (and the
/// attribute `max`), perhaps with a mask, and with a header whose images are as large as the
/// targets, or else as the k-space is wide.
inline void write_fastmri(const std::filesystem::path& path, const torch::Tensor& kspace,
                          const std::optional<torch::Tensor>& rss,
                          const std::optional<torch::Tensor>& mask) {
  Hdf5Maker maker(path);
  maker.complex("kspace", kspace);
  const int64_t width = kspace.size(3);
  ScanText scan{rss ? rss->size(1) : width, rss ? rss->size(2) : width, width, width, width / 2};
  scan.rows = kspace.size(2);
  write_text(maker.file(), "ismrmrd_header", scan_header(scan));
  if (rss) {
    maker.real("reconstruction_rss", *rss);
    maker.attribute("max", rss->max().item<double>());
  }
  if (mask) {
    maker.real("mask", *mask);
  }
}

/// Full k-space [S, C, H, W] of smooth objects, complex64.
inline torch::Tensor full_kspace(int64_t slices, int64_t coils, int64_t height, int64_t width,
                                 uint64_t seed) {
  const auto all = torch::ones({1, 1, 1, width}, torch::kBool);
  return random_input(slices, coils, height, width, all, seed).kspace.to(torch::kComplexFloat);
}

/// Every 3rd point, the centre among them, bool [H, W].
inline torch::Tensor some_points(int64_t height, int64_t width) {
  const int64_t centre = height / 2 * width + width / 2;
  return (torch::arange(height * width).remainder(3) == centre % 3).view({height, width});
}

/// Every 4th of `width` columns and 3 in the centre, bool [W].
inline torch::Tensor some_columns(int64_t width) {
  return column_mask(width, 4, 3).flatten();
}

}  // namespace dircn::testing
