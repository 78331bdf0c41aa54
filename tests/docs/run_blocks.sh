#!/usr/bin/env bash
# Runs the commands of a Markdown file's ```sh blocks, in a scratch folder that looks like the repository's root, with
# the built programs first on the PATH. ```console blocks (installing, building) are what CI itself does.
#   run_blocks.sh FILE.md REPOSITORY PROGRAM_FOLDER
set -euo pipefail
markdown=$(realpath "$1")
repository=$(realpath "$2")
PATH=$(realpath "$3"):$PATH
export PATH

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
ln -s "$repository"/{configs,docs,scripts,tests} "$scratch"
cd "$scratch"

commands=$(awk '/^```sh$/ { inside = 1; next } /^```/ { inside = 0 } inside' "$markdown")
[[ -n "$commands" ]] || { echo "$markdown has no \`\`\`sh block" >&2; exit 1; }
printf '%s\n' "$commands"
bash -euxo pipefail -c "$commands"
