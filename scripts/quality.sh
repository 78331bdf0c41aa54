#!/usr/bin/env bash
set -euo pipefail

usage() {
  cat <<'TEXT'
Usage: scripts/quality.sh [--libtorch PATH|pip|apt] [--output FOLDER]

Measures what docs/quality.md reports, about ten minutes on two cores: what averaging over flips and over three networks
brings at inference, and what it costs. The networks are the base experiment of scripts/experiments.sh with seeds 1 to
3, which are trained unless they are there. Writes each evaluation, under the command that made it, to FOLDER/NAME.txt
and the numbers to FOLDER/NAME.json. Nothing else should run meanwhile.

  --libtorch    as in scripts/test.sh
  --output      default: docs/quality
TEXT
}

cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib.sh
source scripts/lib.sh

libtorch='' output=docs/quality
while (($#)); do
  case "$1" in
    -h | --help) usage; exit 0 ;;
    --libtorch) libtorch=${2:-}; [[ -n "$libtorch" ]] || wrong_use "--libtorch needs PATH, pip or apt"; shift 2 ;;
    --output) output=${2:-}; [[ -n "$output" ]] || wrong_use "--output needs a folder"; shift 2 ;;
    *) wrong_use "unknown argument '$1'" ;;
  esac
done

scripts/experiments.sh ${libtorch:+--libtorch "$libtorch"} --seeds 3 --output out/experiments/numbers base
build_programs "$libtorch" release
mkdir -p "$output"

networks=(out/experiments/base-{1,2,3}/last.pt)

# evaluate NAME ARGUMENTS...: the validation set's scores and times.
evaluate() {
  local name=$1 text
  shift
  say "$name: dircn_eval $*"
  text=$("$programs/apps/dircn_eval" --config configs/experiments/base.yaml --device cpu "$@" \
    --json "$output/$name.json" 2>/dev/null) || die "dircn_eval failed"
  printf '$ dircn_eval --config configs/experiments/base.yaml --device cpu %s\n%s\n' "$*" "$text" >"$output/$name.txt"
  printf '%s\n' "$text" | grep -E '^(overall|time)'
}

for seed in 1 2 3; do
  evaluate "network_$seed" --checkpoint "${networks[seed - 1]}"
  evaluate "network_${seed}_flips" --checkpoint "${networks[seed - 1]}" --flips
done
evaluate ensemble --checkpoint "${networks[@]}"
evaluate ensemble_flips --checkpoint "${networks[@]}" --flips
say "All tables: $output/*.txt"
