// Where checkout, build and Python are. No other object depends on that, so that a compiler cache
// knows them again in another checkout.

#include "support/command.h"
#include "support/paths.h"
#include "support/python.h"

namespace dircn::testing {

std::filesystem::path source(const std::string& name) {
  return std::filesystem::path(DIRCN_CHECKOUT) / name;
}

std::string program(const std::string& name) {
  return "'" DIRCN_PROGRAMS "/dircn_" + name + "'";
}

std::string python() {
  return DIRCN_TEST_PYTHON;
}

}  // namespace dircn::testing
