#include <H5Cpp.h>

#include <algorithm>

#include "dircn/core/error.h"
#include "dircn/formats/hdf5.h"
#include "formats/hdf5/hdf5_attribute_copy.h"
#include "formats/hdf5/hdf5_dataset.h"
#include "formats/hdf5/hdf5_guard.h"

namespace dircn {
namespace {

using detail::hdf5_guard;
using detail::kCopyAgain;

H5::Attribute open_attribute(const H5::H5File& file, const std::string& name,
                             const std::string& subject) {
  const H5::Group root = file.openGroup("/");
  require(root.attrExists(name), [&] {
    return Error::Parts{subject, "no attribute '" + name + "'", "this attribute on the file"};
  });
  return root.openAttribute(name);
}

}  // namespace

std::vector<std::string> Hdf5File::attribute_names() const {
  return hdf5_guard({path_.string(), "a damaged root group", "an HDF5 file", kCopyAgain}, [&] {
    const H5::Group root = file_->openGroup("/");
    const int count = root.getNumAttrs();
    std::vector<std::string> names;
    names.reserve(static_cast<size_t>(count));
    for (int i = 0; i < count; ++i) {
      names.push_back(root.openAttribute(static_cast<unsigned>(i)).getName());
    }
    std::sort(names.begin(), names.end());
    return names;
  });
}

std::optional<Hdf5Attribute> Hdf5File::attribute(const std::string& name) const {
  return hdf5_guard({subject(name), "an attribute that cannot be read", "an attribute", kCopyAgain},
                    [&]() -> std::optional<Hdf5Attribute> {
                      const H5::Attribute attribute = open_attribute(*file_, name, path_.string());
                      if (attribute.getSpace().getSimpleExtentNpoints() != 1) {
                        return std::nullopt;
                      }
                      switch (attribute.getTypeClass()) {
                        case H5T_STRING:
                          return read_text_attribute(name);
                        case H5T_INTEGER:
                        case H5T_FLOAT:
                        case H5T_ENUM:
                          return read_number_attribute(name);
                        default:
                          return std::nullopt;
                      }
                    });
}

bool Hdf5File::has_attribute(const std::string& name) const {
  return hdf5_guard({path_.string(), "a damaged root group", "an HDF5 file", kCopyAgain},
                    [&] { return file_->openGroup("/").attrExists(name); });
}

double Hdf5File::read_number_attribute(const std::string& name) const {
  return hdf5_guard(
      {subject(name), "an attribute that cannot be read", "one number", kCopyAgain}, [&] {
        const H5::Attribute attribute = open_attribute(*file_, name, path_.string());
        const H5T_class_t type = attribute.getTypeClass();
        const bool number = type == H5T_INTEGER || type == H5T_FLOAT || type == H5T_ENUM;
        require(number && attribute.getSpace().getSimpleExtentNpoints() == 1, [&] {
          return Error::Parts{subject(name), number ? "several numbers" : "no number",
                              "one number"};
        });
        double value = 0.0;
        attribute.read(H5::PredType::NATIVE_DOUBLE, &value);
        return value;
      });
}

std::string Hdf5File::read_text_attribute(const std::string& name) const {
  return hdf5_guard(
      {subject(name), "an attribute that cannot be read", "one text", kCopyAgain}, [&] {
        const H5::Attribute attribute = open_attribute(*file_, name, path_.string());
        const bool text = attribute.getTypeClass() == H5T_STRING;
        require(text && attribute.getSpace().getSimpleExtentNpoints() == 1, [&] {
          return Error::Parts{subject(name), text ? "several texts" : "no text", "one text"};
        });
        const H5::StrType type = attribute.getStrType();
        return detail::read_text(type, subject(name),
                                 [&](void* value) { attribute.read(type, value); });
      });
}

std::optional<std::string> Hdf5File::copy_attribute(const std::string& name,
                                                    const H5::H5File& to) const {
  return hdf5_guard(
      {subject(name), "an attribute that cannot be copied", "an attribute", kCopyAgain},
      [&] { return detail::copy_attribute(*file_, name, to); });
}

}  // namespace dircn
