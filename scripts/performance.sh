#!/usr/bin/env bash
set -euo pipefail

usage() {
  cat <<'TEXT'
Usage: scripts/performance.sh [--libtorch PATH|pip|apt] [--device cpu|cuda] [--output FOLDER]

Measures what docs/performance.md reports, about ten minutes on two cores: literal and fast form of the seed's model
(15 coils, 384x384; inference and training step, fp32 and bf16), inference of the paper's (15 coils, 320x320), and how
time grows with cascades and coils. Writes each table, under the command that made it, to FOLDER/NAME.txt and all
numbers to FOLDER/NAME.json. Nothing else should run meanwhile.

  --libtorch    as in scripts/test.sh
  --device      what to measure (default: cpu)
  --output      default: docs/performance/cpu, or docs/performance/cuda
TEXT
}

cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib.sh
source scripts/lib.sh

libtorch='' device=cpu output=''
while (($#)); do
  case "$1" in
    -h | --help) usage; exit 0 ;;
    --libtorch) libtorch=${2:-}; [[ -n "$libtorch" ]] || wrong_use "--libtorch needs PATH, pip or apt"; shift 2 ;;
    --device) device=${2:-}; shift 2 || wrong_use "--device needs cpu or cuda" ;;
    --output) output=${2:-}; [[ -n "$output" ]] || wrong_use "--output needs a folder"; shift 2 ;;
    *) wrong_use "unknown argument '$1'" ;;
  esac
done
[[ "$device" == cpu || "$device" == cuda ]] || wrong_use "--device is cpu or cuda, not '$device'"
output=${output:-docs/performance/$device}

install_packages "${BUILD_PACKAGES[@]}" || exit 1
choose_torch "$libtorch"
programs=build/release-$TORCH_KIND
preset=release
if [[ "$device" == cuda ]]; then
  preset=cuda programs=build/cuda-$TORCH_KIND
fi
configure "$preset" "$programs"
build "$programs"
mkdir -p "$output"

# measure NAME ARGUMENTS...: a table and its numbers.
measure() {
  local name=$1 started=$SECONDS text
  shift
  say "$name: dircn_bench $*"
  text=$("$programs/apps/dircn_bench" "$@" --device "$device" --json "$output/$name.json") || die "dircn_bench failed"
  printf '$ dircn_bench %s --device %s\n%s\n' "$*" "$device" "$text" >"$output/$name.txt"
  printf '%s\n   (%d s)\n' "$text" $((SECONDS - started))
}

readonly seed=configs/base.yaml paper=configs/paper.yaml
measure infer_fp32 --config "$seed" --mode infer --precision fp32 --form both
measure infer_bf16 --config "$seed" --mode infer --precision bf16 --form both
measure train_fp32 --config "$seed" --mode train --precision fp32 --form both --repeat 3
measure train_bf16 --config "$seed" --mode train --precision bf16 --form both --repeat 3
measure paper_infer_fp32 --config "$paper" --mode infer --precision fp32 --size 320 --form both --repeat 3
measure scaling_cascades --config "$seed" --cascades 1 2 4 8 16 --repeat 3
measure scaling_coils --config "$seed" --coils 1 4 8 15 30 --repeat 3
say "All tables: $output/*.txt"
