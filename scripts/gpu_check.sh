#!/usr/bin/env bash
set -euo pipefail

usage() {
  cat <<'TEXT'
Usage: scripts/gpu_check.sh --prepare
       scripts/gpu_check.sh [--device cuda|cpu] [--minutes N]

All that a GPU has to show, within minutes, on a machine that has no network and nothing but Linux on x86-64, an NVIDIA
driver, g++, CUDA's nvcc, and a python3 with a CUDA build of PyTorch: builds dircn, runs all tests, the _CUDA twins
among them, and measures inference and training, reconstruction, and how time grows with cascades.

  --prepare      before, on a Debian 12 with a network (as root or not): packs the libraries, CMake and Ninja that the
                 other machine may lack into gpu_check/, to be copied there together with the sources
  --device cpu   the same path where there is no GPU, with small networks, to try this script (default: cuda)
  --minutes N    what all of it may take (default: 9). Each part has a share of that, and what earlier parts saved. A
                 part that takes longer is ended, and the next one begins.

Without nvcc (on PATH, in $CUDACXX or in /usr/local/cuda) the GPU runs without dircn's own kernels and CUDA graphs.
$Torch_DIR names another LibTorch. Nothing is installed. What comes of it:

  docs/performance/cuda/      tables (.txt) and numbers (.json); summary.txt: each part, its seconds, passed, FAILED or
                              ENDED. (--device cpu writes to build/gpu-check/performance/.)
  build/gpu-check/logs/       what each part printed
  $OUT/gpu_check.tar.gz       both once more, with $OUT/summary.txt, where $OUT is set

Exit status: 0 all parts passed, 1 not, 2 wrong use.
TEXT
}

cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/measuring.sh
source scripts/measuring.sh

readonly ARCHIVE=gpu_check/root.tar.xz ARCHIVE_MB=30  # it travels with the sources, which take as much
readonly TOOLS=(cmake==3.31.10 ninja==1.13.0)          # their packages run from any folder, Debian's do not
readonly ROOT=$PWD/build/gpu-check/root LIBRARIES=usr/lib/x86_64-linux-gnu LOGS=build/gpu-check/logs

# What the packages depend on, but neither building nor running dircn does: the C and C++ library, Fortran, ...
readonly LEFT_OUT='gcc-.*|linux-.*|lib(c6|gcc|stdc|crypt|ns[lps]|tirpc|jpeg|curl3).*|lib(c|curl.*|ssl|aec|nifticdf)-dev(-bin)?'\
'|lib(gfortran5|quadmath0|sqlite3-0|db5.3|sasl2-modules-db)|libhdf5-(fortran|hl).*|hdf5-helpers|(nss|rpcsvc|debconf).*'\
'|catch2|googletest'

# --- With a network ---------------------------------------------------------------------------------------------

carried_packages() {
  local package wanted=()
  for package in "${BUILD_PACKAGES[@]}" "${TEST_PACKAGES[@]}"; do
    case "$package" in g++ | cmake | ninja-build | python3) ;; *) wanted+=("$package") ;; esac
  done
  apt-cache depends --recurse --no-{recommends,suggests,conflicts,breaks,replaces,enhances} "${wanted[@]}" |
    grep '^[a-z0-9]' | sort -u | grep -Evx "$LEFT_OUT"
}

