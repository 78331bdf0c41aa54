#pragma once

#include "dircn/score/score_rule.h"

namespace dircn {

ScoreRule snu2022_rule();
ScoreRule snu2025_rule();
ScoreRule snu2026_rule();
ScoreRule fastmri_rule();

}  // namespace dircn
