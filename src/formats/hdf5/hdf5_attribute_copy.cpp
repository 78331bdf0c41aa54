// Attributes are copied without being understood: read as the type that they have in their file,
// and written as that.

#include "formats/hdf5/hdf5_attribute_copy.h"

#include <cstddef>
#include <vector>

namespace dircn::detail {
namespace {

/// What an object's header can hold is 64 KiB, types and names included. Larger attributes are in
/// files of HDF5's newer format only.
constexpr size_t kMostBytes = 60000;

/// Whether values of a type mean something in their own file alone, or lie where copying bytes does
/// not reach. Texts of variable length do not count: HDF5 moves them.
bool points_elsewhere(hid_t type) {
  switch (H5Tget_class(type)) {
    case H5T_REFERENCE:
    case H5T_VLEN:
      return true;
    case H5T_ARRAY: {
      const hid_t element = H5Tget_super(type);
      const bool found = points_elsewhere(element);
      H5Tclose(element);
      return found;
    }
    case H5T_COMPOUND: {
      bool found = false;
      for (int i = 0; i < H5Tget_nmembers(type) && !found; ++i) {
        const hid_t member = H5Tget_member_type(type, static_cast<unsigned>(i));
        found = points_elsewhere(member);
        H5Tclose(member);
      }
      return found;
    }
    default:
      return false;
  }
}

/// Values in memory; their texts of variable length are freed with them.
class Values {
 public:
  Values(const H5::DataType& type, const H5::DataSpace& space, size_t bytes)
      : type_(type), space_(space), bytes_(bytes) {}
  ~Values() { H5Dvlen_reclaim(type_.getId(), space_.getId(), H5P_DEFAULT, bytes_.data()); }
  Values(const Values&) = delete;
  Values& operator=(const Values&) = delete;

  void* data() { return bytes_.data(); }

 private:
  const H5::DataType& type_;
  const H5::DataSpace& space_;
  std::vector<std::byte> bytes_;  // zeros: no texts
};

/// Says, among other things, whether its name is UTF-8.
H5::PropList creation_list(const H5::Attribute& attribute) {
  const hid_t own = H5Aget_create_plist(attribute.getId());
  H5::PropList list(own);  // a copy
  H5Pclose(own);
  return list;
}

}  // namespace

std::optional<std::string> copy_attribute(const H5::H5File& from, const std::string& name,
                                          const H5::H5File& to) {
  const H5::Attribute source = from.openGroup("/").openAttribute(name);
  const H5::DataSpace space = source.getSpace();
  H5::DataType type;
  type.copy(source.getDataType());  // one that has a name in its file has none then
  if (points_elsewhere(type.getId())) {
    return "references, or lists of variable length";
  }
  const auto count = static_cast<size_t>(space.getSimpleExtentNpoints());
  if (count > kMostBytes || type.getSize() > kMostBytes || count * type.getSize() > kMostBytes) {
    return "more than " + std::to_string(kMostBytes) + " bytes";
  }
  const H5::Attribute copy =
      to.openGroup("/").createAttribute(name, type, space, creation_list(source));
  if (count > 0) {
    Values values(type, space, count * type.getSize());
    source.read(type, values.data());
    copy.write(type, values.data());
  }
  return std::nullopt;
}

}  // namespace dircn::detail
