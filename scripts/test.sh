#!/usr/bin/env bash
# Runs every test, with a PostgreSQL server of its own that is gone afterwards.
set -euo pipefail
cd "$(dirname "$0")/.."

state=$(mktemp -d)
chmod 755 "$state"
finish() {
  scripts/test-postgres.sh stop "$state/postgres" || true
  rm -rf "$state"
}
trap finish EXIT

QUARRY_TEST_POSTGRES_URL=$(scripts/test-postgres.sh start "$state/postgres")
export QUARRY_TEST_POSTGRES_URL
export QUARRY_TEST_REQUIRE_POSTGRES=1
# A test that expects a crash need not wait for its backtrace.
export SWIFT_BACKTRACE=enable=no
# All thousand tests at once would wait for each other on a small machine until some of them lose their patience.
export SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=${SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH:-12}
swift test --skip-build "$@"
