#!/usr/bin/env bash
# Formats every C++ and CUDA source with clang-format; with --check it only says which are not formatted (exit status 1).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

arguments=(-i)
[[ "${1:-}" == --check ]] && arguments=(--dry-run -Werror)
find include src apps tests cmake -regex '.*\.\(h\|cpp\|cuh\|cu\)' -print0 |
  xargs -0 clang-format --style=file "${arguments[@]}"
