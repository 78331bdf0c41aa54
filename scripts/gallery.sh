#!/usr/bin/env bash
set -euo pipefail

usage() {
  cat <<'TEXT'
Usage: scripts/gallery.sh [--libtorch PATH|pip|apt]

Makes the pictures of README.md and docs/gallery.md, after scripts/quickstart.sh, from what that left in out/quickstart/:
its scores and its picture, its report as a browser shows it (Chromium, by way of .venv/), and the measured 8-coil slice of tests/data
reconstructed by the quickstart's network and, where bart is installed, classically. --libtorch as in scripts/test.sh.
TEXT
}

cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib.sh
source scripts/lib.sh

read_libtorch_option "$@"

readonly quickstart=out/quickstart work=out/gallery gallery=docs/gallery
[[ -f "$quickstart/report/index.html" ]] || die "no $quickstart/report/index.html: run scripts/quickstart.sh first"
install_packages chromium chromium-driver || die "the report's pictures need Chromium"
build_programs "$libtorch" release
mkdir -p "$gallery"

say 'Scores and picture of the quickstart'
compared=(--reconstruction "$quickstart/reconstructions")
[[ ! -d "$quickstart/classical" ]] ||
  compared=(--compare "dircn=$quickstart/reconstructions" "classical=$quickstart/classical")
scores=$("$programs/apps/dircn_eval" --config configs/quickstart.yaml --target "$quickstart/data/leaderboard" \
  "${compared[@]}") || die "dircn_eval failed"
printf '%s\n' "$scores" >docs/quickstart.txt
cp "$quickstart/comparison.png" docs/quickstart.png

# reconstruct NAME ARGUMENTS...: the measured slice as pictures in $work/NAME.
reconstruct() {
  "$programs/apps/dircn_reconstruct" --input tests/data/brain_8ch_poisson2d.h5 --output "$work/$1" --crop 230 \
    --format png --overwrite "${@:2}"
}

say 'The measured slice'
reconstruct dircn --checkpoint "$quickstart/run/best.pt" --also zero_filled sensitivity_maps
cp "$work/dircn/brain_8ch_poisson2d/000.png" "$gallery/measured_dircn.png"
cp "$work/dircn/brain_8ch_poisson2d/zero_filled_000.png" "$gallery/measured_zero_filled.png"
cp "$work/dircn/brain_8ch_poisson2d/sensitivity_maps_000.png" "$gallery/measured_maps.png"
if command -v bart >/dev/null; then
  reconstruct classical --method pics
  cp "$work/classical/brain_8ch_poisson2d/000.png" "$gallery/measured_classical.png"
fi

say 'The report'
install_into_venv "$TEST_REQUIREMENTS" || die "the report's pictures need selenium"
"$VENV/bin/python" tests/report/report_in_browser.py "$quickstart/report/index.html" --screenshots "$work/report"
cp "$work/report/light.png" "$gallery/report.png"
cp "$work/report/light_viewer.png" "$gallery/report_viewer.png"
