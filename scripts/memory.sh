#!/usr/bin/env bash
set -euo pipefail

usage() {
  cat <<'TEXT'
Usage: scripts/memory.sh [--libtorch PATH|pip|apt] [--device cpu|cuda] [--output FOLDER]

Measures what docs/memory.md reports, about ten minutes on two cores: memory and time of a training step against the
number of cascades, with and without checkpointing, of the seed's model (15 coils, 384x384; fp32) and the paper's (16
coils, 384x384; fp32, and with checkpointing also bf16). Writes each table, under the command that made it, to
FOLDER/NAME.txt and all numbers to FOLDER/NAME.json. Nothing else should run meanwhile. The paper's model without
checkpointing takes about 15 GB; on a CPU with less free memory that table is left out.

  --libtorch    as in scripts/test.sh
  --device      what to measure (default: cpu)
  --output      default: docs/memory/cpu, or docs/memory/cuda
TEXT
}

cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/measuring.sh
source scripts/measuring.sh
measure_with memory "$@"

# free_gigabytes: what the system could give.
free_gigabytes() { awk '/MemAvailable/ { print int($2 / 1e6) }' /proc/meminfo; }

readonly needed=16
plain=(--set train.checkpointing=false)  # whatever the configuration says
seed=(--config configs/base.yaml --mode train --cascades 2 4 8 16 --repeat 1)
paper=(--config configs/paper.yaml --mode train --coils 16 --repeat 1)

measure seed_plain "${seed[@]}" "${plain[@]}"
measure seed_checkpointing "${seed[@]}" --checkpointing
measure paper_checkpointing "${paper[@]}" --cascades 10 20 30 --checkpointing
measure paper_checkpointing_bf16 "${paper[@]}" --precision bf16 --checkpointing
if [[ "$device" == cuda ]] || (($(free_gigabytes) >= needed)); then
  measure paper_plain "${paper[@]}" --cascades 10 20 30 "${plain[@]}"
else
  say "paper_plain: left out, since it needs $needed GB"
fi
say "All tables: $output/*.txt"
