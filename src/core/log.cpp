#include "dircn/core/log.h"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

namespace dircn {
namespace {

spdlog::logger& logger() {
  static const auto instance = [] {
    auto created = spdlog::stderr_color_mt("dircn");
    created->set_pattern("[%H:%M:%S] %^%l%$: %v");
    return created;
  }();
  return *instance;
}

}  // namespace

void log_info(const std::string& message) {
  logger().info("{}", message);
}

void log_warning(const std::string& message) {
  logger().warn("{}", message);
}

void log_error(const std::string& message) {
  logger().error("{}", message);
}

}  // namespace dircn
