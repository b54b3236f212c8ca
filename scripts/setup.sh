#!/usr/bin/env bash
# Installs what is missing to build Quarry (`setup.sh build`) or also to test it (`setup.sh test`), and says what it did.
# As root or through sudo it installs Debian packages; otherwise it prints the exact list and stops.
set -euo pipefail

build_packages="libsqlite3-dev libpq-dev libstemmer-dev pkg-config"
test_packages="$build_packages postgresql"

case "${1:-}" in
  build) wanted=$build_packages ;;
  test) wanted=$test_packages ;;
  *) echo "usage: setup.sh build|test" >&2; exit 2 ;;
esac

if ! command -v swift >/dev/null 2>&1; then
  echo "setup: Swift 6.1 or newer is needed and is not on the PATH (https://www.swift.org/install)." >&2
  exit 1
fi

missing=""
for package in $wanted; do
  # Whatever provides the thing counts: pkg-config may come as pkgconf, PostgreSQL as any version.
  if ! dpkg-query -W -f='${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed; then missing="$missing $package"; fi
done

if [ -z "$missing" ]; then
  echo "setup: nothing to install"
  exit 0
fi

if ! command -v apt-get >/dev/null 2>&1; then
  echo "setup: please install these Debian packages, or what they are called here:$missing" >&2
  exit 1
fi

run=""
if [ "$(id -u)" -ne 0 ]; then
  if command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
    run="sudo"
  else
    echo "setup: these packages are missing; install them with:" >&2
    echo "    sudo apt-get install --yes --no-install-recommends$missing" >&2
    exit 1
  fi
fi

echo "setup: installing$missing"
$run apt-get update -qq
# shellcheck disable=SC2086
DEBIAN_FRONTEND=noninteractive $run apt-get install --yes --no-install-recommends -qq $missing >/dev/null
echo "setup: installed$missing"
