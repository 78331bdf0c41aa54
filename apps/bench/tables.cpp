#include "bench/report.h"

#include <algorithm>
#include <functional>
#include <map>
#include <utility>
#include <vector>

#include "dircn/core/text.h"

namespace dircn::bench {
namespace {

using Json = nlohmann::json;
using Forms = std::map<std::string, Json>;                  // literal, fast, floor
using Rows = std::map<std::pair<int64_t, int64_t>, Forms>;  // by cascades and coils

constexpr double kMega = 1e6;
constexpr double kGiga = 1e9;
constexpr const char* kTimed[] = {"literal", "fast"};

Rows rows_of(const Json& results) {
  Rows rows;
  for (const auto& result : results) {
    rows[{result["cascades"], result["coils"]}][result["form"]] = result;
  }
  return rows;
}

double value(const Json& object, const char* key) {
  return object[key].get<double>();
}

/// Right-aligned in a column.
std::string word(const std::string& text, int width) {
  const int missing = width - static_cast<int>(text.size());
  return std::string(static_cast<size_t>(std::max(missing, 0)), ' ') + text;
}

std::string number(double value, int width, int digits) {
  return word(fixed(value, digits), width);
}

std::string ratio(const Forms& forms, const char* key) {
  return number(value(forms.at("fast"), key) / value(forms.at("literal"), key), 0, 2);
}

bool has_both(const Forms& forms) {
  return forms.count("literal") + forms.count("fast") == 2;
}

std::string form_lines(const Forms& forms) {
  std::string text;
  for (const std::string form : kTimed) {
    if (forms.count(form) > 0) {
      const auto& result = forms.at(form);
      text += (text.empty() ? "form        median         min      peak\n" : "") + form +
              number(value(result, "seconds_median"), 18 - static_cast<int>(form.size()), 3) +
              " s" + number(value(result, "seconds_min"), 10, 3) + " s" +
              number(value(result, "peak_bytes") / kMega, 7, 0) + " MB\n";
    }
  }
  if (has_both(forms)) {
    text += "fast / literal: " + ratio(forms, "seconds_median") + " of the time, " +
            ratio(forms, "peak_bytes") + " of the memory\n";
  }
  return text;
}

std::string floor_lines(const Forms& forms) {
  const auto found = forms.find("floor");
  if (found == forms.end()) {
    return "";
  }
  const auto& floor = found->second;
  std::string text =
      "floor" + number(value(floor, "seconds"), 13, 3) + " s  " +
      number(value(floor, "gflop"), 0, 1) + " GFLOP in " + floor["convolutions"].dump() +
      " convolutions, each alone: " + number(value(floor, "gflop_per_second"), 0, 0) +
      " GFLOP/s\n" + "memory" + number(value(floor, "copy_seconds"), 12, 3) + " s  " +
      number(value(floor, "bytes") / kGiga, 0, 1) + " GB read and written by them, copied at " +
      number(value(floor, "copy_bytes_per_second") / kGiga, 0, 0) + " GB/s\n";
  if (forms.count("fast") > 0) {
    const double times = value(forms.at("fast"), "seconds_median") / value(floor, "seconds");
    text += "fast / floor: " + number(times, 0, 2) + "\n";
  }
  return text;
}

/// 0 where the form has no such part.
double part_seconds(const Json& result, const std::string& part) {
  return result["parts"].contains(part) ? value(result["parts"][part], "seconds") : 0;
}

/// The longest first.
std::vector<std::string> part_names(const Forms& forms) {
  std::map<std::string, double> seconds;
  for (const std::string form : kTimed) {
    if (forms.count(form) > 0) {
      for (const auto& [part, times] : forms.at(form)["parts"].items()) {
        seconds[part] = std::max(seconds[part], value(times, "seconds"));
      }
    }
  }
  std::vector<std::string> names;
  names.reserve(seconds.size());
  for (const auto& [part, time] : seconds) {
    names.push_back(part);
  }
  std::sort(names.begin(), names.end(),
            [&](const auto& a, const auto& b) { return seconds[a] > seconds[b]; });
  return names;
}

std::string part_lines(const Forms& forms) {
  constexpr int kNameWidth = 24;
  const auto left = [](std::string text) {
    text.resize(kNameWidth, ' ');
    return text;
  };
  std::string text = left("seconds by part");
  for (const std::string form : kTimed) {
    text += forms.count(form) > 0 ? word(form, 10) : "";
  }
  text += has_both(forms) ? word("ratio", 8) + "\n" : word("share", 8) + "\n";
  for (const auto& part : part_names(forms)) {
    text += left(part);
    for (const std::string form : kTimed) {
      text += forms.count(form) > 0 ? number(part_seconds(forms.at(form), part), 10, 3) : "";
    }
    const auto& last = forms.count("fast") > 0 ? forms.at("fast") : forms.at("literal");
    const double literal = has_both(forms) ? part_seconds(forms.at("literal"), part) : 0;
    if (!has_both(forms)) {
      text += number(100 * value(last["parts"][part], "share"), 6, 0) + " %";
    } else if (literal > 0) {
      text += number(part_seconds(last, part) / literal, 8, 2);
    }
    text += "\n";
  }
  return text;
}

std::string only_row(const Forms& forms) {
  const bool timed = forms.count("literal") + forms.count("fast") > 0;
  return form_lines(forms) + floor_lines(forms) + (timed ? part_lines(forms) : "");
}

/// A column of the table of several rows.
struct Column {
  std::string title;
  std::function<std::string(const Forms&)> text;
};

std::vector<Column> columns_of(const Forms& first) {
  std::vector<Column> columns;
  for (const std::string form : kTimed) {
    if (first.count(form) > 0) {
      columns.push_back({word(form + " s", 13), [form](const Forms& forms) {
                           return number(value(forms.at(form), "seconds_median"), 13, 3);
                         }});
      columns.push_back({word("MB", 8), [form](const Forms& forms) {
                           return number(value(forms.at(form), "peak_bytes") / kMega, 8, 0);
                         }});
    }
  }
  if (has_both(first)) {
    columns.push_back({word("ratio", 8),
                       [](const Forms& forms) { return word(ratio(forms, "seconds_median"), 8); }});
  }
  if (first.count("floor") > 0) {
    columns.push_back({word("floor s", 10), [](const Forms& forms) {
                         return number(value(forms.at("floor"), "seconds"), 10, 3);
                       }});
  }
  return columns;
}

std::string several_rows(const Rows& rows) {
  const auto columns = columns_of(rows.begin()->second);
  std::string text = "cascades  coils";
  for (const auto& column : columns) {
    text += column.title;
  }
  text += "\n";
  for (const auto& [numbers, forms] : rows) {
    text += word(std::to_string(numbers.first), 8) + word(std::to_string(numbers.second), 7);
    for (const auto& column : columns) {
      text += column.text(forms);
    }
    text += "\n";
  }
  return text;
}

bool any_checkpointing(const Json& results) {
  return std::any_of(results.begin(), results.end(),
                     [](const Json& result) { return result.value("checkpointing", false); });
}

/// Empty on a quiet machine.
std::string load_warning(const Json& report) {
  constexpr double kQuiet = 0.15;
  const double cores = report.value("cores_used_by_others", 0.0);
  return cores < kQuiet ? ""
                        : "Other processes used " + fixed(cores, 1) +
                              " cores meanwhile: on a quiet machine it takes less.\n";
}

std::string loader_line(const Json& result) {
  const auto count = [&](const char* key, int width) { return word(result[key].dump(), width); };
  return "workers  prefetch  slices   slices/s   k-space MB/s   median ms      peak\n" +
         count("workers", 7) + count("prefetch", 10) + count("slices", 8) +
         number(value(result, "slices_per_second"), 11, 1) +
         number(value(result, "kspace_bytes_per_second") / kMega, 15, 1) +
         number(1e3 * value(result, "seconds_median"), 12, 1) +
         number(value(result, "peak_bytes") / kMega, 7, 0) + " MB\n" + count("volumes", 0) +
         " volumes opened in " + number(value(result, "seconds_open"), 0, 2) + " s\n";
}

}  // namespace

std::string table(const Json& report) {
  const auto& first = report["results"][0];
  const auto mode = first["mode"].get<std::string>();
  const auto where = report["device"].get<std::string>() + ", " + report["threads"].dump() +
                     " threads, LibTorch " + report["libtorch"].get<std::string>() + "\n";
  const auto processor = report["processor"].get<std::string>() + ", " +
                         report["simd"].get<std::string>() + "\n" + load_warning(report);
  if (mode == "loader") {
    return mode + ", " + where + processor + loader_line(first);
  }
  const auto rows = rows_of(report["results"]);
  const auto [cascades, coils] = rows.begin()->first;
  const bool several = rows.size() > 1;
  const auto size = first["size"].dump();
  return mode + ", " + first["precision"].get<std::string>() + ", " +
         (any_checkpointing(report["results"]) ? "checkpointing, " : "") + where +
         first["network"].get<std::string>() + ", " +
         (several ? ""
                  : std::to_string(cascades) + " cascades, " + std::to_string(coils) + " coils, ") +
         size + "x" + size + "\n" + processor +
         (several ? several_rows(rows) : only_row(rows.begin()->second));
}

}  // namespace dircn::bench
