#!/usr/bin/env bash
set -euo pipefail

usage() {
  cat <<'TEXT'
Usage: scripts/tidy.sh [--libtorch PATH|pip|apt]

Checks every source with clang-tidy (.clang-tidy has the checks), which it installs on Debian and Ubuntu. What was clean
and is as it was then is not looked at again; the folder ~/.cache/dircn-tidy remembers that, and may be deleted.
--libtorch chooses LibTorch as in scripts/test.sh. Exit status: 0 nothing found, 1 findings, 2 wrong use.
TEXT
}

cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib.sh
source scripts/lib.sh

read_libtorch_option "$@"

install_build_packages
install_packages clang clang-tidy || exit 1
choose_torch "$libtorch"
# Whole layers at a time: most of the time is spent on LibTorch's headers, and a precompiled header does not help, because
# clang-tidy then looks at all of it every time.
configure tidy build/tidy
python3 scripts/tidy.py build/tidy/compile_commands.json "${XDG_CACHE_HOME:-$HOME/.cache}/dircn-tidy" "$(jobs_count)"
