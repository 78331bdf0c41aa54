#pragma once

#include <CLI/CLI.hpp>
#include <algorithm>
#include <exception>
#include <functional>
#include <iostream>
#include <string>
#include <type_traits>
#include <vector>

#include "dircn/config/config.h"
#include "dircn/config/names.h"
#include "dircn/core/error.h"
#include "dircn/core/log.h"
#include "dircn/core/precision.h"
#include "dircn/runtime/device.h"
#include "dircn/runtime/memory.h"
#include "dircn/runtime/threads.h"
#include "dircn/runtime/versions.h"

namespace dircn {

/// What every program lets its users say of the configuration: --config FILE, --set key=value,
/// --print-config.
struct ConfigOptions {
  std::string file;
  std::vector<std::string> overrides;
  bool print = false;

  void add_to(CLI::App& app, const std::string& purpose) {
    app.add_option("--config", file, purpose);
    app.add_option("--set", overrides,
                   "Replace a value of the configuration, as in data.crop=320; may be repeated")
        ->take_all();
    app.add_flag("--print-config", print,
                 "Print the configuration with all its defaults, and stop");
  }

  bool given() const { return !file.empty() || !overrides.empty(); }

  Config load(ModelFrom model_from = ModelFrom::configuration) const {
    return file.empty() ? parse_config("", "--set", overrides, model_from)
                        : load_config(file, overrides, model_from);
  }
};

/// --device, whose form is checked here; whether that GPU exists is found out later.
inline void add_device_option(CLI::App& app, std::string& device) {
  const auto known = [](const std::string& name) {
    const bool well_formed =
        name == "auto" || name == "cpu" || name == "cuda" || name.rfind("cuda:", 0) == 0;
    return well_formed ? std::string() : "'" + name + "' is none of auto, cpu, cuda, cuda:N";
  };
  app.add_option("--device", device, "auto, cpu, cuda or cuda:N")
      ->check(known)
      ->capture_default_str();
}

/// Lets an option take one of `names`, which --help lists as they are typed: {fast,literal,both}.
inline CLI::Option* takes_one_of(CLI::Option* option, const std::vector<std::string>& names) {
  return option->type_name("{" + CLI::detail::join(names, ",") + "}")
      ->check(CLI::IsMember(names).description(""));
}

/// An option of an enumeration E, by its names or by some of them. `Value`: E, which --help shows
/// as it is now, or an optional one.
template <typename E, typename Value>
CLI::Option* add_choice(CLI::App& app, const std::string& option, Value& value,
                        const std::string& meaning,
                        const std::vector<std::string>& names = enum_names<E>()) {
  const auto read = [&value, option](const std::string& name) {
    value = enum_value<E>(name, option);
  };
  auto* added = takes_one_of(app.add_option_function<std::string>(option, read, meaning), names);
  if constexpr (std::is_same_v<Value, E>) {
    added->default_str(to_string(value));
  }
  return added;
}

/// The same of several; `Values` is a container of E.
template <typename E, typename Values>
CLI::Option* add_choices(CLI::App& app, const std::string& option, Values& values,
                         const std::string& meaning) {
  using Names = std::vector<std::string>;
  const auto read = [&values, option](const Names& names) {
    values.clear();
    for (const auto& name : names) {
      values.insert(values.end(), enum_value<E>(name, option));
    }
  };
  return takes_one_of(app.add_option_function<Names>(option, read, meaning), enum_names<E>());
}

inline void add_precision_option(CLI::App& app, Precision& precision) {
  add_choice<Precision>(app, "--precision", precision, "Inside the U-nets");
}

/// Whether --print-config stands on the command line: then nothing else is required.
inline bool prints_config(int argc, char** argv) {
  return std::any_of(argv, argv + argc,
                     [](const char* word) { return std::string(word) == "--print-config"; });
}

/// Whether a program keeps freed memory for its next tensors (see runtime/memory.h) or leaves that
/// to the C library, as a measurement of LibTorch as it comes has to.
enum class FreedMemory { kept, as_library };

/// Parses the command line and runs `work`. Exit codes of every dircn program: 0 fine, 1 failed, 2
/// wrong use.
inline int run_command(CLI::App& app, int argc, char** argv, const std::function<int()>& work,
                       FreedMemory memory = FreedMemory::kept) {
  app.set_version_flag("--version", version_line, "Print what this is and computes with, and stop");
  try {
    app.parse(argc, argv);
    let_waiting_threads_sleep(argv);
    use_all_cores();
    if (memory == FreedMemory::kept) {
      keep_freed_memory();
    }
    return work();
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  } catch (const std::exception& error) {
    log_error(reason(error));
  }
  return 1;
}

/// The same for a program with a configuration, which is printed instead if so asked.
inline int run_command(CLI::App& app, int argc, char** argv, const ConfigOptions& config,
                       const std::function<int()>& work, FreedMemory memory = FreedMemory::kept) {
  const auto print_or_work = [&] {
    if (config.print) {
      std::cout << to_yaml(config.load());
      return 0;
    }
    return work();
  };
  return run_command(app, argc, argv, print_or_work, memory);
}

}  // namespace dircn
