#include "formats/torch_file/pickle_globals.h"

#include <map>
#include <memory>
#include <utility>

#include "dircn/core/error.h"
#include "dircn/core/text.h"
#include "formats/torch_file/tensor_rebuild.h"

namespace dircn {
namespace {

const char* const kConvert =
    "Opening such a file in Python may run any code, so dircn refuses it. If you trust it, keep "
    "only the state dict, in Python: "
    "torch.save({'state_dict': torch.load(FILE, weights_only=False)['state_dict']}, NEW_FILE), or "
    "model.state_dict() if the file holds a whole model.";

// A class or function that a pickle names.
struct GlobalValue : PickleValue::Foreign {
  explicit GlobalValue(std::string full_name) : name_(std::move(full_name)) {}
  std::string name() const override { return name_; }

 private:
  std::string name_;
};

using Arguments = PickleValue::List;

PickleValue make_parameter(const Arguments& arguments, const std::string& subject) {
  return arguments[0].as_tensor(subject + ": a parameter");
}

PickleValue make_dict(const Arguments& arguments, const std::string& subject) {
  if (arguments.empty()) {
    return PickleDict();
  }
  arguments[0].as_dict(subject + ": the items of an OrderedDict or Counter");
  return arguments[0];
}

PickleValue make_size(const Arguments& arguments, const std::string& subject) {
  arguments[0].as_list(subject + ": a torch.Size");
  return arguments[0];
}

PickleValue make_device(const Arguments& arguments, const std::string& subject) {
  const std::string type = arguments[0].as_string(subject + ": a torch.device");
  return arguments.size() < 2 ? type : type + ":" + std::to_string(arguments[1].as_int(subject));
}

PickleValue make_tensor(const Arguments& arguments, const std::string& subject) {
  return rebuild_tensor(arguments, subject);
}

using Function = PickleValue (*)(const Arguments&, const std::string&);

const std::map<std::string, Function>& functions() {
  static const std::map<std::string, Function> known = {
      {"torch._utils._rebuild_tensor_v2", make_tensor},
      {"torch._utils._rebuild_parameter", make_parameter},
      {"torch._utils._rebuild_parameter_with_state", make_parameter},
      {"torch.Size", make_size},
      {"torch.device", make_device},
      {"collections.OrderedDict", make_dict},
      {"collections.Counter", make_dict},
  };
  return known;
}

}  // namespace

PickleValue resolve_global(const std::string& module, const std::string& name,
                           const std::string& subject) {
  const std::string full_name = module + "." + name;
  if (module == "torch" && is_dtype_name(name)) {
    return full_name;
  }
  const bool allowed = functions().count(full_name) > 0 ||
                       (module == "torch" && dtype_of_storage_class(name).has_value());
  require(allowed, [&] {
    return Error::Parts{subject, "a pickle that refers to " + excerpt(full_name),
                        "tensors and plain containers only", kConvert};
  });
  return PickleValue(std::make_shared<const GlobalValue>(full_name));
}

PickleValue call_global(const PickleValue& function, const PickleValue& arguments,
                        const std::string& subject) {
  const auto place = functions().find(function.kind());
  require(function.foreign() != nullptr && place != functions().end(), [&] {
    return Error::Parts{subject, "a pickle that calls " + function.kind(),
                        "what torch.save writes"};
  });
  const Arguments& list = arguments.as_list(subject + ": arguments of " + place->first);
  require(!list.empty() || place->second == make_dict, [&] {
    return Error::Parts{subject, "a call of " + place->first + " without arguments",
                        "what torch.save writes"};
  });
  return place->second(list, subject);
}

}  // namespace dircn
