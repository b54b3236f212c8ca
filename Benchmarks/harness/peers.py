"""The peers: Python packages in an environment of their own, installed only on request."""
import subprocess
import sys

from harness.places import PEERS
from harness.worker import Worker


class Peers:
    """`python` is None when no peers were asked for."""

    def __init__(self, python=None):
        self.python = python

    @classmethod
    def install(cls, folder):
        """Makes an environment with every peer in a folder, from PyPI; one that is there already is used as it is."""
        python = folder / "bin" / "python"
        if not python.exists():
            print("Installing the peers from PyPI (about 600 MB) …", flush=True)
            subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
            install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", str(PEERS / "requirements.txt")]
            subprocess.run(install, check=True)
        return cls(python)

    @staticmethod
    def script(name):
        """The path of a script in `peers`."""
        return PEERS / name

    def worker(self, script, *arguments, patience=300):
        """A worker of a script in `peers`; None without peers."""
        return self.python and Worker([self.python, self.script(script), *arguments], patience)
