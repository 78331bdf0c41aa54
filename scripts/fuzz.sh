#!/usr/bin/env bash
set -euo pipefail

usage() {
  cat <<'TEXT'
Usage: scripts/fuzz.sh [--seconds N] [--libtorch PATH|pip|apt] [TARGET...]

Feeds mutated files to the readers of files that come from anywhere, under AddressSanitizer and
UndefinedBehaviorSanitizer: whatever is no dircn::Error is a finding. Needs clang, which it installs
on Debian and Ubuntu.

  --seconds N       for each target (default: 60)
  --libtorch WHAT   see scripts/test.sh
  TARGET            checkpoint, pickle or config (default: all)

It starts from tests/fuzz/corpus/TARGET and from what earlier runs found in build/fuzz-KIND/corpus/TARGET.
Exit status: 0 nothing found, 1 a finding (its input is kept, and named) or no build, 2 wrong use.
TEXT
}

cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib.sh
source scripts/lib.sh

libtorch='' seconds=60 targets=()
while (($#)); do
  case "$1" in
    -h | --help) usage; exit 0 ;;
    --libtorch) libtorch=${2:-}; [[ -n "$libtorch" ]] || wrong_use "--libtorch needs PATH, pip or apt"; shift 2 ;;
    --seconds) seconds=${2:-}; [[ "$seconds" =~ ^[1-9][0-9]*$ ]] || wrong_use "--seconds needs a number"; shift 2 ;;
    checkpoint | pickle | config) targets+=("$1"); shift ;;
    *) wrong_use "unknown argument '$1'" ;;
  esac
done
((${#targets[@]})) || targets=(checkpoint pickle config)

# libFuzzer comes with clang's runtime, in a package with the version of Debian's default clang.
install_clang() {
  local version
  install_packages clang || return 1
  command -v dpkg-query >/dev/null || return 0
  version=$(clang --version | sed -n 's/.*version \([0-9]*\).*/\1/p')
  install_packages "libclang-rt-$version-dev"
}

# fuzz TARGET: returns 1, having named the input, where one was found.
fuzz() {
  local corpus=$folder/corpus/$1 findings=$folder/findings log=$folder/$1.log size=65536
  [[ "$1" != checkpoint ]] || size=16384
  mkdir -p "$corpus" "$findings"
  say "Fuzzing $1 for $seconds s"
  # The first folder takes what is new.
  if ! "$folder/tests/fuzz/$1_fuzzer" "$corpus" "tests/fuzz/corpus/$1" -max_total_time="$seconds" -max_len="$size" \
    -rss_limit_mb=2048 -timeout=10 -print_final_stats=1 -artifact_prefix="$findings/$1-" </dev/null >"$log" 2>&1; then
    tail -60 "$log"
    complain "$1: $(grep -o 'Test unit written to .*' "$log" || echo 'ended by itself'); all that it said is in $log"
    return 1
  fi
  awk -v name="$1" '/number_of_executed_units/ { runs = $2 }
                    match($0, /cov: [0-9]+/) { edges = substr($0, RSTART + 5, RLENGTH - 5) }
                    END { printf "   %s: %d inputs, %d edges covered, nothing found\n", name, runs, edges }' "$log"
}

install_build_packages
install_clang || exit 1
choose_torch "$libtorch"
folder=build/fuzz-$TORCH_KIND
configure fuzz "$folder"
build "$folder" --target dircn_fuzzers

status=0
for target in "${targets[@]}"; do fuzz "$target" || status=1; done
exit "$status"
