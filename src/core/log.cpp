#include "dircn/core/log.h"

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <memory>

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

/// Null until there is a log file.
std::shared_ptr<spdlog::logger>& file_logger() {
  static std::shared_ptr<spdlog::logger> instance;
  return instance;
}

void log(spdlog::level::level_enum level, const std::string& message) {
  logger().log(level, "{}", message);
  if (file_logger() != nullptr) {
    file_logger()->log(level, "{}", message);
  }
}

}  // namespace

void log_info(const std::string& message) {
  log(spdlog::level::info, message);
}

void log_warning(const std::string& message) {
  log(spdlog::level::warn, message);
}

void log_error(const std::string& message) {
  log(spdlog::level::err, message);
}

void log_to_file_only(const std::string& message) {
  if (file_logger() != nullptr) {
    file_logger()->info("{}", message);
  }
}

void set_log_file(const std::string& path) {
  auto sink = std::make_shared<spdlog::sinks::basic_file_sink_mt>(path, /*truncate=*/false);
  auto created = std::make_shared<spdlog::logger>("dircn file", sink);
  created->set_pattern("[%Y-%m-%d %H:%M:%S] %l: %v");
  created->flush_on(spdlog::level::info);
  file_logger() = created;
}

}  // namespace dircn
