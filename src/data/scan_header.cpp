#include "data/scan_header.h"

#include <torch/types.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <initializer_list>
#include <optional>
#include <pugixml.hpp>
#include <string>
#include <system_error>
#include <vector>

#include "dircn/core/error.h"
#include "dircn/core/text.h"

namespace dircn::detail {
namespace {

constexpr int64_t kLargest = 1 << 20;  // of any count in a header
constexpr double kClosest = 1e-3;      // mm between voxels
constexpr double kFarthest = 1e3;

/// A node of the header and how messages call it.
struct Place {
  pugi::xml_node node;
  std::string name;
};

/// The child element of this name, whatever its namespace's prefix; empty where there is none.
pugi::xml_node find_child(const pugi::xml_node& parent, const std::string& name) {
  return parent.find_child([&](const pugi::xml_node& node) {
    const std::string full = node.name();
    return full.substr(full.find(':') + 1) == name;  // npos + 1 is 0
  });
}

/// Follows child elements.
Place child(const Place& from, std::initializer_list<const char*> names) {
  Place place = from;
  for (const char* name : names) {
    place.node = find_child(place.node, name);
    place.name.append("/").append(name);
  }
  return place;
}

int64_t count(const Place& place, int64_t smallest, const std::string& subject) {
  const std::string text = place.node.child_value();
  const int64_t value = whole_number(text, 9).value_or(-1);
  require(value >= smallest && value <= kLargest, [&] {
    return Error::Parts{
        subject + ": " + place.name, place.node.empty() ? "nothing" : "'" + excerpt(text) + "'",
        "a whole number from " + std::to_string(smallest) + " to " + std::to_string(kLargest)};
  });
  return value;
}

/// A decimal number, in whatever country; none if the text is something else.
std::optional<double> decimal(const Place& place) {
  const std::string text = place.node.child_value();
  const char* end = text.data() + text.size();
  double value = 0;
  const auto read = std::from_chars(text.data(), end, value);
  return read.ec == std::errc() && read.ptr == end ? std::optional(value) : std::nullopt;
}

/// Field of view by matrix along an axis, in mm; 0 where the space does not say.
double spacing_along(const Place& space, const char* axis) {
  const auto width = decimal(child(space, {"fieldOfView_mm", axis}));
  const auto voxels = decimal(child(space, {"matrixSize", axis}));
  const double spacing = width && voxels && *voxels >= 1 ? *width / *voxels : 0;
  return spacing >= kClosest && spacing <= kFarthest ? spacing : 0;
}

/// See `ScanHeader::spacing`. Images are the transform of what was encoded, cropped or padded, so
/// the encoded space knows their pixels; the reconstructed one knows the slices.
std::optional<std::array<double, 3>> spacing_of(const Place& encoding) {
  const Place encoded = child(encoding, {"encodedSpace"});
  const Place reconstructed = child(encoding, {"reconSpace"});
  const auto first_known = [](const Place& one, const Place& other, const char* axis) {
    const double spacing = spacing_along(one, axis);
    return spacing > 0 ? spacing : spacing_along(other, axis);
  };
  // Slices, rows (the readout), columns.
  const std::array<double, 3> spacing = {first_known(reconstructed, encoded, "z"),
                                         first_known(encoded, reconstructed, "x"),
                                         first_known(encoded, reconstructed, "y")};
  const bool known =
      std::all_of(spacing.begin(), spacing.end(), [](double one) { return one > 0; });
  return known ? std::optional(spacing) : std::nullopt;
}

using Vector = VoxelGeometry::Vector;

constexpr std::array<const char*, 3> kDirections = {"read_dir", "phase_dir", "slice_dir"};
constexpr const char* kPosition = "position";
constexpr double kTolerance = 1e-3;

double inner_product(const Vector& a, const Vector& b) {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

std::string vector_text(const Vector& vector) {
  return "(" + significant(vector[0], 6) + ", " + significant(vector[1], 6) + ", " +
         significant(vector[2], 6) + ")";
}

Vector read_vector(const Hdf5File& file, const std::string& name) {
  const std::string subject = file.path().string() + ": '" + name + "'";
  const std::vector<int64_t> shape = file.dataset(name).shape;
  require(shape == std::vector<int64_t>{3}, [&] {
    return Error::Parts{subject, "shape " + shape_text(shape), "[3]: towards left, back and head"};
  });
  const torch::Tensor values = file.read_real(name);
  Vector vector = {};
  for (size_t axis = 0; axis < vector.size(); ++axis) {
    vector[axis] = values[static_cast<int64_t>(axis)].item<double>();
  }
  require(std::isfinite(inner_product(vector, vector)), [&] {
    return Error::Parts{subject, vector_text(vector), "finite numbers"};
  });
  return vector;
}

/// Of length 1 exactly, where the file's is of length 1 nearly.
Vector read_direction(const Hdf5File& file, const std::string& name) {
  Vector vector = read_vector(file, name);
  const double length = std::sqrt(inner_product(vector, vector));
  require(std::abs(length - 1) <= kTolerance, [&] {
    return Error::Parts{file.path().string() + ": '" + name + "'",
                        vector_text(vector) + " of length " + std::to_string(length),
                        "a direction of length 1",
                        "Correct it, or leave the four data sets of the orientation out."};
  });
  for (double& part : vector) {
    part /= length;
  }
  return vector;
}

}  // namespace

ScanHeader read_scan_header(const std::string& xml, int64_t width, const std::string& subject) {
  pugi::xml_document document;
  const pugi::xml_parse_result parsed =
      document.load_buffer(xml.data(), xml.size(), pugi::parse_default | pugi::parse_trim_pcdata);
  const Place root{find_child(document, "ismrmrdHeader"), "ismrmrdHeader"};
  require(parsed && !root.node.empty(), [&] {
    return Error::Parts{subject, parsed ? "XML without ismrmrdHeader" : parsed.description(),
                        "an ISMRMRD header in XML"};
  });
  const Place encoding = child(root, {"encoding"});
  const Place image = child(encoding, {"reconSpace", "matrixSize"});
  const Place lines = child(encoding, {"encodingLimits", "kspace_encoding_step_1"});
  ScanHeader header;
  // The header's x is the readout, which lies along the rows of k-space.
  header.image_size =
      ImageSize{count(child(image, {"x"}), 1, subject), count(child(image, {"y"}), 1, subject)};
  header.spacing = spacing_of(encoding);
  const int64_t encoded = count(child(encoding, {"encodedSpace", "matrixSize", "y"}), 1, subject);
  const int64_t centre = count(child(lines, {"center"}), 0, subject);
  const int64_t acquired = count(child(lines, {"maximum"}), 0, subject) + 1;
  header.first_column = std::clamp<int64_t>(encoded / 2 - centre, 0, width);
  header.end_column = std::clamp<int64_t>(encoded / 2 - centre + acquired, 0, width);
  require(header.first_column < header.end_column, [&] {
    return Error::Parts{subject,
                        std::to_string(acquired) + " lines around line " + std::to_string(centre) +
                            " of " + std::to_string(encoded),
                        "lines within the " + std::to_string(width) + " columns of k-space"};
  });
  return header;
}

std::optional<VoxelGeometry::Orientation> read_orientation(const Hdf5File& file) {
  bool known = file.has_dataset(kPosition);
  for (const char* name : kDirections) {
    known = known && file.has_dataset(name);
  }
  if (!known) {
    return std::nullopt;
  }
  std::array<Vector, 3> directions = {};
  for (size_t axis = 0; axis < directions.size(); ++axis) {
    directions[axis] = read_direction(file, kDirections[axis]);
    for (size_t other = 0; other < axis; ++other) {
      const double cosine = inner_product(directions[axis], directions[other]);
      require(std::abs(cosine) <= kTolerance, [&] {
        return Error::Parts{file.path().string() + ": '" + kDirections[axis] + "'",
                            "an angle with '" + std::string(kDirections[other]) +
                                "' whose cosine is " + std::to_string(cosine),
                            "a right angle",
                            "Correct it, or leave the four data sets of the orientation out."};
      });
    }
  }
  return VoxelGeometry::Orientation{directions[0], directions[1], directions[2],
                                    read_vector(file, kPosition)};
}

}  // namespace dircn::detail
