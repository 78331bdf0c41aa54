# shellcheck shell=bash
# shellcheck disable=SC2034  # what is set here is used by the scripts that source this file
# Shared by the scripts: installing what is missing, choosing LibTorch, building. Source it from the repository root.

readonly VENV=.venv
readonly REQUIREMENTS=scripts/requirements.txt            # LibTorch
readonly TEST_REQUIREMENTS=scripts/requirements-test.txt  # what tests compare with
readonly BUILD_PACKAGES=(g++ cmake ninja-build libhdf5-dev libhwy-dev libnifti2-dev libpng-dev libyaml-cpp-dev libspdlog-dev
                         libcli11-dev nlohmann-json3-dev libpugixml-dev zlib1g-dev python3)
readonly OPTIONAL_BUILD_PACKAGES=(ccache)
readonly TEST_PACKAGES=(libgtest-dev)
readonly OPTIONAL_TEST_PACKAGES=(bart chromium chromium-driver valgrind)  # tests that need them say that they skip

say() { printf '== %s\n' "$*"; }
complain() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }
die() { complain "$*"; exit 1; }
wrong_use() { complain "$*; see --help"; exit 2; }

# read_libtorch_option ARGUMENTS...: the command line of a script that takes nothing else. Sets `libtorch`; needs `usage`.
read_libtorch_option() {
  libtorch=''
  while (($#)); do
    case "$1" in
      -h | --help) usage; exit 0 ;;
      --libtorch) libtorch=${2:-}; [[ -n "$libtorch" ]] || wrong_use "--libtorch needs PATH, pip or apt"; shift 2 ;;
      *) wrong_use "unknown argument '$1'" ;;
    esac
  done
}

# --- Debian and Ubuntu packages ---------------------------------------------------------------------------------

# Programs count however they came here.
is_installed() {
  case "$1" in
    ninja-build) command -v ninja ;;
    g++ | cmake | python3 | ccache | clang | clang-format | clang-tidy | shellcheck | bart | chromium) command -v "$1" ;;
    chromium-driver) command -v chromedriver ;;
    *) [[ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" == installed ]] ;;
  esac >/dev/null
}

# Installs those of the named packages that are missing; returns 1, having said what to do, where that cannot be done.
install_packages() {
  local missing=() package as_root=()
  if ! command -v dpkg-query >/dev/null; then
    complain "this is not Debian or Ubuntu: make sure that you have what these packages hold there: $*"
    return 0
  fi
  for package in "$@"; do is_installed "$package" || missing+=("$package"); done
  ((${#missing[@]})) || return 0
  local advice="run this yourself, as root and with a network: apt-get update && apt-get install -y ${missing[*]}"
  if ((EUID != 0)); then
    sudo -n true 2>/dev/null || { complain "missing packages, and no root here; $advice"; return 1; }
    as_root=(sudo -n)
  fi
  say "Installing ${missing[*]}"
  "${as_root[@]}" apt-get update -qq || complain "apt-get update failed (no network?); trying with the old lists"
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
    -o Dpkg::Use-Pty=0 "${missing[@]}" >/dev/null || { complain "apt-get could not install them; $advice"; return 1; }
}

# --- LibTorch: each function sets TORCH_KIND (names the build folder) and Torch_DIR, or returns 1 -----------------

torch_at() {
  local below
  for below in . share/cmake/Torch Torch "lib/$(uname -m)-linux-gnu/cmake/Torch"; do
    if [[ -f "$1/$below/TorchConfig.cmake" ]]; then
      TORCH_KIND=${2:-custom}
      Torch_DIR=$(cd "$1/$below" && pwd)
      return 0
    fi
  done
  return 1
}

torch_of_python() {
  local prefix
  prefix=$("$1" -c 'import torch; print(torch.utils.cmake_prefix_path)' 2>/dev/null) && torch_at "$prefix" "$2"
}

# venv_has FILE: whether all that a file of requirements names is in .venv.
venv_has() {
  "$VENV/bin/python" - "$1" 2>/dev/null <<'PYTHON'
import importlib.metadata, sys
for line in open(sys.argv[1]):
    name, version = line.strip().split("==")
    assert importlib.metadata.version(name).split("+")[0] == version
PYTHON
}

# install_into_venv FILE
install_into_venv() {
  venv_has "$1" && return 0
  python3 -c 'import venv, ensurepip' 2>/dev/null || install_packages python3-venv || return 1
  say "Installing $(tr '\n' ' ' <"$1")into $VENV"
  "$VENV/bin/python" -c '' 2>/dev/null || python3 -m venv --clear "$VENV" || return 1
  "$VENV/bin/python" -m pip install --quiet --disable-pip-version-check -r "$1" || {
    complain "pip could not install them (no network or no registry?)"
    return 1
  }
}

torch_from_pip() {
  install_into_venv "$REQUIREMENTS" && torch_of_python "$VENV/bin/python" pip
}

torch_from_apt() {
  install_packages libtorch-dev && torch_at /usr apt
}

# choose_torch "" | pip | apt | PATH
choose_torch() {
  case "$1" in
    pip) torch_from_pip || die "no LibTorch from pip; try --libtorch apt" ;;
    apt) torch_from_apt || die "no LibTorch from apt; try --libtorch pip" ;;
    ?*) torch_at "$1" || die "$1: no TorchConfig.cmake there, nor in share/cmake/Torch below it" ;;
    *)
      if [[ -n "${Torch_DIR:-}" ]]; then
        torch_at "$Torch_DIR" || die "Torch_DIR=$Torch_DIR: no TorchConfig.cmake there"
      else
        torch_of_python "$VENV/bin/python" pip || torch_of_python python3 python || torch_from_pip ||
          { say "Trying Debian's LibTorch"; torch_from_apt; } || die "no LibTorch: name one with --libtorch PATH"
      fi
      ;;
  esac
  say "LibTorch: $Torch_DIR"
}

