#pragma once

namespace dircn {

/// From here on SIGINT and SIGTERM set a flag instead of ending the process, so that work can stop
/// between two slices and leave nothing half-written. A second signal ends the process at once.
void catch_interrupts();

/// Whether such a signal has come.
bool interrupted();

}  // namespace dircn
