#pragma once

#include <cstdint>

#include "dircn/formats/event_file.h"
#include "dircn/train/run_folder.h"
#include "train/log/metrics_log.h"
#include "train/state/training_records.h"

namespace dircn {

/// What a run leaves to be looked at: lines in metrics.jsonl, TensorBoard's events, and after each
/// epoch a line in the log and the page of curves.
class RunLog {
 public:
  /// Continues after the first `metrics_bytes` of metrics.jsonl and the first `steps` steps; 0 and
  /// 0 begin anew. Throws `Error` if a file cannot be written.
  RunLog(const RunFolder& folder, int64_t metrics_bytes, int64_t steps);

  void add(const StepRecord& record);
  void add(const EpochRecord& record);

  /// Bytes of metrics.jsonl so far, after they have been brought to the disk.
  int64_t synced_metrics();

 private:
  void add_scores(const char* prefix, const ValidationScores& scores, int64_t step);

  const RunFolder& folder_;
  MetricsLog metrics_;
  EventFile events_;
};

}  // namespace dircn
