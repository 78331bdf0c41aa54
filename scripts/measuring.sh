# shellcheck shell=bash
# Shared by the scripts that measure with dircn_bench. Source it from the repository root, after defining usage.

# shellcheck source=scripts/lib.sh
source scripts/lib.sh

# measure_with NAME ARGUMENTS...: reads the script's command line and builds what `measure` runs. NAME: the folder in
# docs/ for the tables. Sets `device`, `simd` (further arguments of dircn_bench) and `output`.
measure_with() {
  local name=$1 libtorch='' preset=release
  shift
  device=cpu output='' simd=()
  while (($#)); do
    case "$1" in
      -h | --help) usage; exit 0 ;;
      --libtorch) libtorch=${2:-}; [[ -n "$libtorch" ]] || wrong_use "--libtorch needs PATH, pip or apt"; shift 2 ;;
      --device) device=${2:-}; shift 2 || wrong_use "--device needs cpu or cuda" ;;
      --simd) [[ -n "${2:-}" ]] || wrong_use "--simd needs a name"; simd=(--simd "$2"); shift 2 ;;
      --output) output=${2:-}; [[ -n "$output" ]] || wrong_use "--output needs a folder"; shift 2 ;;
      *) wrong_use "unknown argument '$1'" ;;
    esac
  done
  [[ "$device" == cpu || "$device" == cuda ]] || wrong_use "--device is cpu or cuda, not '$device'"
  output=${output:-docs/$name/$device${simd[1]:+_${simd[1]}}}

  [[ "$device" == cpu ]] || preset=cuda
  build_programs "$libtorch" "$preset"
  mkdir -p "$output"
}

simd=()

# measure NAME [VARIABLE=VALUE] ARGUMENTS...: a table and its numbers, of dircn_bench in that environment.
measure() {
  local name=$1 started=$SECONDS setting=() text
  shift
  [[ ! "$1" =~ ^[A-Z0-9_]+= ]] || { setting=("$1"); shift; }
  set -- "$@" "${simd[@]}" --device "$device"
  local line="${setting[*]}${setting:+ }dircn_bench $*"
  say "$name: $line"
  text=$(env "${setting[@]}" "$programs/apps/dircn_bench" "$@" --json "$output/$name.json") || die "dircn_bench failed"
  printf '$ %s\n%s\n' "$line" "$text" >"$output/$name.txt"
  printf '%s\n   (%d s)\n' "$text" $((SECONDS - started))
}
