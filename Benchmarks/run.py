"""Runs the benchmarks and prints each figure beside a peer's or a physical limit's, from one run: `make bench`.

    run.py [--only NAME[,NAME…]] [--peers [FOLDER]] [--passages N] [--server PROGRAM] [--rows FILE]

Every two contestants take turns several times, and medians are compared: whatever else the machine does meanwhile hits both.
"""
import argparse
import os
import signal
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import deduplication
import encoder
import evaluation
import ingestion
import quality
import rows
import runs
import service
import vectors
from harness import places
from harness.peers import Peers
from harness.report import Report
from harness.texts import Texts
from harness.worker import Failure

BENCHMARKS = {
    "encoder": encoder, "vectors": vectors, "ingestion": ingestion, "rows": rows, "deduplication": deduplication,
    "evaluation": evaluation, "runs": runs, "service": service, "quality": quality,
}
NEEDS_SERVER = {"runs", "service", "quality"}


@dataclass
class Setting:
    """What every benchmark is given."""

    folder: Path
    measure: Path
    server: Path | None
    weights: Path
    texts: Texts
    peers: Peers
    passages: int
    rows: Path | None


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default=",".join(BENCHMARKS), help="of " + ", ".join(BENCHMARKS))
    parser.add_argument("--peers", nargs="?", const="", help="install the peers, in a folder that is gone afterwards or in FOLDER")
    parser.add_argument("--server", type=Path, help="measure this program instead of building one")
    parser.add_argument("--passages", type=int, default=100_000, help="how many the server is given")
    parser.add_argument("--rows", type=Path, help="clean rows for the evaluation, JSON lines with prompt and completion, instead of its own")
    given = parser.parse_args()
    given.only = given.only.split(",")
    unknown = [name for name in given.only if name not in BENCHMARKS]
    if unknown:
        parser.error(f"there is no benchmark {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}")
    return given


def main():
    given = arguments()
    # So that what was started is stopped.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    report, failures = Report(), 0
    if not (places.weights() / "model.safetensors").is_file():
        sys.exit(f"The encoder's weights are not in {places.weights()}; scripts/fetch-encoder.sh fetches them.")
    measure = places.build_measure()
    server = given.server or (places.build_server() if NEEDS_SERVER & set(given.only) else None)
    with tempfile.TemporaryDirectory(prefix="quarry-bench-") as folder:
        folder = Path(folder)
        if given.peers is None:
            peers = Peers()
            report.note("The peers (onnxruntime, FAISS, rensa, Chroma) are absent: PEERS=1 installs them for one run.")
        else:
            peers = Peers.install(Path(given.peers) if given.peers not in ("", "1") else folder / "peers")
        setting = Setting(folder, measure, server, places.weights(), Texts(), peers, given.passages, given.rows)
        report.note(f"Texts: {setting.texts.source}.")
        if os.getloadavg()[0] > 1:
            report.note(f"Other work was under way at the start (load {os.getloadavg()[0]:.1f}): trust ratios, not times.")
        for name in given.only:
            try:
                BENCHMARKS[name].run(setting, report)
            except Failure as failure:
                failures += 1
                report.note(f"FAILED: {name}: {failure}")
    print("\n" + report.table())
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
