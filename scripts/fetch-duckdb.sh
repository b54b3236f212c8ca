#!/usr/bin/env bash
# Brings the DuckDB command line tool, with which Parquet is read and written, into the user's cache, once, from a package on PyPI. Both the
# package and the program taken from it are checked against the digests below; docs/dependencies.md says more.
# The server works without it, but for Parquet; so a failure ends this script well, unless it is called with `required` (for the tests).
set -euo pipefail

package="duckdb-cli"
version="1.5.6"
program_in_package="duckdb_cli/duckdb"
case "$(uname -s)-$(uname -m)" in
  Linux-x86_64)
    package_sha256="9797555bd39095d730eb0d0b3bf29e95e148c96a4cdce1e363f01c7bf7003a44"
    program_sha256="61238cfbe9dfeaad4bcfcd8a48f6f7123dae2e9603aaadb1f77a4217aeb8980c"
    ;;
  Linux-aarch64)
    package_sha256="9b03301a14310a4ef7f86386e87b36954fe099ed762c8a81f94f7bd0ba073542"
    program_sha256="c0ac0b79e243ee312b3af29c34ac0b94e518aa44c4345036d5d96c1c042c9d48"
    ;;
  *)
    package_sha256=""
    program_sha256=""
    ;;
esac

if [ -n "${QUARRY_DUCKDB:-}" ]; then
  echo "setup: DuckDB is yours, the one that QUARRY_DUCKDB names"
  exit 0
fi

target="${XDG_CACHE_HOME:-$HOME/.cache}/quarry/duckdb"
if [ -x "$target/duckdb" ] && echo "$program_sha256  $target/duckdb" | sha256sum --check --status --strict 2>/dev/null; then
  echo "setup: DuckDB is in the cache"
  exit 0
fi

explain() {
  echo "setup: $1" >&2
  echo "setup: without DuckDB there is no Parquet, neither in nor out; everything else works. To have it, name a duckdb program" >&2
  echo "setup: (version $version was tried) in QUARRY_DUCKDB, or put it at $target/duckdb." >&2
  [ "${mode:-}" = required ] && exit 1
  exit 0
}

mode="${1:-}"
[ -n "$package_sha256" ] || explain "no DuckDB whose digest is known is there for $(uname -s) on $(uname -m)."
command -v python3 >/dev/null 2>&1 || explain "Python 3 is needed to fetch DuckDB and is not on the PATH."
python3 -m pip --version >/dev/null 2>&1 || explain "Python's pip is needed to fetch DuckDB."

mkdir -p "$target"
# Beside the target, so that the last step is a rename within one disk: whoever looks sees all of the program or nothing.
work=$(mktemp -d "$target/fetch.XXXXXX")
trap 'rm -rf "$work"' EXIT
echo "setup: fetching DuckDB (21 MB, once)"
python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary :all: --dest "$work" "$package==$version" ||
  explain "the package $package $version could not be fetched."
wheel=$(echo "$work"/*.whl)
echo "$package_sha256  $wheel" | sha256sum --check --status --strict || explain "the package $package $version is not the one expected."
python3 -m zipfile -e "$wheel" "$work/unpacked"
echo "$program_sha256  $work/unpacked/$program_in_package" | sha256sum --check --status --strict ||
  explain "the program in $package $version is not the one expected."
chmod 755 "$work/unpacked/$program_in_package"
mv -f "$work/unpacked/$program_in_package" "$target/duckdb"
echo "setup: fetched DuckDB into the cache"
