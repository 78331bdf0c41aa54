#!/usr/bin/env bash
set -euo pipefail

usage() {
  cat <<'TEXT'
Usage: scripts/neon.sh

Compiles the loops of the kernels and their tests, which need no LibTorch, for 64-bit ARM, and runs them by emulation:
so that they compute the same with NEON as with the instructions of the machine at hand. Installs what it lacks on Debian
and Ubuntu (a cross compiler, qemu-user, the sources of GoogleTest), and builds in build/neon.
Exit status: 0 all tests passed, 1 not, 2 wrong use.
TEXT
}

cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib.sh
source scripts/lib.sh
if (($#)); then
  case "$1" in
    -h | --help) usage; exit 0 ;;
    *) wrong_use "unknown argument '$1'" ;;
  esac
fi

install_packages g++-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user googletest libhwy-dev || exit 1
folder=build/neon googletest=/usr/src/googletest/googletest
mkdir -p "$folder/include"
# Not all of /usr/include, whose other headers are this machine's.
ln -sfn /usr/include/hwy "$folder/include/hwy"

compile=(aarch64-linux-gnu-g++ -std=c++17 -O2 -Iinclude -Isrc -isystem "$folder/include" -isystem "$googletest/include")
command -v ccache >/dev/null && compile=(ccache "${compile[@]}")
objects=()
# compile_file FILE OPTION...
compile_file() {
  local object
  object=$folder/$(basename "$1").o
  say "Compiling $1"
  "${compile[@]}" "${@:2}" -c "$1" -o "$object"
  objects+=("$object")
}
compile_file "$googletest/src/gtest-all.cc" "-I$googletest"
compile_file "$googletest/src/gtest_main.cc"
for file in src/kernels/convolve/{convolve_loops,convolve_staging,winograd_loops,winograd_weights}.cpp \
  src/kernels/norm_act/norm_act_loops.cpp; do
  compile_file "$file" -O3 -Wall -Wextra -pedantic -Werror
done
for file in tests/kernels/loops/*_test.cpp; do
  compile_file "$file" -Wall -Wextra -pedantic -Werror
done
aarch64-linux-gnu-g++ "${objects[@]}" -o "$folder/loops_test" -pthread

say "Testing $folder/loops_test"
qemu-aarch64 -L /usr/aarch64-linux-gnu "$folder/loops_test"
