#!/usr/bin/env bash
set -euo pipefail

usage() {
  cat <<'TEXT'
Usage: scripts/experiments.sh [--libtorch PATH|pip|apt] [--seeds N] [--output FOLDER] [NAME...]

Trains what configs/experiments/ describes, each NAME (default: all but networks_*) with seeds 1 to N (default: 2), one seed of all
first, on scans that it simulates, and writes the table of docs/experiments.md: mean and spread of the validation SSIM,
time and memory. A run takes one to three minutes on two cores; a seed of all of them about 25. What is there already
is kept: runs in out/experiments/, numbers in FOLDER. Nothing else should run meanwhile.

  --libtorch    as in scripts/test.sh
  --seeds       how many (default: 2)
  --output      default: out/experiments/numbers; docs/experiments is how docs/experiments.md was made
TEXT
}

cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib.sh
source scripts/lib.sh

libtorch='' seeds=2 output=out/experiments/numbers names=()
while (($#)); do
  case "$1" in
    -h | --help) usage; exit 0 ;;
    --libtorch) libtorch=${2:-}; [[ -n "$libtorch" ]] || wrong_use "--libtorch needs PATH, pip or apt"; shift 2 ;;
    --seeds) seeds=${2:-}; [[ "$seeds" =~ ^[1-9][0-9]*$ ]] || wrong_use "--seeds needs a number"; shift 2 ;;
    --output) output=${2:-}; [[ -n "$output" ]] || wrong_use "--output needs a folder"; shift 2 ;;
    -*) wrong_use "unknown argument '$1'" ;;
    *) [[ -f "configs/experiments/$1.yaml" ]] || wrong_use "no configs/experiments/$1.yaml"; names+=("$1"); shift ;;
  esac
done
((${#names[@]})) || names=(base focal_1 focal_2 focal_prediction_1 normalized accumulated batch_schedule statistics concat
  no_aggregation augmented ema continued method_1 method_2 method_3)

install_packages mricron-data || say "Without mricron-data the simulated head is a procedural phantom"
build_programs "$libtorch" release

readonly work=out/experiments
mkdir -p "$output"
if [[ ! -d "$work/data" ]]; then
  rm -rf "$work/data.part"
  "$programs/apps/dircn_simulate" --output "$work/data.part" --train 16 --val 4 --leaderboard 0 --slices 8 --coils 4 \
    --height 264 --width 132 --label 128
  mv "$work/data.part" "$work/data"
fi

# train NAME SEED: a run, unless its numbers are there, and of base the checkpoint that others start from.
train() {
  local name=$1 seed=$2 start=()
  local run=$work/$name-$seed numbers=$output/$name-$seed.json
  [[ ! -f "$numbers" || ("$name" == base && ! -f "$run/last.pt") ]] || return 0
  case "$name" in continued | method_*) start=(--set "train.start=$work/base-$seed/last.pt") ;; esac
  rm -rf "$run"
  say "$name, seed $seed"
  python3 scripts/experiments.py measure "$numbers" "$run" "$programs/apps/dircn_train" --device cpu \
    --config "configs/experiments/$name.yaml" --output "$run" --set "train.seed=$seed" "${start[@]}" ||
    die "$name failed, see $run.err"
}

for ((seed = 1; seed <= seeds; seed++)); do
  for name in "${names[@]}"; do  # what it begins with or is compared with comes first
    case "$name" in networks_*) train networks_weighted_sum "$seed" ;; *) train base "$seed" ;; esac
    [[ "$name" != method_* ]] || train continued "$seed"
    train "$name" "$seed"
  done
done
python3 scripts/experiments.py table "$output" "${names[@]}" | tee "$output/table.md"
