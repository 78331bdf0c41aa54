#include "data/scan_geometry.h"

#include <algorithm>
#include <cmath>

#include "data/axis_order.h"
#include "dircn/core/error.h"
#include "dircn/formats/hdf5.h"

namespace dircn::detail {
namespace {

/// Headers round mm: pixels of nearly the stored samples' size are those samples, which is how
/// fastMRI's own targets are cut.
constexpr double kSamePitch = 0.005;
constexpr double kLargestPitch = 8;  // or its inverse

/// Lengths in mm along one axis.
struct AxisLengths {
  double pitch = 1;
  std::optional<double> pixel;   // of the image
  std::optional<double> sample;  // that is stored
};

/// Of `stored` samples over `encoded` mm, and `pixels` over `image` mm.
AxisLengths lengths(int64_t stored, std::optional<double> encoded, int64_t pixels,
                    std::optional<double> image) {
  AxisLengths axis;
  if (image) {
    axis.pixel = *image / static_cast<double>(pixels);
  }
  if (encoded) {
    axis.sample = *encoded / static_cast<double>(stored);
  }
  if (axis.pixel && axis.sample) {
    const double pitch = *axis.pixel / *axis.sample;
    axis.pitch = std::abs(pitch - 1) < kSamePitch ? 1 : pitch;
  }
  axis.pixel = axis.pixel ? axis.pixel : axis.sample;
  axis.sample = axis.sample ? axis.sample : axis.pixel;
  return axis;
}

/// Whether a readout lost its oversampling before it was stored: then it shows the image's field of
/// view.
bool lost_oversampling(const ScanHeader& header, int64_t height) {
  return height != header.encoded.matrix.height && height == header.image.matrix.height;
}

bool is_plausible(double pitch) {
  return pitch <= kLargestPitch && pitch >= 1 / kLargestPitch;
}

/// k-space whose axes have the sizes that the header gives others.
void require_order(const ScanHeader& header, const KspaceShape& kspace,
                   const std::string& subject) {
  const int64_t readout = header.encoded.matrix.height;
  const int64_t lines = header.encoded.matrix.width;
  const bool as_stated = kspace.height == readout && kspace.width == lines;
  const auto refuse = [&](const char* order, const char* change) {
    throw Error(
        {subject,
         size_text(header.encoded.matrix) + " samples (readout x lines), while 'kspace' of shape " +
             shape_text({kspace.slices, kspace.coils, kspace.height, kspace.width}) + " has " +
             order,
         "[slices, coils, height, width], the readout along the height", rewrite_advice(change)});
  };
  const bool is_readout =
      kspace.width == readout || kspace.width == header.image.matrix.height;  // oversampled or not
  const bool is_lines = kspace.height == lines && kspace.height != readout &&
                        kspace.height != header.image.matrix.height;
  if (!as_stated && is_lines && is_readout) {
    refuse("its lines first", kLinesFirst);
  }
  if (!as_stated && kspace.coils == readout && kspace.height == lines) {
    refuse("its coils last", kCoilsLast);
  }
  if (!as_stated && kspace.slices == readout && kspace.coils == lines) {
    refuse("its rows and columns first", "k.transpose(2, 3, 0, 1) (or k.transpose(3, 2, 0, 1))");
  }
}

void compare(std::vector<std::string>& contradictions, const char* what, int64_t stored,
             std::optional<int64_t> stated) {
  if (stated && *stated != stored) {
    contradictions.push_back("the header says " + std::to_string(*stated) + " " + what +
                             ", k-space has " + std::to_string(stored));
  }
}

/// Whether the columns are the acquired lines, and nothing was padded.
bool holds_lines_alone(const ScanHeader& header, int64_t width) {
  return header.lines && width != header.encoded.matrix.width &&
         width == header.lines->end - header.lines->first;
}

void compare_sizes(const ScanHeader& header, const KspaceShape& kspace, ScanGeometry& geometry) {
  auto& found = geometry.contradictions;
  if (!lost_oversampling(header, kspace.height)) {
    compare(found, "rows", kspace.height, header.encoded.matrix.height);
  }
  if (!holds_lines_alone(header, kspace.width)) {
    compare(found, "columns", kspace.width, header.encoded.matrix.width);
  }
  compare(found, "coils", kspace.coils, header.coils);
  compare(found, "slices", kspace.slices, header.slices);
}

void require_centred(int64_t width, int64_t centre, const std::string& subject) {
  require(std::abs(centre - width / 2) <= 1, [&] {
    return Error::Parts{subject,
                        "the acquired lines alone in 'kspace', " + std::to_string(width) +
                            " columns with the centre of k-space at " + std::to_string(centre),
                        "the centre at column " + std::to_string(width / 2),
                        "Put columns of zeros where lines were not acquired."};
  });
}

/// Line `centre` is the column ⌊width / 2⌋.
void place_lines(const ScanHeader& header, int64_t width, const std::string& subject,
                 ScanGeometry& geometry) {
  geometry.first_column = 0;
  geometry.end_column = width;
  if (!header.lines) {
    return;
  }
  const auto& [first, end, centre] = *header.lines;
  if (holds_lines_alone(header, width)) {
    require_centred(width, centre - first, subject);
    return;
  }
  const int64_t left = width / 2 - centre + first;
  const int64_t right = width / 2 - centre + end;
  geometry.first_column = std::clamp<int64_t>(left, 0, width);
  geometry.end_column = std::clamp<int64_t>(right, 0, width);
  require(geometry.first_column < geometry.end_column, [&, lines = end - first, middle = centre] {
    return Error::Parts{subject,
                        std::to_string(lines) + " lines around line " + std::to_string(middle) +
                            " of " + std::to_string(header.encoded.matrix.width),
                        "lines within the " + std::to_string(width) + " columns of k-space",
                        "Correct encodingLimits, or leave them out."};
  });
  if (left < 0 || right > width) {
    geometry.contradictions.push_back("the header's lines reach from column " +
                                      std::to_string(left) + " to " + std::to_string(right - 1) +
                                      ", k-space has " + std::to_string(width) + " columns");
  }
}

}  // namespace

std::string size_text(const ImageSize& size) {
  return std::to_string(size.height) + " x " + std::to_string(size.width);
}

ScanGeometry scan_geometry(const ScanHeader& header, const KspaceShape& kspace,
                           const std::string& subject) {
  require_order(header, kspace, subject);
  const auto& encoded = header.encoded;
  const auto& image = header.image;
  const AxisLengths rows = lengths(
      kspace.height, lost_oversampling(header, kspace.height) ? image.height : encoded.height,
      image.matrix.height, image.height);
  const AxisLengths columns = lengths(kspace.width, encoded.width, image.matrix.width, image.width);
  ScanGeometry geometry;
  if (is_plausible(rows.pitch) && is_plausible(columns.pitch)) {
    geometry.row_pitch = rows.pitch;
    geometry.column_pitch = columns.pitch;
  } else {
    geometry.contradictions.emplace_back("the header's fields of view do not fit its matrices");
  }
  if (header.slice_spacing && rows.pixel && columns.pixel) {
    geometry.image_spacing = {*header.slice_spacing, *rows.pixel, *columns.pixel};
    geometry.stored_spacing = {*header.slice_spacing, *rows.sample, *columns.sample};
  }
  compare_sizes(header, kspace, geometry);
  place_lines(header, kspace.width, subject, geometry);
  return geometry;
}

}  // namespace dircn::detail
