# shellcheck shell=bash
# Shared by the scripts that measure with dircn_bench. Source it from the repository root, after defining usage.

# shellcheck source=scripts/lib.sh
source scripts/lib.sh

# measure_with NAME ARGUMENTS...: reads the script's command line and builds what `measure` runs. NAME: the folder in
# docs/ for the tables. Sets `device` and `output`.
measure_with() {
  local name=$1 libtorch='' preset=release
  shift
  device=cpu output=''
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
  output=${output:-docs/$name/$device}

  [[ "$device" == cpu ]] || preset=cuda
  build_programs "$libtorch" "$preset"
  mkdir -p "$output"
}

# measure NAME ARGUMENTS...: a table and its numbers.
measure() {
  local name=$1 started=$SECONDS text
  shift
  say "$name: dircn_bench $*"
  text=$("$programs/apps/dircn_bench" "$@" --device "$device" --json "$output/$name.json") || die "dircn_bench failed"
  printf '$ dircn_bench %s --device %s\n%s\n' "$*" "$device" "$text" >"$output/$name.txt"
  printf '%s\n   (%d s)\n' "$text" $((SECONDS - started))
}
