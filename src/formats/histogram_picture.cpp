#include "dircn/formats/histogram_picture.h"

#include <gd.h>
#include <gdfontl.h>
#include <gdfonts.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <memory>
#include <new>
#include <sstream>
#include <string_view>

#include "dircn/core/atomic_file.h"
#include "dircn/core/error.h"

namespace dircn {
namespace {

constexpr int kWidth = 800;
constexpr int kHeight = 500;
constexpr int kLeft =
    80;  // of the axes; the plot reaches from here to kRight, from kTop to kBottom
constexpr int kRight = 770;
constexpr int kTop = 60;
constexpr int kBottom = 430;
constexpr int kTick = 5;
constexpr int kWantedTicks = 8;

/// A distance of ticks that reads well (1, 2 or 5 times a power of ten) and gives about
/// kWantedTicks of them.
double tick_step(double range) {
  const double rough = range / kWantedTicks;
  const double power = std::pow(10, std::floor(std::log10(rough)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= rough) {
      return factor * power;
    }
  }
  return 10 * power;
}

std::string tick_text(double value) {
  std::ostringstream text;
  text.precision(4);
  text << value;
  return text.str();
}

class Canvas {
 public:
  explicit Canvas(const Histogram& histogram)
      : histogram_(histogram), image_(gdImageCreateTrueColor(kWidth, kHeight), &gdImageDestroy) {
    if (image_ == nullptr) {
      throw std::bad_alloc();
    }
    gdImageFilledRectangle(get(), 0, 0, kWidth - 1, kHeight - 1, gdTrueColor(255, 255, 255));
    tallest_ =
        std::max<int64_t>(1, *std::max_element(histogram.counts.begin(), histogram.counts.end()));
  }

  void draw() {
    for (size_t bin = 0; bin < histogram_.counts.size(); ++bin) {
      bar(bin);
    }
    gdImageLine(get(), kLeft, kBottom, kRight, kBottom, black_);
    gdImageLine(get(), kLeft, kTop, kLeft, kBottom, black_);
    value_ticks();
    count_ticks();
    text(gdFontGetLarge(), (kLeft + kRight) / 2, kTop / 3, histogram_.title);
    text(gdFontGetLarge(), (kLeft + kRight) / 2, kBottom + 35, histogram_.axis);
    text(gdFontGetLarge(), kLeft, kTop - 25, histogram_.counted);
  }

  void save(const std::filesystem::path& path) const {
    int size = 0;
    const std::unique_ptr<void, void (*)(void*)> png(gdImagePngPtr(image_.get(), &size), &gdFree);
    if (png == nullptr) {
      throw std::bad_alloc();
    }
    AtomicFile(path).commit(
        std::string_view(static_cast<const char*>(png.get()), static_cast<size_t>(size)));
  }

 private:
  gdImagePtr get() const { return image_.get(); }

  int x_of(double value) const {
    const double first = histogram_.edges.front();
    const double last = histogram_.edges.back();
    return kLeft + static_cast<int>(std::lround((value - first) / (last - first) *
                                                static_cast<double>(kRight - kLeft)));
  }

  int y_of(double count) const {
    return kBottom - static_cast<int>(std::lround(count / static_cast<double>(tallest_) *
                                                  static_cast<double>(kBottom - kTop)));
  }

  void bar(size_t bin) const {
    const int64_t count = histogram_.counts[bin];
    const int left = x_of(histogram_.edges[bin]);
    const int right = x_of(histogram_.edges[bin + 1]);
    if (count > 0) {  // at least a pixel, also where a thousand fill another bin
      const int top = std::min(y_of(static_cast<double>(count)), kBottom - 1);
      gdImageFilledRectangle(get(), left + 1, top, std::max(left + 1, right - 1), kBottom - 1,
                             gdTrueColor(54, 104, 168));
    }
  }

  void value_ticks() const {
    const double first = histogram_.edges.front();
    const double last = histogram_.edges.back();
    const double step = tick_step(last - first);
    const auto begin = std::llround(std::ceil(first / step - 1e-9));
    const auto end = std::llround(std::floor(last / step + 1e-9));
    for (auto i = begin; i <= end; ++i) {
      const double value = static_cast<double>(i) * step;
      const int x = x_of(value);
      gdImageLine(get(), x, kBottom, x, kBottom + kTick, black_);
      text(gdFontGetSmall(), x, kBottom + kTick + 3, tick_text(value));
    }
  }

  void count_ticks() const {
    const auto tallest = static_cast<double>(tallest_);
    const double step = std::max(1.0, tick_step(tallest));
    for (int i = 0; i * step <= tallest; ++i) {
      const int y = y_of(i * step);
      gdImageLine(get(), kLeft - kTick, y, kLeft, y, black_);
      const gdFontPtr font = gdFontGetSmall();
      const std::string label = tick_text(i * step);
      const int half = static_cast<int>(label.size()) * font->w / 2;
      text(font, kLeft - kTick - 4 - half, y - font->h / 2, label);
    }
  }

  /// Writes centred around `x`, downwards from `y`.
  void text(gdFontPtr font, int x, int y, std::string line) const {
    const int width = static_cast<int>(line.size()) * font->w;
    gdImageString(get(), font, x - width / 2, y, reinterpret_cast<unsigned char*>(line.data()),
                  black_);
  }

  const Histogram& histogram_;
  std::unique_ptr<gdImage, void (*)(gdImagePtr)> image_;
  int64_t tallest_ = 1;
  int black_ = gdTrueColor(0, 0, 0);
};

}  // namespace

Histogram count_in_bins(const std::vector<double>& values, double first, double last,
                        int64_t bins) {
  Histogram histogram;
  const double width = (last - first) / static_cast<double>(bins);
  for (int64_t i = 0; i <= bins; ++i) {
    histogram.edges.push_back(first + static_cast<double>(i) * width);
  }
  histogram.counts.assign(static_cast<size_t>(bins), 0);
  for (const double value : values) {
    if (!std::isnan(value)) {
      const auto above = std::upper_bound(histogram.edges.begin(), histogram.edges.end(), value);
      const int64_t bin = std::distance(histogram.edges.begin(), above) - 1;
      ++histogram.counts[static_cast<size_t>(std::clamp<int64_t>(bin, 0, bins - 1))];
    }
  }
  return histogram;
}

void write_histogram_png(const std::filesystem::path& path, const Histogram& histogram) {
  const bool usable = !histogram.counts.empty() &&
                      histogram.edges.size() == histogram.counts.size() + 1 &&
                      histogram.edges.front() < histogram.edges.back();
  require(usable, [&] {
    return Error::Parts{path.string(),
                        std::to_string(histogram.edges.size()) + " edges for " +
                            std::to_string(histogram.counts.size()) + " bins",
                        "a histogram with one edge more than bins, increasing", ""};
  });
  Canvas canvas(histogram);
  canvas.draw();
  canvas.save(path);
}

}  // namespace dircn
