#!/usr/bin/env bash
set -euo pipefail

usage() {
  cat <<'TEXT'
Usage: scripts/quickstart.sh [--libtorch PATH|pip|apt]

From a bare Debian or Ubuntu machine to a reconstruction: installs what is missing, builds the executables, and
reconstructs one measured slice (8 coils, 2-D undersampled) with a small reference checkpoint, into out/quickstart/.
--libtorch chooses LibTorch as in scripts/test.sh. Quick when run again; what is there already is kept.
TEXT
}

cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib.sh
source scripts/lib.sh

libtorch=''
while (($#)); do
  case "$1" in
    -h | --help) usage; exit 0 ;;
    --libtorch) libtorch=${2:-}; [[ -n "$libtorch" ]] || wrong_use "--libtorch needs PATH, pip or apt"; shift 2 ;;
    *) wrong_use "unknown argument '$1'" ;;
  esac
done

install_packages "${BUILD_PACKAGES[@]}" || exit 1
choose_torch "$libtorch"
programs=build/release-$TORCH_KIND
configure release "$programs"
build "$programs"

input=tests/data/brain_8ch_poisson2d.h5
checkpoint=tests/golden/S7_checkpoint-best.pth
config=tests/data/reference_small.yaml
output=out/quickstart
command=("$programs/apps/dircn_reconstruct" --checkpoint "$checkpoint" --config "$config"
         --input "$input" --output "$output")

say "Reconstructing a measured slice: ${command[*]}"
"${command[@]}" || die "the reconstruction failed"

cat <<TEXT

Done. What lies where:
  executables      $programs/apps/
  k-space          $input (a head, 8 coils, 12 % of the samples)
  network          $checkpoint with $config
  reconstruction   $output/${input##*/}, dataset "reconstruction" [slice, row, column], float32

These weights are a stand-in: a very small network after three training steps, on simulated data. The file shows that
real scanner data run through the whole program; it is not yet a picture to judge DIRCN by, let alone a clinical one.
To reconstruct your own data, give your checkpoint and a folder:
  $programs/apps/dircn_reconstruct --checkpoint YOUR.pth --config configs/base.yaml --input FOLDER --output FOLDER
TEXT
