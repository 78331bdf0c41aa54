#include "bench/machine.h"

#include <sys/times.h>

#include <algorithm>
#include <fstream>

namespace dircn::bench {

std::string processor_name() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (line.rfind("model name", 0) == 0) {
      return line.substr(line.find(':') + 2);
    }
  }
  return "unknown";
}

OtherLoad::Times OtherLoad::now() {
  tms own{};
  const clock_t elapsed = times(&own);
  std::ifstream file("/proc/stat");
  std::string word;
  double user = 0;
  double nice = 0;
  double system = 0;
  const bool known = static_cast<bool>(file >> word >> user >> nice >> system);
  return {static_cast<double>(elapsed), known ? user + nice + system : -1,
          static_cast<double>(own.tms_utime + own.tms_stime + own.tms_cutime + own.tms_cstime)};
}

std::optional<double> OtherLoad::cores() const {
  const Times end = now();
  const double elapsed = end.elapsed - start_.elapsed;
  if (elapsed <= 0 || start_.all < 0 || end.all < 0) {
    return std::nullopt;
  }
  return std::max(0.0, (end.all - start_.all - (end.own - start_.own)) / elapsed);
}

}  // namespace dircn::bench
