#!/usr/bin/env bash
set -euo pipefail

usage() {
  cat <<'TEXT'
Usage: scripts/cuda_compile.sh [--libtorch PATH]

Compiles dircn's network with its CUDA kernels and CUDA graphs against a CUDA build of LibTorch. Needs a CUDA compiler
(nvcc on PATH, in $CUDACXX or in /usr/local/cuda), no GPU, and runs nothing of what it compiles: where there is a GPU,
scripts/test.sh --preset cuda does.

  --libtorch PATH   a CUDA LibTorch that you have. Default: one from pip, in build/cuda-venv/ (1.5 GB, kept).

Builds in build/cuda-compile. Exit status: 0 it compiles, 1 it does not, 2 wrong use.
TEXT
}

cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib.sh
source scripts/lib.sh

readonly CUDA_TORCH=torch==2.11.0 # its packages for Linux are CUDA builds
readonly CUDA_VENV=build/cuda-venv

libtorch=''
while (($#)); do
  case "$1" in
    -h | --help) usage; exit 0 ;;
    --libtorch) libtorch=${2:-}; [[ -n "$libtorch" ]] || wrong_use "--libtorch needs a PATH"; shift 2 ;;
    *) wrong_use "unknown argument '$1'" ;;
  esac
done

find_nvcc || die "no CUDA compiler: install one, or set CUDACXX to its nvcc"

# Compiling needs torch's headers alone, none of the packages that it runs with.
torch_in_venv() { torch_at "$(echo "$CUDA_VENV"/lib/python3*/site-packages/torch)" cuda; }

install_build_packages
if [[ -z "$libtorch" ]] && ! torch_in_venv; then
  say "Installing $CUDA_TORCH into $CUDA_VENV"
  python3 -m venv --clear "$CUDA_VENV" || die "python3 cannot make a virtual environment (python3-venv missing?)"
  "$CUDA_VENV/bin/python" -m pip install --quiet --disable-pip-version-check --no-cache-dir --no-deps "$CUDA_TORCH" ||
    die "pip could not install it (no network or no registry?); name one with --libtorch PATH"
fi
if [[ -n "$libtorch" ]]; then
  torch_at "$libtorch" || die "$libtorch: no TorchConfig.cmake there, nor in share/cmake/Torch below it"
else
  torch_in_venv || die "$CUDA_VENV holds no LibTorch; remove it and try again"
fi
say "LibTorch: $Torch_DIR; compiler: $nvcc"

folder=build/cuda-compile
configure cuda "$folder" -DDIRCN_CUDA=ON -DCMAKE_CUDA_COMPILER="$nvcc" -DDIRCN_BUILD_APPS=OFF -DDIRCN_BUILD_TESTS=OFF
build "$folder" --target dircn_kernels
say "The CUDA code compiles. None of it was run."
