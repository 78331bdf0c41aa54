#pragma once

#include <gtest/gtest.h>

#include <string>

namespace dircn::testing {

/// The Python that tests compare with (-DDIRCN_TEST_PYTHON).
std::string python();

/// Runs `python ARGUMENTS` in a shell and returns its exit status.
int run_python(const std::string& arguments);

/// Whether that Python can `import MODULES` ("torch, numpy").
bool python_imports(const std::string& modules);

}  // namespace dircn::testing

/// Skips the test, and says so, where Python lacks a module.
#define DIRCN_NEEDS_PYTHON(modules)                                            \
  if (!dircn::testing::python_imports(modules)) {                              \
    GTEST_SKIP() << dircn::testing::python() << " cannot import " << (modules) \
                 << "; see -DDIRCN_TEST_PYTHON";                               \
  }
