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

/// The field of view along an axis, in mm; none where the space does not say, or nothing sensible.
std::optional<double> extent_along(const Place& space, const char* axis, int64_t samples) {
  const auto extent = decimal(child(space, {"fieldOfView_mm", axis}));
  const double spacing = extent.value_or(0) / static_cast<double>(samples);
  return spacing >= kClosest && spacing <= kFarthest ? extent : std::nullopt;
}

/// Of what lies along the rows of k-space, which is the readout (x), and along its columns (y).
ScanHeader::Space read_space(const Place& encoding, const char* name, const std::string& subject) {
  const Place space = child(encoding, {name});
  const auto samples = [&](const char* axis) {
    return count(child(space, {"matrixSize", axis}), 1, subject);
  };
  ScanHeader::Space read;
  read.matrix = {samples("x"), samples("y")};
  read.height = extent_along(space, "x", read.matrix.height);
  read.width = extent_along(space, "y", read.matrix.width);
  return read;
}

/// mm from slice to slice.
std::optional<double> slice_spacing(const Place& encoding) {
  for (const char* name : {"reconSpace", "encodedSpace"}) {
    const Place space = child(encoding, {name});
    const auto voxels = decimal(child(space, {"matrixSize", "z"}));
    if (voxels && *voxels >= 1 && *voxels <= kLargest) {
      const auto extent = extent_along(space, "z", static_cast<int64_t>(*voxels));
      if (extent) {
        return *extent / std::floor(*voxels);
      }
    }
  }
  return std::nullopt;
}

std::optional<int64_t> count_if_there(const Place& place, int64_t smallest,
                                      const std::string& subject) {
  return place.node.empty() ? std::nullopt : std::optional(count(place, smallest, subject));
}

std::optional<ScanHeader::Lines> read_lines(const Place& encoding, const std::string& subject) {
  const Place limits = child(encoding, {"encodingLimits", "kspace_encoding_step_1"});
  if (limits.node.empty()) {
    return std::nullopt;
  }
  return ScanHeader::Lines{count_if_there(child(limits, {"minimum"}), 0, subject).value_or(0),
                           count(child(limits, {"maximum"}), 0, subject) + 1,
                           count(child(limits, {"center"}), 0, subject)};
}

}  // namespace

ScanHeader read_scan_header(const std::string& xml, const std::string& subject) {
  pugi::xml_document document;
  const pugi::xml_parse_result parsed =
      document.load_buffer(xml.data(), xml.size(), pugi::parse_default | pugi::parse_trim_pcdata);
  const Place root{find_child(document, "ismrmrdHeader"), "ismrmrdHeader"};
  require(parsed && !root.node.empty(), [&] {
    return Error::Parts{subject, parsed ? "XML without ismrmrdHeader" : parsed.description(),
                        "an ISMRMRD header in XML"};
  });
  const Place encoding = child(root, {"encoding"});
  ScanHeader header;
  header.encoded = read_space(encoding, "encodedSpace", subject);
  header.image = read_space(encoding, "reconSpace", subject);
  header.slice_spacing = slice_spacing(encoding);
  header.lines = read_lines(encoding, subject);
  const auto last =
      count_if_there(child(encoding, {"encodingLimits", "slice", "maximum"}), 0, subject);
  header.slices = last ? std::optional(*last + 1) : std::nullopt;
  header.coils =
      count_if_there(child(root, {"acquisitionSystemInformation", "receiverChannels"}), 1, subject);
  return header;
}

}  // namespace dircn::detail
