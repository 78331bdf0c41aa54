#!/usr/bin/env bash
set -euo pipefail

usage() {
  cat <<'TEXT'
Usage: scripts/performance.sh [--libtorch PATH|pip|apt] [--device cpu|cuda] [--simd TARGET]
                              [--output FOLDER]

Measures what docs/performance.md reports, about twelve minutes on two cores: literal and fast form of the seed's model
(15 coils, 384x384; inference and training step, fp32 and bf16) and of E2E-VarNet (fp32), inference of the paper's
(15 coils, 320x320), and how time grows with cascades and coils. Writes each table, under the command that made it, to FOLDER/NAME.txt and all
numbers to FOLDER/NAME.json. Nothing else should run meanwhile.

  --libtorch    as in scripts/test.sh
  --device      what to measure (default: cpu)
  --simd        as on a processor whose best instructions are these (see dircn_bench --help), for dircn and LibTorch:
                inference and training step of the seed's model in fp32 alone
  --output      default: docs/performance/cpu, docs/performance/cpu_TARGET or docs/performance/cuda
TEXT
}

cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/measuring.sh
source scripts/measuring.sh

measure_with performance "$@"

readonly seed=configs/base.yaml paper=configs/paper.yaml
measure infer_fp32 --config "$seed" --mode infer --precision fp32 --form both
measure train_fp32 --config "$seed" --mode train --precision fp32 --form both --repeat 3
if ((${#simd[@]} == 0)); then
  measure infer_bf16 --config "$seed" --mode infer --precision bf16 --form both
  measure train_bf16 --config "$seed" --mode train --precision bf16 --form both --repeat 3
  measure paper_infer_fp32 --config "$paper" --mode infer --precision fp32 --size 320 --form both --repeat 3
  measure varnet_infer_fp32 --config configs/varnet.yaml --mode infer --precision fp32 --form both --repeat 3
  measure varnet_train_fp32 --config configs/varnet.yaml --mode train --precision fp32 --form both --repeat 3
  measure scaling_cascades --config "$seed" --cascades 1 2 4 8 16 --repeat 3
  measure scaling_coils --config "$seed" --coils 1 4 8 15 30 --repeat 3
fi
say "All tables: $output/*.txt"