# Sets `nvcc` to the CUDA compiler, or returns 1.
find_nvcc() {
  nvcc=${CUDACXX:-$(command -v nvcc || echo /usr/local/cuda/bin/nvcc)}
  [[ -x "$nvcc" ]]
}

# --- Building ---------------------------------------------------------------------------------------------------

# One job per core, but no more than the memory allows: a file that includes LibTorch takes 1.5 GB.
jobs_count() {
  local cores by_memory
  cores=$(nproc)
  by_memory=$(awk '/MemAvailable/ { print int($2 / 1500000) }' /proc/meminfo)
  ((by_memory > 0)) || by_memory=1
  echo $((cores < by_memory ? cores : by_memory))
}

# configure PRESET FOLDER [CMAKE ARGUMENTS...]: quiet, unless it fails.
configure() {
  local preset=$1 folder=$2 log=$2/configure.log python=python3
  shift 2
  [[ -x "$VENV/bin/python" ]] && python=$PWD/$VENV/bin/python
  mkdir -p "$folder"
  say "Configuring $folder"
  cmake --preset "$preset" -B "$folder" -DTorch_DIR="$Torch_DIR" -DDIRCN_TEST_PYTHON="$python" "$@" >"$log" 2>&1 ||
    { cat "$log"; die "CMake failed (its output is in $log)"; }
}

# cache_hits LOG: what a log of ccache's statistics says in one line.
cache_hits() {
  awk '/_cache_hit$/ { hits++ } /^cache_miss$/ { misses++ }
       END { all = hits + misses
             printf "%d of %d compilations taken from ccache (%.0f %%)\n", hits, all, all ? 100 * hits / all : 0 }' "$1"
}

# build FOLDER [CMAKE ARGUMENTS...]: progress on a terminal; elsewhere only what went wrong.
build() {
  local started=$SECONDS log=$1/build.log
  local command=(cmake --build "$@" --parallel "$(jobs_count)")
  say "Building $1"
  rm -f "$1/ccache.log"
  if [[ -t 1 ]]; then
    "${command[@]}" || die "the build failed"
  elif ! "${command[@]}" >"$log" 2>&1; then
    grep -E -A5 '^FAILED|error:|undefined reference|^ninja:' "$log" | head -80 || true
    die "the build failed (all of its output is in $log)"
  fi
  say "Built in $((SECONDS - started)) s"
  [[ ! -f "$1/ccache.log" ]] || say "$(cache_hits "$1/ccache.log")"
}

install_build_packages() {
  install_packages "${BUILD_PACKAGES[@]}" || exit 1
  install_packages "${OPTIONAL_BUILD_PACKAGES[@]}" || say "Without ccache everything is compiled anew in every checkout"
}

# build_programs LIBTORCH PRESET [PROGRAMS...]: installs what is missing, chooses LibTorch as `choose_torch` does, and
# builds those programs (dircn_train, ...), or all. Sets `programs`, the folder of the build.
build_programs() {
  local preset=$2 targets=()
  install_build_packages
  choose_torch "$1"
  programs=build/$preset-$TORCH_KIND
  configure "$preset" "$programs"
  shift 2
  (($# == 0)) || targets=(--target "${@/%/_app}")
  build "$programs" "${targets[@]}"
}
