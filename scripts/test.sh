#!/usr/bin/env bash
set -euo pipefail

usage() {
  cat <<'TEXT'
Usage: scripts/test.sh [--libtorch PATH|pip|apt] [--preset dev|asan|cuda] [--simd avx2]
                       [-- CTEST_ARGUMENTS...]

Installs what is missing (Debian and Ubuntu packages; LibTorch; into .venv/, what tests compare with), builds dircn, and runs its tests.

  --libtorch pip    torch of scripts/requirements.txt, installed into .venv/
  --libtorch apt    Debian's libtorch-dev
  --libtorch PATH   a LibTorch that you have (its folder, or that of its TorchConfig.cmake)
                    Default: $Torch_DIR; else a torch that .venv/ or python3 can import; else pip; else apt.
  --preset NAME     how to build, see CMakePresets.json (default: dev). asan runs the unit tests, but for the slowest, under
                    AddressSanitizer and UndefinedBehaviorSanitizer.
  --simd avx2       test as on a processor without AVX-512: neither LibTorch nor dircn's kernels use it
  -- ARGUMENTS      for ctest, for instance: -- -R '^model/'

Builds in build/PRESET-KIND and is quick when run again. Exit status: 0 all tests passed, 1 not, 2 wrong use.
TEXT
}

cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib.sh
source scripts/lib.sh

libtorch='' preset=dev
while (($#)); do
  case "$1" in
    -h | --help) usage; exit 0 ;;
    --libtorch) libtorch=${2:-}; [[ -n "$libtorch" ]] || wrong_use "--libtorch needs PATH, pip or apt"; shift 2 ;;
    --simd)
      [[ "${2:-}" == avx2 ]] || wrong_use "--simd knows avx2 alone"
      # dircn's kernels; LibTorch's own, and those of the libraries in it.
      export DIRCN_SIMD=avx2 ATEN_CPU_CAPABILITY=avx2 ONEDNN_MAX_CPU_ISA=AVX2 MKL_ENABLE_INSTRUCTIONS=AVX2
      shift 2
      ;;
    --preset) preset=${2:-}; shift 2 || wrong_use "--preset needs a name" ;;
    --) shift; break ;;
    *) wrong_use "unknown argument '$1'" ;;
  esac
done
case "$preset" in
  dev | cuda) ;;
  asan) set -- -L unit "$@" ;;
  *) wrong_use "--preset is dev, asan or cuda, not '$preset'" ;;
esac

install_build_packages
install_packages "${TEST_PACKAGES[@]}" || exit 1
for package in "${OPTIONAL_TEST_PACKAGES[@]}"; do
  install_packages "$package" || say "Without $package the tests that need it are skipped"
done
choose_torch "$libtorch"
install_into_venv "$TEST_REQUIREMENTS" || say "Without these, tests that compare with Python are skipped"
folder=build/$preset-$TORCH_KIND
configure "$preset" "$folder"
build "$folder"

say "Testing $folder"
ctest --test-dir "$folder" --output-on-failure --no-tests=error -j"$(nproc)" "$@" || exit 1
