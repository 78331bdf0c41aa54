#include <torch/types.h>

#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "support/challenge_files.h"
#include "support/malformed_files.h"

namespace dircn::testing {
namespace {

namespace fs = std::filesystem;
using Fill = std::function<void(Hdf5Maker&)>;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr ScanText kScan = {20, 20, 20, 18, 9};  // the numbers that are replaced below
constexpr double kInfinity = std::numeric_limits<double>::infinity();

torch::Tensor good_images() {
  return torch::linspace(1e-6, 1e-4, 800).view({2, 20, 20});
}

/// Good k-space, with the mask in question.
MalformedFile masked(const std::string& name, const torch::Tensor& mask) {
  return {"Mask" + name,
          [=](const fs::path& path) { write_kspace(path, full_kspace(2, 2, 24, 20, 1), mask); }};
}

void add_masks(std::vector<MalformedFile>& files) {
  const auto one_value = [](double value) {
    torch::Tensor mask = some_columns(20).to(torch::kFloat);
    mask[3] = value;
    return mask;
  };
  files.push_back(masked("TooShort", torch::ones({19})));
  files.push_back(masked("TooLong", torch::ones({21})));
  files.push_back(masked("OfRows", torch::ones({24})));
  files.push_back(masked("Transposed", torch::ones({20, 24})));
  files.push_back(masked("Column", torch::ones({20, 1})));
  files.push_back(masked("AllZero", torch::zeros({20})));
  files.push_back(masked("AllOne", torch::ones({20})));
  files.push_back(masked("OneColumn", torch::eye(20)[7]));
  files.push_back(masked("FirstColumn", torch::eye(20)[0]));
  files.push_back(masked("OneSample", torch::eye(480)[250].view({24, 20})));
  files.push_back(masked("Checkerboard", torch::arange(480).remainder(2).view({24, 20})));
  for (const double value : {0.5, -1.0, 2.0, kNaN, kInfinity, 1e-38}) {
    files.push_back(masked("With" + std::to_string(value), one_value(value)));
  }
}

/// k-space or images with one value, or all of them, like this.
void add_values(std::vector<MalformedFile>& files) {
  for (const double value : {kNaN, kInfinity, -kInfinity, 3e38, 1e30, 1e-42, 0.0}) {
    for (const bool everywhere : {false, true}) {
      const auto spoil = [=](torch::Tensor values) {
        torch::Tensor flat = values.view({-1});
        (everywhere ? flat : flat.narrow(0, flat.numel() / 2, 1)).fill_(value);
        return values;
      };
      const std::string name =
          (everywhere ? "OfNothingBut" : "WithOne") + std::to_string(value * 1e38);
      files.push_back({"Kspace" + name, [=](const fs::path& path) {
                         write_kspace(path, spoil(full_kspace(2, 2, 24, 20, 1).contiguous()),
                                      some_columns(20));
                       }});
      files.push_back({"Images" + name, [=](const fs::path& path) {
                         const torch::Tensor images = spoil(good_images());
                         write_images(path, images, 1e-4, images);
                       }});
      files.push_back({"Reconstruction" + name, [=](const fs::path& path) {
                         write_reconstruction(path, spoil(good_images()));
                       }});
    }
  }
}

MalformedFile with_attribute(const std::string& name, const Fill& fill) {
  return {name, [=](const fs::path& path) {
            Hdf5Maker maker(path);
            maker.real("image_label", good_images());
            maker.real("reconstruction", good_images());
            fill(maker);
          }};
}

void add_attributes(std::vector<MalformedFile>& files) {
  for (const double value : {0.0, -1.0, kNaN, kInfinity, 1e300, 1e-300}) {
    files.push_back(with_attribute("MaxOf" + std::to_string(value),
                                   [=](Hdf5Maker& m) { m.attribute("max", value); }));
  }
  files.push_back(
      with_attribute("MaxOfText", [](Hdf5Maker& m) { m.attribute("max", std::string("1e-4")); }));
  const auto claimed = [&](const std::string& title, const H5::DataType& type,
                           const H5::DataSpace& space) {
    for (const std::string name : {"max", "annotations"}) {
      files.push_back(with_attribute(name + title, [=](Hdf5Maker& m) {
        if (name != "max") {
          m.attribute("max", 1e-4);
        }
        m.file().createAttribute(name, type, space);
      }));
    }
  };
  claimed("OfSeveral", H5::PredType::NATIVE_DOUBLE, Hdf5Maker::space({3}));
  claimed("OfNone", H5::PredType::NATIVE_DOUBLE, Hdf5Maker::space({0}));
  claimed("OfNull", H5::PredType::NATIVE_DOUBLE, H5::DataSpace(H5S_NULL));
  claimed("OfReferences", H5::PredType::STD_REF_OBJ, H5::DataSpace());
  claimed("OfComplex", Hdf5Maker::complex_type(), H5::DataSpace());
  claimed("OfOpaque", H5::DataType(H5T_OPAQUE, 9), H5::DataSpace());
  claimed("OfUnwrittenText", H5::StrType(H5::PredType::C_S1, H5T_VARIABLE), H5::DataSpace());
  claimed("OfSeveralTexts", H5::StrType(H5::PredType::C_S1, 8), Hdf5Maker::space({3}));
}

std::string repeated(const std::string& text, int count) {
  std::string result;
  for (int i = 0; i < count; ++i) {
    result += text;
  }
  return result;
}

std::string box(const std::string& x, const std::string& y, const std::string& width,
                const std::string& height) {
  return R"({"0": [{"x": )" + x + R"(, "y": )" + y + R"(, "width": )" + width + R"(, "height": )" +
         height + R"(, "label": "a"}]})";
}

void add_annotations(std::vector<MalformedFile>& files) {
  const std::string most = "9223372036854775807";
  const std::vector<std::pair<std::string, std::string>> texts = {
      {"Nothing", ""},
      {"NoJson", "lesions: none"},
      {"Cut", R"({"0": [{"x": 1, "y")"},
      {"AList", "[1, 2]"},
      {"ANumber", "7"},
      {"Null", "null"},
      {"Deep", repeated("[", 100000)},
      {"DeepAndClosed", repeated("[", 100000) + repeated("]", 100000)},
      {"DeepMaps", repeated("{\"0\":", 50000)},
      {"BoxIsANumber", R"({"0": [7]})"},
      {"BoxesAreAMap", R"({"0": {"x": 1}})"},
      {"NoWidth", R"({"0": [{"x": 1, "y": 1, "height": 3}]})"},
      {"TextSizes", box("\"1\"", "1", "8", "8")},
      {"NegativeSizes", box("3", "3", "-8", "-9")},
      {"ZeroSizes", box("3", "3", "0", "0")},
      {"FarAway", box("1000000", "-1000000", "8", "8")},
      {"Overflow", box(most, most, most, most)},
      {"NegativeOverflow", box("-" + most, "-" + most, "-" + most, most)},
      {"BeyondIntegers", box("9" + most, "1", "8", "8")},
      {"BeyondNumbers", box("1e999", "1", "8e307", "8")},
      {"Fractions", box("1.5", "1.25", "8.75", "8")},
      {"OddSlice", R"({"zero": [], "-1": [], "18446744073709551616": [], "1e3": []})"},
      {"NoUtf8", "{\"0\": [{\"label\": \"\xff\xfe\"}]}"},
      {"ManyBoxes", R"({"0": [)" + repeated("{},", 20000) + "{}]}"}};
  for (const auto& text : texts) {
    files.push_back({"Annotations" + text.first, [=](const fs::path& path) {
                       Hdf5Maker maker(path);
                       maker.real("image_label", good_images());
                       maker.attribute("max", 1e-4);
                       maker.attribute("annotations", text.second);
                     }});
  }
}

MalformedFile with_header(const std::string& name, const std::string& text) {
  return {"Header" + name, [=](const fs::path& path) {
            Hdf5Maker maker(path);
            maker.complex("kspace", full_kspace(2, 2, 24, 20, 1));
            maker.real("reconstruction_rss", good_images());
            write_text(maker.file(), "ismrmrd_header", text);
          }};
}

/// A header in which every `from` became `to`.
std::string edited_header(const std::string& from, const std::string& to) {
  std::string text = scan_header(kScan);
  for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

void add_headers(std::vector<MalformedFile>& files) {
  const std::string whole = scan_header(kScan);
  for (size_t part = 1; part < 8; ++part) {
    files.push_back(with_header("CutAfterEighths" + std::to_string(part),
                                whole.substr(0, whole.size() * part / 8)));
  }
  std::string bomb = "<!DOCTYPE x [<!ENTITY a0 \"aaaaaaaaaa\">";
  for (int i = 1; i < 20; ++i) {
    bomb += "<!ENTITY a" + std::to_string(i) + " \"" +
            repeated("&a" + std::to_string(i - 1) + ";", 10) + "\">";
  }
  files.push_back(with_header("Nothing", ""));
  files.push_back(with_header("NoXml", "{\"encoding\": 1}"));
  files.push_back(with_header("NoUtf8", "\xff\xfe\xff"));
  files.push_back(with_header("Deep", repeated("<a>", 100000)));
  files.push_back(with_header("DeepAndClosed", repeated("<a>", 100000) + repeated("</a>", 100000)));
  files.push_back(with_header("Bomb", bomb + "]><ismrmrdHeader>&a19;</ismrmrdHeader>"));
  files.push_back(with_header(
      "OtherFile", "<!DOCTYPE x [<!ENTITY a SYSTEM \"file:///etc/passwd\">]><x>&a;</x>"));
  files.push_back(with_header("WithoutEncoding", edited_header("encoding>", "other>")));
  files.push_back(with_header("WithoutSize", edited_header("matrixSize", "size")));
  files.push_back(with_header("WithoutLimits", edited_header("encodingLimits", "limits")));
  for (const std::string number : {"0", "-20", "1000000000000000000", "99999999999999999999", "NaN",
                                   "", "2e1", "20.5", "4097"}) {
    files.push_back(with_header("SizesOf" + number, edited_header(">20<", ">" + number + "<")));
    files.push_back(with_header("LastLineAt" + number, edited_header(">17<", ">" + number + "<")));
    files.push_back(with_header("CentreAt" + number, edited_header(">9<", ">" + number + "<")));
  }
}

}  // namespace

std::vector<MalformedFile> malformed_contents() {
  std::vector<MalformedFile> files;
  add_masks(files);
  add_values(files);
  add_attributes(files);
  add_annotations(files);
  add_headers(files);
  return files;
}

}  // namespace dircn::testing
