#!/usr/bin/env bash
set -euo pipefail

usage() {
  cat <<'TEXT'
Usage: scripts/quickstart.sh [--libtorch PATH|pip|apt]

From a bare Debian or Ubuntu machine to a trained network: installs what is missing, builds the executables, simulates
multi-coil brain scans, trains a small network on them (configs/quickstart.yaml), reconstructs volumes that it never
saw, scores them beside zero-filled and, by BART, classical reconstruction, and writes a report with pictures. Under 20
minutes on two cores; everything lands in out/quickstart/. What is there already is kept, so that a second run is quick and an interrupted one continues.
--libtorch chooses LibTorch as in scripts/test.sh.
TEXT
}

cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib.sh
source scripts/lib.sh

read_libtorch_option "$@"

install_packages mricron-data || say "Without mricron-data the simulated head is a procedural phantom"
install_packages bart || say "Without bart there is no classical reconstruction to compare with"
build_programs "$libtorch" release dircn_simulate dircn_train dircn_reconstruct dircn_eval

readonly output=out/quickstart config=configs/quickstart.yaml
readonly data=$output/data run=$output/run reconstructions=$output/reconstructions classical=$output/classical

# run WHAT PROGRAM ARGUMENTS...: says what happens, and by which command.
run() {
  local what=$1 program=$2
  shift 2
  say "$what: $program $*"
  "$programs/apps/$program" "$@" || die "$program failed; run this again to continue"
}

run 'Simulating scans' dircn_simulate --output "$data" --train 24 --val 2 --leaderboard 2 \
  --slices 8 --coils 4 --height 264 --width 132 --label 128
run 'Training' dircn_train --config "$config" --output "$run" --resume auto
[[ -f "$run/best.pt" && $(tail -n 1 "$run/train.log") != *interrupted* ]] ||
  die "the training was interrupted; run this again to continue"
run 'Reconstructing volumes that the network never saw' dircn_reconstruct --checkpoint "$run/best.pt" \
  --config "$config" --input "$data/leaderboard" --output "$reconstructions" --also sensitivity_maps residual --overwrite
compared=(--reconstruction "$reconstructions")
if command -v bart >/dev/null; then
  # One thread a program: small images are not worth more.
  OMP_NUM_THREADS=1 run 'Reconstructing them classically' dircn_reconstruct --method pics \
    --tune "$data/train/kspace/brain_acc4_1.h5" --config "$config" --input "$data/leaderboard" --output "$classical"
  compared=(--compare "dircn=$reconstructions" "classical=$classical")
fi
run 'Scoring them' dircn_eval --config "$config" --target "$data/leaderboard" "${compared[@]}" \
  --json "$output/scores.json" --picture "$output/comparison.png" --report "$output/report"

cat <<TEXT

Done. What lies where:
  executables        $programs/apps/
  simulated scans    $data/{train,val,leaderboard}
  training run       $run: best.pt (the network), curves.html, train.log, metrics.jsonl, config.yaml
  reconstructions    $reconstructions/acc4|acc8/*.h5, dataset "reconstruction" [slice, row, column], float32
  scores             $output/scores.json
  report             $output/report/index.html: open it in a browser
  picture            $output/comparison.png: zero-filled, reconstructions, target, errors x5

The network is a small one after minutes on simulated scans: it shows that everything works, not what DIRCN can do.
For that, train configs/base.yaml on a real data set, on a GPU:
  $programs/apps/dircn_train --config configs/base.yaml --set data.train=FOLDER --set data.val=FOLDER
TEXT
