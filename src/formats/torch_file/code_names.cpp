#include "formats/torch_file/code_names.h"

#include <algorithm>
#include <iterator>

namespace dircn {
namespace {

// Modules and functions, with all that is in them.
constexpr const char* kRunsCode[] = {
    "_io.open",
    "_posixsubprocess",
    "_winapi",
    "asyncio",
    "bdb",
    "code",
    "codeop",
    "commands",
    "cProfile",
    "ctypes",
    "distutils",
    "imp",
    "importlib",
    "io.open",
    "marshal",
    "multiprocessing",
    "nt",
    "numpy.load",
    "numpy.testing",
    "operator.attrgetter",
    "operator.methodcaller",
    "os",
    "pdb",
    "pickle",
    "pip",
    "pkgutil",
    "platform",
    "popen2",
    "posix",
    "profile",
    "pty",
    "runpy",
    "setuptools",
    "shutil",
    "socket",
    "subprocess",
    "sys",
    "timeit",
    "torch.hub",
    "torch.jit",
    "torch.load",
    "torch.package",
    "torch.serialization.load",
    "torch.utils.cpp_extension",
    "types.CodeType",
    "types.FunctionType",
    "webbrowser",
};

// Of Python's builtins only these are plain data.
constexpr const char* kPlainBuiltins[] = {
    "Ellipsis", "NotImplemented", "bool", "bytearray", "bytes", "complex", "dict",
    "float",    "frozenset",      "int",  "list",      "long",  "object",  "range",
    "set",      "slice",          "str",  "tuple",     "type",  "unicode", "xrange",
};

}  // namespace

bool runs_code(const std::string& module, const std::string& name) {
  if (module == "builtins" || module == "__builtin__") {
    return std::none_of(std::begin(kPlainBuiltins), std::end(kPlainBuiltins),
                        [&](const char* plain) { return name == plain; });
  }
  const std::string path = module + "." + name + ".";
  return std::any_of(std::begin(kRunsCode), std::end(kRunsCode), [&](const char* known) {
    return path.rfind(known + std::string("."), 0) == 0;
  });
}

}  // namespace dircn
