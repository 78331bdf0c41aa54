#include "inspect/verdict.h"

#include <torch/utils.h>

#include <exception>
#include <optional>

#include "dircn/core/error.h"
#include "dircn/data/input_check.h"
#include "dircn/data/label_volume.h"
#include "dircn/data/loader.h"
#include "dircn/data/sample.h"
#include "dircn/data/slice_set.h"
#include "dircn/data/volume.h"
#include "dircn/data/volume_pair.h"

namespace dircn::detail {
namespace {

void append(std::vector<std::string>& remarks, const std::vector<InputFinding>& findings) {
  for (const InputFinding& finding : findings) {
    remarks.push_back(finding.text());
  }
}

void append_usable(std::vector<std::string>& remarks, const VolumeCheck& check) {
  require_usable(check.findings);
  append(remarks, check.findings);
}

/// Takes every slice as training does.
void train_on(const VolumeEntry& entry, const DataConfig& config) {
  const SliceSet set(entry.kspace, SliceSet::Labels::kIgnored, "training set", config);
  const SampleOptions options =
      training_loader_options(config, torch::kCPU, /*seed=*/1, /*epoch=*/0, /*epochs=*/1).sample;
  for (int64_t i = 0; i < set.size(); ++i) {
    make_sample(set.read(i), i, options);
  }
}

}  // namespace

std::optional<std::string> Verdicts::judge(Tally& tally, const Judge& remarks) {
  ++tally.volumes;
  try {
    const std::vector<std::string> found = remarks();
    if (!found.empty() && tally.remarked++ == 0) {
      tally.remark = found.front();
    }
    return std::nullopt;
  } catch (const std::exception& error) {
    const std::string refusal = reason(error);
    if (tally.refused++ == 0) {
      tally.refusal = refusal;
    }
    return refusal;
  }
}

void Verdicts::add(const VolumeEntry& entry) {
  const torch::NoGradGuard no_grad;
  // Read once, whatever it is for; what goes wrong refuses it for all.
  std::optional<KspaceVolume> opened;
  std::exception_ptr unreadable;
  try {
    opened.emplace(entry.kspace, config_);
    for (int64_t i = 0; deep_ && i < opened->slices(); ++i) {
      opened->read_slice(i);
    }
  } catch (const std::exception&) {
    unreadable = std::current_exception();
  }
  const auto volume = [&]() -> const KspaceVolume& {
    if (unreadable) {
      std::rethrow_exception(unreadable);
    }
    return *opened;
  };
  judge(training_, [&] {
    std::vector<std::string> remarks = volume().contradictions();
    append_usable(remarks, InputCheck(config_, Targets::made_of_kspace).add(entry));
    if (deep_) {
      train_on(entry, config_);
    }
    return remarks;
  });
  const auto refusal = judge(reconstruction_, [&] {
    std::vector<std::string> remarks;
    if (const auto note = volume().note()) {
      remarks.push_back(*note);
    }
    const VolumeEntry alone{entry.kspace, std::nullopt, entry.relative};
    append(remarks, InputCheck(config_, Targets::labels).add(alone).findings);
    return remarks;
  });
  judge(scoring_, [&] {
    const DataLayout& layout = volume().layout();
    const LabelVolume label(label_file(entry, layout), layout.name);
    require_as_many_slices(label.file().path(), label.slices(), entry.kspace, opened->slices());
    for (int64_t i = 0; deep_ && i < label.slices(); ++i) {
      label.read_slice(i);
    }
    std::vector<std::string> remarks = opened->contradictions();
    append_usable(remarks, InputCheck(config_, Targets::labels).add(entry));
    return remarks;
  });
  if (refusal) {
    unreadable_.push_back(*refusal);
  }
}

std::string Verdicts::text(const Tally& tally) {
  const auto of_all = [&](int64_t count) {
    return tally.volumes == 1
               ? std::string()
               : std::to_string(count) + " of " + std::to_string(tally.volumes) + " ";
  };
  if (tally.refused > 0) {
    return of_all(tally.refused) + "not: " + tally.refusal;
  }
  if (tally.remarked > 0) {
    return "usable, but " + of_all(tally.remarked) + "with a remark: " + tally.remark;
  }
  return "usable";
}

Report Verdicts::report() const {
  if (training_.volumes == 0) {
    return Report();
  }
  return {{"training", text(training_)},
          {"reconstruction", text(reconstruction_)},
          {"scoring", text(scoring_)}};
}

}  // namespace dircn::detail
