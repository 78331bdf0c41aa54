#!/usr/bin/env bash
set -euo pipefail

usage() {
  cat <<'TEXT'
Usage: scripts/train_shipped.sh --heads FOLDER --held-out FOLDER [--coil-maps FILE] [--output FOLDER]
                                [--libtorch PATH|pip|apt] [-- ARGUMENTS_OF_DIRCN_TRAIN...]

Trains configs/brain.yaml on simulated scans, three quarters of them of heads and one of textures, and validates on scans
of other heads. It takes most of a day on two cores; stopped in any way, the same command goes on.

  --heads       NIfTI images of heads to train on; docs/data.md says where there are any
  --held-out    of others, to validate on
  --coil-maps   measured sensitivity maps for half of the scans to validate on (see data.simulation.coil_maps)
  --output      default: out/shipped; the network becomes FOLDER/run/best_ema.pt
  --libtorch    as in scripts/test.sh
  -- ARGUMENTS  for instance: -- --set train.epochs=1
TEXT
}

cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib.sh
source scripts/lib.sh

libtorch='' heads='' held_out='' coil_maps='' output=out/shipped
while (($#)); do
  case "$1" in
    -h | --help) usage; exit 0 ;;
    --heads) heads=${2:-}; shift 2 || wrong_use "--heads needs a folder" ;;
    --held-out) held_out=${2:-}; shift 2 || wrong_use "--held-out needs a folder" ;;
    --coil-maps) coil_maps=${2:-}; shift 2 || wrong_use "--coil-maps needs a file" ;;
    --output) output=${2:-}; shift 2 || wrong_use "--output needs a folder" ;;
    --libtorch) libtorch=${2:-}; [[ -n "$libtorch" ]] || wrong_use "--libtorch needs PATH, pip or apt"; shift 2 ;;
    --) shift; break ;;
    *) wrong_use "unknown argument '$1'" ;;
  esac
done
[[ -d "$heads" && -d "$held_out" ]] || wrong_use "--heads and --held-out need folders of NIfTI images"

build_programs "$libtorch" release dircn_train dircn_simulate
"$programs/apps/dircn_simulate" --output "$output/val" --val 24 --slices 1 --anatomy "$held_out" --config configs/brain.yaml \
  --set "data.simulation.coil_maps=$coil_maps" 'data.simulation.coils=[6, 16]' 'data.simulation.snr=[10, 50]'
exec "$programs/apps/dircn_train" --config configs/brain.yaml --output "$output/run" --resume auto "$@" \
  --set "data.val=$output/val/val" "data.simulation.anatomy=[$heads, $heads, $heads, textures]"
