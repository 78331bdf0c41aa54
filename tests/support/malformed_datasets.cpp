#include <torch/types.h>

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "support/challenge_files.h"
#include "support/malformed_files.h"

namespace dircn::testing {
namespace {

namespace fs = std::filesystem;
using Fill = std::function<void(Hdf5Maker&)>;
using Shape = std::vector<int64_t>;

MalformedFile made(std::string name, Fill fill) {
  return {std::move(name), [fill = std::move(fill)](const fs::path& path) {
            Hdf5Maker maker(path);
            fill(maker);
          }};
}

/// A file in which everything but `name` is as it should be, and `name` is made by `fill`.
MalformedFile all_but(const std::string& name, const std::string& title, const Fill& fill) {
  return made(title, [=](Hdf5Maker& maker) {
    const auto images = torch::linspace(1e-6, 1e-4, 800).view({2, 20, 20});
    if (name != "kspace") {
      maker.complex("kspace", full_kspace(2, 2, 24, 20, 1));
    }
    if (name != "mask") {
      maker.real("mask", some_columns(20));
    }
    for (const std::string image : {"image_label", "reconstruction"}) {
      if (name != image) {
        maker.real(image, images);
      }
    }
    maker.attribute("max", 1e-4);
    fill(maker);
  });
}

struct NamedShape {
  std::string name;
  Shape good;
};

const std::vector<NamedShape>& datasets() {
  static const std::vector<NamedShape> names = {
      {"kspace", {2, 2, 24, 20}},          {"mask", {20}},
      {"image_label", {2, 20, 20}},        {"reconstruction", {2, 20, 20}},
      {"reconstruction_rss", {2, 20, 20}}, {"ismrmrd_header", {}}};
  return names;
}

H5::CompType three_members() {
  H5::CompType type(3 * sizeof(float));
  type.insertMember("r", 0, H5::PredType::NATIVE_FLOAT);
  type.insertMember("i", sizeof(float), H5::PredType::NATIVE_FLOAT);
  type.insertMember("j", 2 * sizeof(float), H5::PredType::NATIVE_FLOAT);
  return type;
}

void add_types(std::vector<MalformedFile>& files) {
  const hsize_t pair[] = {2};
  const std::vector<std::pair<std::string, H5::DataType>> types = {
      {"Text", H5::StrType(H5::PredType::C_S1, 8)},
      {"GigabytesOfText", H5::StrType(H5::PredType::C_S1, size_t{1} << 31)},
      {"VariableText", H5::StrType(H5::PredType::C_S1, H5T_VARIABLE)},
      {"Integers", H5::PredType::STD_I64LE},
      {"Doubles", H5::PredType::IEEE_F64BE},
      {"Bits", H5::PredType::STD_B32LE},
      {"OtherMembers", Hdf5Maker::complex_type(H5::PredType::NATIVE_FLOAT, "x", "y")},
      {"IntegerMembers", Hdf5Maker::complex_type(H5::PredType::STD_I32LE)},
      {"ThreeMembers", three_members()},
      {"Opaque", H5::DataType(H5T_OPAQUE, 16)},
      {"VariableLength", H5::VarLenType(H5::PredType::NATIVE_FLOAT)},
      {"References", H5::PredType::STD_REF_OBJ},
      {"Arrays", H5::ArrayType(H5::PredType::NATIVE_FLOAT, 1, pair)}};
  for (const auto& dataset : datasets()) {
    for (const auto& named : types) {
      files.push_back(all_but(
          dataset.name, dataset.name + "Of" + named.first,
          [=, type = named.second](Hdf5Maker& m) { m.claim(dataset.name, dataset.good, type); }));
    }
  }
}

void add_shapes(std::vector<MalformedFile>& files) {
  constexpr int64_t kHuge = int64_t{1} << 40;
  const std::vector<std::pair<std::string, Shape>> shapes = {{"Scalar", {}},
                                                             {"Line", {20}},
                                                             {"Plane", {24, 20}},
                                                             {"FiveAxes", {2, 2, 24, 20, 1}},
                                                             {"ManyAxes", Shape(32, 1)},
                                                             {"NoSlices", {0, 2, 24, 20}},
                                                             {"NoCoils", {2, 0, 24, 20}},
                                                             {"NoColumns", {2, 2, 24, 0}},
                                                             {"NoImages", {0, 20, 20}},
                                                             {"NoRows", {2, 0, 20}},
                                                             {"HugeSlices", {kHuge, 2, 24, 20}},
                                                             {"HugeImages", {kHuge, 20, 20}},
                                                             {"HugeCoils", {2, kHuge, 24, 20}},
                                                             {"HugeRows", {2, 2, kHuge, 20}},
                                                             {"HugeLine", {kHuge}},
                                                             {"OnePixel", {1, 1, 1, 1}},
                                                             {"OnePixelImage", {1, 1, 1}}};
  for (const auto& dataset : datasets()) {
    const bool complex = dataset.name == "kspace";
    for (const auto& shape : shapes) {
      const auto claimed = [=](Hdf5Maker& m) {
        m.claim(dataset.name, shape.second,
                complex ? H5::DataType(Hdf5Maker::complex_type())
                        : H5::DataType(H5::PredType::NATIVE_FLOAT));
      };
      files.push_back(all_but(dataset.name, dataset.name + "Claims" + shape.first, claimed));
    }
  }
  files.push_back(all_but("kspace", "kspaceOfOnePixel", [](Hdf5Maker& m) {
    m.complex("kspace", torch::ones({1, 1, 1, 1}, torch::kComplexFloat));
  }));
}

void write_chunk(const H5::DataSet& dataset, const std::string& bytes) {
  const std::vector<hsize_t> origin(static_cast<size_t>(dataset.getSpace().getSimpleExtentNdims()));
  H5Dwrite_chunk(dataset.getId(), H5P_DEFAULT, 0, origin.data(), bytes.size(), bytes.data());
}

/// The first chunk holds `bytes`, compressed as `layout` says; `shape` is one chunk.
MalformedFile one_chunk(const std::string& name, const Shape& shape,
                        const std::function<void(H5::DSetCreatPropList&)>& set_filter,
                        const std::string& bytes) {
  return all_but("kspace", name, [=](Hdf5Maker& m) {
    H5::DSetCreatPropList layout = Hdf5Maker::chunked(shape, false);
    set_filter(layout);
    write_chunk(m.claim("kspace", shape, Hdf5Maker::complex_type(), layout), bytes);
  });
}

void add_storage(std::vector<MalformedFile>& files) {
  const Shape shape = {2, 2, 24, 20};
  const auto deflate = [](H5::DSetCreatPropList& layout) { layout.setDeflate(1); };
  const auto unknown = [](H5::DSetCreatPropList& layout) {
    layout.setFilter(32099, H5Z_FLAG_OPTIONAL, 0, nullptr);
  };
  files.push_back(one_chunk("NoDeflate", shape, deflate, std::string(100, 'x')));
  files.push_back(one_chunk("EmptyDeflate", shape, deflate, "\x78\x9c\x03"));
  files.push_back(one_chunk("UnknownFilter", shape, unknown, std::string(100, 'x')));
  files.push_back(
      one_chunk("GigabytesInAChunk", {1, 1, 1 << 14, 1 << 14}, deflate, std::string(16, 'x')));
  files.push_back(one_chunk("MostOfAChunk", {1, 4, 1 << 13, 1 << 13}, deflate,
                            std::string("\x78\x9c\x4b\x04", 4)));
  files.push_back(all_but("kspace", "ChunksNeverWritten", [=](Hdf5Maker& m) {
    m.claim("kspace", shape, Hdf5Maker::complex_type(), Hdf5Maker::chunked({1, 1, 8, 8}, true));
  }));
  files.push_back(all_but("kspace", "VirtualWithoutSource", [=](Hdf5Maker& m) {
    H5::DSetCreatPropList layout;
    const H5::DataSpace space = Hdf5Maker::space(shape);
    H5Pset_virtual(layout.getId(), space.getId(), "nowhere.h5", "kspace", space.getId());
    m.claim("kspace", shape, Hdf5Maker::complex_type(), layout);
  }));
  for (const char* elsewhere : {"/dev/zero", "bad.h5", "nowhere.raw"}) {
    const std::string file = elsewhere;
    files.push_back(
        all_but("kspace", "StoredIn" + fs::path(file).stem().string(), [=](Hdf5Maker& m) {
          H5::DSetCreatPropList layout;
          layout.setExternal(file.c_str(), 0, H5F_UNLIMITED);
          m.claim("kspace", shape, Hdf5Maker::complex_type(), layout);
        }));
  }
}

void add_links(std::vector<MalformedFile>& files) {
  for (const auto& dataset : datasets()) {
    const std::string name = dataset.name;
    files.push_back(
        all_but(name, name + "IsAGroup", [=](Hdf5Maker& m) { m.file().createGroup(name); }));
    for (const std::string target : {"/nowhere", "/", "/mask/below", "."}) {
      files.push_back(all_but(name, name + "LinksTo" + target,
                              [=](Hdf5Maker& m) { m.file().link(H5L_TYPE_SOFT, target, name); }));
    }
    files.push_back(all_but(name, name + "LinksToItself",
                            [=](Hdf5Maker& m) { m.file().link(H5L_TYPE_SOFT, "/" + name, name); }));
    for (const std::string file : {"nowhere.h5", "bad.h5", "/dev/zero", "/dev/stdin", "/", "."}) {
      files.push_back(all_but(name, name + "LinksToFile" + file, [=](Hdf5Maker& m) {
        H5Lcreate_external(file.c_str(), ("/" + name).c_str(), m.file().getId(), name.c_str(),
                           H5P_DEFAULT, H5P_DEFAULT);
      }));
    }
  }
  files.push_back(all_but("none", "GroupsInACircle", [](Hdf5Maker& m) {
    H5::Group group = m.file().createGroup("a");
    H5Lcreate_hard(m.file().getId(), "/", group.getId(), "root", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_hard(m.file().getId(), "/a", group.getId(), "itself", H5P_DEFAULT, H5P_DEFAULT);
  }));
  files.push_back(made("DeepGroups", [](Hdf5Maker& m) {
    std::string path;
    for (int depth = 0; depth < 300; ++depth) {
      path += "/g";
      m.file().createGroup(path);
    }
    m.file().link(H5L_TYPE_SOFT, path, "kspace");
  }));
}

}  // namespace

std::vector<MalformedFile> malformed_datasets() {
  std::vector<MalformedFile> files;
  add_types(files);
  add_shapes(files);
  add_storage(files);
  add_links(files);
  return files;
}

}  // namespace dircn::testing
