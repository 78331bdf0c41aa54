#include "dircn/score/score_job.h"

#include <torch/utils.h>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "dircn/core/error.h"
#include "dircn/core/interrupt.h"
#include "dircn/core/log.h"
#include "dircn/core/progress.h"
#include "dircn/reconstruct/volume_pipeline.h"
#include "dircn/score/score_volume.h"
#include "dircn/score/volume_source.h"
#include "score/score_groups.h"

namespace dircn {
namespace {

/// A volume and its scores. Both threads hold it: the one that reads gives it up where a slice
/// cannot be read, while the other may be at work on the slice before.
struct ScoredVolume {
  ScoredVolume(const ScoreJob::Volume& volume, const ScoreRule& rule)
      : source(volume.open()), scorer(*source, volume.name, rule) {}

  std::unique_ptr<VolumeSource> source;
  VolumeScorer scorer;
};

/// The pipeline's side of it, which writes nothing.
class ReadVolume : public PipelinedVolume {
 public:
  explicit ReadVolume(std::shared_ptr<ScoredVolume> volume) : volume_(std::move(volume)) {}

  int64_t slices() const override { return volume_->source->label().slices(); }
  const std::optional<std::string>& note() const override { return volume_->source->note(); }
  SliceInput read(int64_t index) override { return volume_->source->read(index); }

 private:
  std::shared_ptr<ScoredVolume> volume_;
};

/// The computing side of a pipeline that reads the volumes of a job.
class ScoringRun {
 public:
  ScoringRun(const ScoreJob& job, Scores& scores)
      : job_(job),
        scores_(scores),
        opened_(job.volumes.size()),
        progress_(static_cast<int64_t>(job.volumes.size()), "volumes") {}

  /// False if a signal stopped it.
  bool run() {
    VolumePipeline pipeline(opened_.size(), [this](size_t volume) {
      opened_[volume] = std::make_shared<ScoredVolume>(job_.volumes[volume], job_.rule);
      return std::make_unique<ReadVolume>(opened_[volume]);
    });
    while (const auto event = pipeline.next()) {
      if (const auto* slice = std::get_if<VolumePipeline::Slice>(&*event)) {
        score(*slice, pipeline);
      } else {
        report(*event);
      }
    }
    for (const auto& [volume, reason] : unusable_) {
      scores_.problems.push_back({ScoreProblem::Kind::kUnusable,
                                  job_.volumes[volume].name + " was not scored: " + reason});
    }
    return !stopped_;
  }

 private:
  void score(const VolumePipeline::Slice& slice, VolumePipeline& pipeline) {
    stopped_ = stopped_ || interrupted();
    if (stopped_) {
      pipeline.stop();
      return;
    }
    try {
      ScoredVolume& volume = *opened_[slice.volume];
      if (slice.index == 0) {
        warn(volume.source->warnings());
      }
      volume.scorer.add(volume.source->images(slice));
      if (slice.index + 1 == volume.source->label().slices()) {
        ScoredSlices scored = volume.scorer.finish();
        scored.volume.job = slice.volume;
        add_scored(scores_, std::move(scored));
      }
      pipeline.write(slice, {});
    } catch (const std::exception& error) {
      pipeline.fail(slice.volume, reason(error));
    }
  }

  void warn(const std::vector<std::string>& warnings) {
    for (const std::string& text : warnings) {
      progress_.interrupt_line();
      log_warning(text);
    }
  }

  void report(const VolumePipeline::Event& event) {
    if (const auto* note = std::get_if<VolumePipeline::Note>(&event)) {
      progress_.interrupt_line();
      log_info(note->text);
      return;
    }
    if (const auto* failed = std::get_if<VolumePipeline::Failed>(&event)) {
      unusable_[failed->volume] = failed->reason;
      opened_[failed->volume].reset();
    } else {
      opened_[std::get<VolumePipeline::Written>(event).volume].reset();
    }
    progress_.advance();
  }

  const ScoreJob& job_;
  Scores& scores_;
  std::vector<std::shared_ptr<ScoredVolume>> opened_;
  std::map<size_t, std::string> unusable_;  // why, in the order of the job
  Progress progress_;
  bool stopped_ = false;
};

}  // namespace

Scores score_volumes(const ScoreJob& job) {
  const torch::NoGradGuard no_grad;
  Scores scores;
  scores.rule = job.rule;
  scores.problems = job.problems;
  require(ScoringRun(job, scores).run(), [&] {
    return Error::Parts{"scoring",
                        "interrupted after " + std::to_string(scores.volumes.size()) + " of " +
                            std::to_string(job.volumes.size()) + " volumes",
                        "", "Run it again: scores of a part are not reported."};
  });
  add_groups(scores);
  if (job.times) {
    scores.times = *job.times;
  }
  return scores;
}

std::unique_ptr<VolumeSource> open_scored(const ScoreJob& job, const Scores& scores,
                                          const std::string& name) {
  for (const auto& volume : scores.volumes) {
    if (volume.name == name) {
      return job.volumes[volume.job].open();
    }
  }
  return nullptr;
}

}  // namespace dircn
