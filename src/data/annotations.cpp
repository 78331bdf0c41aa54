#include "dircn/data/annotations.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "dircn/core/error.h"
#include "dircn/core/text.h"

namespace dircn {
namespace {

using Json = nlohmann::json;

constexpr size_t kMostDigits = 9;  // of a slice's number
constexpr double kLargest = 1e6;   // pixels; sums stay far from overflow

Error misshapen(const std::string& subject, const std::string& found, const std::string& expected) {
  return Error({subject, found, expected});
}

int64_t pixels(const Json& box, const char* name, const std::string& subject) {
  const auto entry = box.find(name);
  const bool number = entry != box.end() && entry->is_number();
  const double value = number ? entry->get<double>() : NAN;
  if (!(std::abs(value) <= kLargest) || value != std::floor(value)) {
    throw misshapen(subject, "a box without a usable '" + std::string(name) + "'",
                    "whole numbers of pixels: x, y, width, height");
  }
  return static_cast<int64_t>(value);
}

Box box_of(const Json& entry, const std::string& subject) {
  if (!entry.is_object()) {
    throw misshapen(subject, "a box that is no object", "{x, y, width, height, label}");
  }
  const auto label = entry.find("label");
  return {pixels(entry, "x", subject), pixels(entry, "y", subject), pixels(entry, "width", subject),
          pixels(entry, "height", subject),
          label != entry.end() && label->is_string() ? label->get<std::string>() : ""};
}

}  // namespace

std::string annotations_json(const std::vector<std::vector<Box>>& boxes) {
  Json slices = Json::object();
  for (size_t slice = 0; slice < boxes.size(); ++slice) {
    for (const Box& box : boxes[slice]) {
      slices[std::to_string(slice)].push_back({{"x", box.x},
                                               {"y", box.y},
                                               {"width", box.width},
                                               {"height", box.height},
                                               {"label", box.label}});
    }
  }
  return slices.dump();
}

std::map<int64_t, std::vector<Box>> read_boxes(const std::string& annotations,
                                               const std::string& subject) {
  const Json slices = Json::parse(annotations, nullptr, /*allow_exceptions=*/false);
  if (!slices.is_object()) {
    throw misshapen(subject, slices.is_discarded() ? "no JSON" : "no JSON object",
                    "a JSON object: slice -> list of boxes");
  }
  std::map<int64_t, std::vector<Box>> boxes;
  for (const auto& [name, list] : slices.items()) {
    const auto slice = whole_number(name, kMostDigits);
    if (!slice || !list.is_array()) {
      throw misshapen(subject, "the entry '" + excerpt(name) + "'",
                      "numbers of slices, each with a list of boxes");
    }
    for (const Json& entry : list) {
      boxes[*slice].push_back(box_of(entry, subject));
    }
  }
  return boxes;
}

}  // namespace dircn
