#!/bin/sh
# Makes a machine ready to build this package: checks the Swift toolchain and installs the Debian packages
# that are missing. Silent, and without need of a network, when nothing is.
# SFVIDEO_MINIMAL=1 asks for the required packages only, as Package.swift then builds with these alone.
set -eu
cd "$(dirname "$0")/.."

required="libopenblas-dev liblapacke-dev"
wanted="libdnnl-dev libpng-dev libjpeg-dev ffmpeg openmpi-bin"
command -v git >/dev/null || required="$required git" # SwiftPM fetches with it
[ -z "${SFVIDEO_MINIMAL+set}" ] || wanted=""

say() { echo "setup: $*" >&2; }
fail() { say "$@"; exit 1; }

is_installed() { dpkg-query -W -f '${Status}' "$1" 2>/dev/null | grep -q 'ok installed'; }

# The names among the arguments whose package is missing, on one line.
missing() {
  for package in "$@"; do is_installed "$package" || printf '%s ' "$package"; done | sed 's/ $//'
}

check_swift() {
  needed="Swift 6.2 or newer is needed: https://www.swift.org/install"
  command -v swift >/dev/null || fail "no swift on the PATH. $needed"
  version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9]*\.[0-9]*\).*/\1/p')
  case $version in
    6.[01] | [1-5].* | "") fail "this is Swift ${version:-of an unknown version}. $needed" ;;
  esac
}

install_missing() {
  # shellcheck disable=SC2086  # lists of words
  absent=$(missing $required $wanted)
  [ -n "$absent" ] || return 0
  if [ "$(id -u)" -ne 0 ]; then
    say "packages are missing. Install them, then repeat:"
    say "  sudo apt-get update && sudo apt-get install -y $absent"
    fail "(libdnnl, libpng, libjpeg, ffmpeg and openmpi are optional: SFVIDEO_MINIMAL=1 does without)"
  fi
  say "installing $absent"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq || fail "apt-get update failed: is there a network?"
  # shellcheck disable=SC2086
  apt-get install -y -qq --no-install-recommends $absent || fail "apt-get could not install $absent"
}

# SwiftPM keeps the evaluated Package.swift, which depends on the optional libraries it found, and the plan
# of the build made from it, for as long as that file is untouched: when the libraries are no longer what
# they were at the last set-up, both are out of date. What was built is rebuilt where its options changed.
forget_stale_manifest() {
  state=.build/system-packages
  found="without: $(missing libdnnl-dev libpng-dev libjpeg-dev)"
  if [ -n "$absent" ] || { [ -d .build ] && [ "$(cat "$state" 2>/dev/null)" != "$found" ]; }; then
    swift package purge-cache
    touch Package.swift
  fi
  mkdir -p .build
  echo "$found" >"$state"
}

check_swift
if command -v apt-get >/dev/null; then
  install_missing
  forget_stale_manifest
else
  say "no apt-get here. Install the development files of OpenBLAS and LAPACKE (required), oneDNN, libpng and"
  say "libjpeg, ffmpeg and Open MPI (all optional) with your system's package manager; the build goes on with what it finds."
fi
