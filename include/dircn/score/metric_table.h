#pragma once

#include <array>
#include <stdexcept>
#include <string>

namespace dircn {

/// The names of scores, in tables and files.
inline constexpr const char* kSsim = "ssim";
inline constexpr const char* kBoxSsim = "ssim_bbox";
inline constexpr const char* kPsnr = "psnr";
inline constexpr const char* kNmse = "nmse";

/// What tables, pages and comparisons know of a score.
struct MetricFacts {
  const char* name;
  const char* title;
  const char* unit;     // "" for none
  int digits;           // after the point on a page; what differs in further ones is equal
  bool high_is_better;  // else low
  bool over_boxes;      // a mean over annotated boxes, not over slices
};

inline constexpr std::array<MetricFacts, 4> kMetricTable = {{
    {kSsim, "SSIM", "", 4, true, false},
    {kBoxSsim, "SSIM bbox", "", 4, true, true},
    {kPsnr, "PSNR", "dB", 2, true, false},
    {kNmse, "NMSE", "", 4, false, false},
}};

/// The row of that name; throws `std::out_of_range` where there is none.
inline const MetricFacts& metric_facts(const std::string& name) {
  for (const auto& row : kMetricTable) {
    if (row.name == name) {
      return row;
    }
  }
  throw std::out_of_range("no score is called " + name);
}

}  // namespace dircn