# extract_packages FOLDER: headers, libraries (static ones where CMake asks for them) and CMake's files, relocatable.
extract_packages() {
  local root=$1 packages deb link
  mapfile -t packages < <(carried_packages)
  say "Downloading ${#packages[@]} Debian packages"
  mkdir "$root.debs"
  (cd "$root.debs" && apt-get download -qq -o APT::Sandbox::User=root "${packages[@]}") ||
    die "apt-get could not download them (no network, or old lists: apt-get update?)"
  for deb in "$root.debs"/*.deb; do dpkg -x "$deb" "$root"; done
  cp -a "$root/lib/." "$root/usr/lib"
  find "$root" -mindepth 1 -maxdepth 1 ! -name usr -exec rm -r {} +
  find "$root/usr" -mindepth 1 -maxdepth 1 ! -name include ! -name lib ! -name share -exec rm -r {} +
  find "$root/usr/share" -mindepth 1 -maxdepth 1 ! -name cmake -exec rm -r {} +
  find "$root/usr/lib" -name '*.a' ! -name 'libgtest*' ! -name libpugixml.a -delete
  while read -r link; do
    ln -sfn "$(basename "$(readlink "$link")")" "$link"  # absolute ones (libz.so) point to the same folder
  done < <(find "$root/$LIBRARIES" -maxdepth 1 -type l -lname '/*')
  find "$root" -xtype l -delete                          # to libraries that are left out
  # As FindHDF5 expects it.
  mkdir "$root/hdf5"
  ln -s ../usr/include/hdf5/serial "$root/hdf5/include"
  ln -s "../$LIBRARIES/hdf5/serial" "$root/hdf5/lib"
}

# extract_tools FOLDER: CMake and Ninja in bin/, and what CMake reads in share/.
extract_tools() {
  local root=$1 tools=$1.tools wheel
  say "Downloading ${TOOLS[*]}"
  python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary=:all: -d "$tools" \
    --platform manylinux2014_x86_64 "${TOOLS[@]}" || die "pip could not download them (no network or no registry?)"
  for wheel in "$tools"/*.whl; do python3 -m zipfile -e "$wheel" "$tools"; done
  mkdir -p "$root/bin" "$root/share"
  mv "$tools"/cmake/data/bin/{cmake,ctest} "$tools"/ninja-*.data/scripts/ninja "$root/bin"
  mv "$tools"/cmake/data/share/cmake-* "$root/share"
  rm -r "$root"/share/cmake-*/Help
  chmod +x "$root"/bin/*
}

prepare() {
  local work size
  [[ "$(dpkg --print-architecture 2>/dev/null)" == amd64 ]] || die "--prepare needs Debian on x86-64"
  work=$(mktemp -d)
  # shellcheck disable=SC2064  # the folder of now
  trap "rm -rf '$work'" EXIT
  mkdir -p "$work/root" "${ARCHIVE%/*}"
  extract_packages "$work/root"
  extract_tools "$work/root"
  tar -C "$work" -cJf "$ARCHIVE" root
  size=$(du -m "$ARCHIVE" | cut -f1)
  say "$ARCHIVE: $size MB ($(du -sm "$work/root" | cut -f1) MB unpacked)"
  ((size <= ARCHIVE_MB)) || die "$ARCHIVE takes more than $ARCHIVE_MB MB"
}

# --- Without ----------------------------------------------------------------------------------------------------

# CMake, here and in the tests that run it, finds all that was carried before what the machine has. Programs find their
# libraries by DT_RPATH, which counts for libraries of libraries too, and leaves other programs alone.
use_carried() {
  [[ -f "$ARCHIVE" ]] || die "no $ARCHIVE: run scripts/gpu_check.sh --prepare where there is a network"
  rm -rf "$ROOT"
  mkdir -p "$ROOT"
  python3 -m tarfile -e "$ARCHIVE" "${ROOT%/*}" || die "$ARCHIVE cannot be unpacked"
  export PATH=$ROOT/bin:$PATH CMAKE_PREFIX_PATH=$ROOT/usr:$ROOT/$LIBRARIES/cmake CMAKE_LIBRARY_PATH=$ROOT/$LIBRARIES
  export HDF5_ROOT=$ROOT/hdf5 LDFLAGS="-Wl,--disable-new-dtags -Wl,-rpath,$ROOT/$LIBRARIES"
}

find_torch() {
  if [[ -n "${Torch_DIR:-}" ]]; then torch_at "$Torch_DIR"; else
    torch_of_python "$VENV/bin/python" pip || torch_of_python python3 python
  fi || die "no python3 that imports torch; name a LibTorch by Torch_DIR"
  say "LibTorch: $Torch_DIR"
}

# The GPU in a line, which ends with its generation, as in 9.0.
describe_gpu() {
  nvidia-smi --query-gpu=name,driver_version,memory.total,compute_cap --format=csv,noheader 2>/dev/null | head -n 1 ||
    python3 -c 'import torch; p = torch.cuda.get_device_properties(0); print(f"{p.name}, {p.major}.{p.minor}")'
}

# Sets `machine` and `build_options`, and says what they follow from.
describe_machine() {
  local gpu generation
  machine="$(nproc) processors, $(awk -F': ' '/^model name/ { print $2; exit }' /proc/cpuinfo)"
  # Warnings of other compilers are not what is checked; more test processes than usual, so that a long one has a core.
  build_options=(-DDIRCN_WERROR=OFF "-DCMAKE_CXX_FLAGS_RELEASE=-O2 -DNDEBUG" -DDIRCN_TEST_PARTS=16 -DDIRCN_CUDA=OFF)
  [[ "$device" == cuda ]] || return 0
  gpu=$(describe_gpu) || die "no GPU: neither nvidia-smi nor python3's torch finds one"
  machine="$gpu; $machine"
  find_nvcc || { machine+="; no nvcc: without dircn's own kernels and CUDA graphs"; return 0; }
  generation=${gpu##* }
  machine+="; $nvcc"
  build_options+=(-DDIRCN_CUDA=ON -DCMAKE_CUDA_COMPILER="$nvcc" -DCMAKE_CUDA_ARCHITECTURES="${generation/./}")
}

# part NAME SHARE COMMAND...: runs a function, with a share of the time in thousandths. Adds a line to the summary.
part() {
  local name=$1 started=$SECONDS status=passed limit
  planned=$((planned + $2 * minutes * 60 / 1000))
  limit=$((planned - SECONDS > 0 ? planned - SECONDS : 1))
  shift 2
  say "$name, $limit s at most"
  timeout --kill-after=5 "$limit" bash -euo pipefail -c 'source scripts/measuring.sh; "$@"' scripts/gpu_check.sh "$@" \
    >"$LOGS/$name.log" 2>&1 </dev/null || case $? in
    124 | 137) status="ENDED after $limit s" ;;
    *) status=FAILED ;;
  esac
  tail -n 40 "$LOGS/$name.log"
  [[ "$status" == passed ]] || all_passed=false
  printf '%-18s %4d s  %s\n' "$name" $((SECONDS - started)) "$status" >>"$output/summary.txt"
  [[ -z "${OUT:-}" ]] || { cp "$output/summary.txt" "$OUT" && tar -czf "$OUT/gpu_check.tar.gz" "$output" "$LOGS"; } ||
    complain "cannot write to $OUT"
}

run_tests() {
  local log=$programs/Testing/Temporary/LastTest.log passed=true
  ctest --test-dir "$programs" --output-on-failure --no-tests=error -j"$(nproc)" || passed=false
  say "Twins on a GPU: $(grep -cE '^\[ +OK \] .*_CUDA' "$log") passed, $(grep -cE '^\[ +SKIPPED \] .*_CUDA' "$log") skipped"
  "$passed"
}

# reconstruct CONFIGURATION SLICES COILS SIZE: simulated slices through training and reconstruction, which on a GPU takes
# CUDA graphs, from the third slice on. dircn_bench takes none, so its inference is what to compare with.
reconstruct() {
  local work=build/gpu-check/scans precision
  rm -rf "$work"
  run() { printf '$ %s\n' "$*" && "$programs/apps/$1" "${@:2}" 2>&1; }
  run dircn_simulate --output "$work/data" --train 1 --acceleration 4 --anatomy phantom --slices "$2" \
    --coils "$3" --height $(($4 * 2)) --width "$4" --label "$4"
  run dircn_train --config "$1" --set "data.train=$work/data/train" --set train.epochs=1 --output "$work/run" \
    --device "$device" | tee "$output/train.txt"
  for precision in fp32 bf16; do
    run dircn_reconstruct --checkpoint "$work/run/last.pt" --input "$work/data/train" --output "$work/$precision" \
      --precision "$precision" --device "$device" | tee "$output/reconstruct_$precision.txt"
  done
}

# Shares add up to 985. Fast form and literal form in float32, with TF32 and in bf16: dircn forbids TF32 and has no
# switch for it, so that only the environment can ask for it, and the libraries may refuse.
run_parts() {
  local bench=(--config configs/base.yaml --repeat 10) scans=(configs/base.yaml 16 15 384) cascades=(1 2 4 8 16 30)
  local tf32=NVIDIA_TF32_OVERRIDE=1
  [[ "$device" == cuda ]] || bench=(--config tests/data/reference_small.yaml --coils 4 --size 96 --repeat 2)
  [[ "$device" == cuda ]] || scans=(tests/data/reference_small.yaml 2 4 96) cascades=(1 2)
  part configure 55 configure cuda "$programs" "${build_options[@]}"
  part programs 200 build "$programs" --target dircn_{bench,simulate,train,reconstruct,eval,inspect}_app
  part test_programs 140 build "$programs"
  part tests 245 run_tests
  part infer_fp32 45 measure infer_fp32 "${bench[@]}" --mode infer --precision fp32 --form both
  part train_fp32 40 measure train_fp32 "${bench[@]}" --mode train --precision fp32 --form both
  part infer_bf16 40 measure infer_bf16 "${bench[@]}" --mode infer --precision bf16 --form both
  part train_bf16 35 measure train_bf16 "${bench[@]}" --mode train --precision bf16 --form both
  part infer_tf32 30 measure infer_tf32 "$tf32" "${bench[@]}" --mode infer --precision fp32 --form both
  part train_tf32 25 measure train_tf32 "$tf32" "${bench[@]}" --mode train --precision fp32 --form both
  part reconstruct 60 reconstruct "${scans[@]}"
  part scaling_cascades 70 measure scaling_cascades "${bench[@]}" --cascades "${cascades[@]}"
}

device=cuda minutes=9
while (($#)); do
  case "$1" in
    -h | --help) usage; exit 0 ;;
    --prepare) (($# == 1)) || wrong_use "--prepare takes nothing else"; prepare; exit 0 ;;
    --device) device=${2:-}; shift 2 || wrong_use "--device needs cpu or cuda" ;;
    --minutes) minutes=${2:-}; shift 2 || wrong_use "--minutes needs a number" ;;
    *) wrong_use "unknown argument '$1'" ;;
  esac
done
[[ "$device" == cpu || "$device" == cuda ]] || wrong_use "--device is cpu or cuda, not '$device'"
[[ "$minutes" =~ ^[1-9][0-9]*$ ]] || wrong_use "--minutes needs a whole number, not '$minutes'"

output=docs/performance/cuda programs=build/gpu-check/build all_passed=true
[[ "$device" == cuda ]] || output=build/gpu-check/performance
use_carried
find_torch
describe_machine
say "$machine"
mkdir -p "$output" "$LOGS"
printf '%s\n' "$machine" >"$output/summary.txt"
export device output programs Torch_DIR
export -f run_tests reconstruct
planned=$SECONDS
run_parts
printf '%-18s %4d s\n' all "$SECONDS" >>"$output/summary.txt"
say "Summary ($output/summary.txt)"
cat "$output/summary.txt"
"$all_passed"
