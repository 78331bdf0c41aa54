#pragma once

#include <exception>
#include <stdexcept>
#include <string>

namespace dircn {

/// The one exception type of dircn. Its text names the file, key or tensor at fault, what was
/// found, what was expected, and what to do: "SUBJECT: found FOUND; expected EXPECTED. ADVICE".
class Error : public std::runtime_error {
 public:
  struct Parts {
    std::string subject;      // file, configuration key or tensor at fault
    std::string found;        // what is there
    std::string expected;     // what dircn needs; may be empty
    std::string advice = {};  // what the user can do; may be empty
  };

  explicit Error(Parts parts);

  const Parts& parts() const { return parts_; }

 private:
  Parts parts_;
};

/// What an exception says, in one line: LibTorch's own without their backtrace.
std::string reason(const std::exception& error);

/// Whether an exception, of the standard library or of LibTorch, says that memory was wanting (the
/// main memory or a GPU's).
bool is_out_of_memory(const std::exception& error);

/// Throws `Error(parts)` unless `condition` holds. `parts` is built by a callable, so that checks
/// on hot paths format nothing.
template <typename MakeParts>
void require(bool condition, MakeParts&& make_parts) {
  if (!condition) {
    throw Error(make_parts());
  }
}

}  // namespace dircn
