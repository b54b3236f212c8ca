"""Where things are: the build, the weights, and a folder that is gone afterwards."""
import os
import subprocess
from pathlib import Path

from harness.texts import ROOT

PACKAGE = ROOT / "Benchmarks"
PEERS = PACKAGE / "peers"


def weights():
    """The folder with the encoder's weights, as the server looks for it."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(os.environ.get("QUARRY_ENCODER_DIR") or Path(cache) / "quarry" / "encoder")


def duckdb():
    """The DuckDB command line tool, as the server looks for it; None if it is not there."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    program = Path(os.environ.get("QUARRY_DUCKDB") or Path(cache) / "quarry" / "duckdb" / "duckdb")
    return program if os.access(program, os.X_OK) else None


def build_measure():
    """Builds the program that measures the parts, and gives back its path."""
    command = ["swift", "build", "-c", "release", "--package-path", str(PACKAGE), "--product", "Measure"]
    subprocess.run(command, check=True)
    shown = subprocess.run([*command, "--show-bin-path"], check=True, capture_output=True, text=True)
    return Path(shown.stdout.strip()) / "Measure"


def build_server():
    """Builds the server for release, and gives back its path."""
    subprocess.run(["swift", "build", "-c", "release", "--package-path", str(ROOT), "--product", "quarry"], check=True)
    return ROOT / ".build" / "release" / "quarry"
