#include "support/python.h"

#include <cstdlib>
#include <map>

namespace dircn::testing {

int run_python(const std::string& arguments) {
  return std::system(("'" + python() + "' " + arguments).c_str());
}

bool python_imports(const std::string& modules) {
  static std::map<std::string, bool> known;
  const auto [entry, is_new] = known.emplace(modules, false);
  if (is_new) {
    entry->second = run_python("-c 'import " + modules + "' 2>/dev/null") == 0;
  }
  return entry->second;
}

}  // namespace dircn::testing
