#include "formats/torch_file/pickle_globals.h"

#include <map>
#include <memory>
#include <utility>

#include "dircn/core/error.h"
#include "dircn/core/text.h"
#include "formats/torch_file/code_names.h"
#include "formats/torch_file/inert_object.h"
#include "formats/torch_file/tensor_rebuild.h"

namespace dircn {
namespace {

const char* const kConvert =
    "Opening such a file in Python may run any code, so dircn refuses it. If you trust it, keep "
    "only the state dict, in Python: "
    "torch.save({'state_dict': torch.load(FILE, weights_only=False)['state_dict']}, NEW_FILE).";

const std::string kTorch = "torch.";

// A class or function that a pickle names.
struct GlobalValue : PickleValue::Foreign {
  explicit GlobalValue(std::string full_name) : name_(std::move(full_name)) {}
  std::string name() const override { return name_; }

 private:
  std::string name_;
};

using Arguments = PickleValue::List;

// What is made of something that dircn does not know is not known either.
PickleValue make_parameter(const Arguments& arguments, const std::string& subject) {
  return is_inert(arguments[0]) ? arguments[0] : arguments[0].as_tensor(subject + ": a parameter");
}

PickleValue make_tensor(const Arguments& arguments, const std::string& subject) {
  return is_inert(arguments[0]) ? arguments[0] : rebuild_tensor(arguments, subject);
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

// Its one argument is what makes missing values.
PickleValue make_default_dict(const Arguments& /*arguments*/, const std::string& /*subject*/) {
  return PickleDict();
}

using Function = PickleValue (*)(const Arguments&, const std::string&);

const std::map<std::string, Function>& functions() {
  static const std::map<std::string, Function> known = {
      {"torch._utils._rebuild_tensor", make_tensor},
      {"torch._utils._rebuild_tensor_v2", make_tensor},
      {"torch._utils._rebuild_parameter", make_parameter},
      {"torch._utils._rebuild_parameter_with_state", make_parameter},
      {"torch.Size", make_size},
      {"torch.device", make_device},
      {"collections.OrderedDict", make_dict},
      {"collections.Counter", make_dict},
      {"collections.defaultdict", make_default_dict},
  };
  return known;
}

bool is_storage(const std::string& name) {
  return name.rfind(kTorch, 0) == 0 && dtype_of_storage_class(name.substr(kTorch.size()));
}

}  // namespace

PickleValue resolve_global(const std::string& module, const std::string& name,
                           const std::string& subject) {
  const std::string full_name = module + "." + name;
  if (module == "torch" && is_dtype_name(name)) {
    return full_name;
  }
  require(!runs_code(module, name), [&] {
    return Error::Parts{subject, "a pickle that refers to " + excerpt(full_name),
                        "tensors and plain data", kConvert};
  });
  return PickleValue(std::make_shared<const GlobalValue>(excerpt(full_name)));
}

PickleValue call_global(const PickleValue& function, const PickleValue& arguments,
                        const std::string& subject) {
  const std::string name = function.kind();
  require(dynamic_cast<const GlobalValue*>(function.foreign()) != nullptr && !is_storage(name),
          [&] {
            return Error::Parts{subject, "a pickle that calls " + name, "what torch.save writes"};
          });
  const Arguments& list = arguments.as_list(subject + ": arguments of " + name);
  const auto place = functions().find(name);
  if (place == functions().end()) {
    return inert(name);
  }
  require(!list.empty() || place->second == make_dict || place->second == make_default_dict, [&] {
    return Error::Parts{subject, "a call of " + place->first + " without arguments",
                        "what torch.save writes"};
  });
  return place->second(list, subject);
}

}  // namespace dircn
