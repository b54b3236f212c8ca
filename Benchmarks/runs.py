"""A table taken in and a run over it, through HTTP: memory of the server with its child beside an idle one, and rows a second."""
import hashlib
import json
import random
import subprocess
import threading
import time

from harness import report as form
from harness.server import Server
from harness.worker import Failure

IMPORT_BYTES = 100 << 20
RUN_ROWS = 5_000


def run(setting, report):
    report.begin("Imports and runs")
    large = setting.folder / "import.jsonl"
    rows = write(large, setting.texts, limit_bytes=IMPORT_BYTES)
    with Server(setting, setting.folder / "runs-data") as server:
        idle = memory(server.process.pid)
        with Watch(server.process.pid) as watch:
            seconds = take_in(server, "large", large, rows)
        report.add(
            "import of 100 MB of jsonl, indexed: memory of server and child over idle", f"{watch.peak - idle:.0f} MB", "the limit", "100 MB",
            100 / max(1, watch.peak - idle))
        report.add("the same: rows taken in", form.rate(rows / seconds, "rows"))
        small = setting.folder / "run.jsonl"
        write(small, setting.texts, limit_rows=RUN_ROWS)
        dataset = upload(server, "small", small)
        wait(server, dataset, lambda status: status["row_count"] is not None)
        start = time.perf_counter()
        server.client.post(f"/api/v1/datasets/{dataset}/run", {"column_mapping": {"prompt": "prompt", "completion": "completion"}})
        wait(server, dataset, lambda status: status["status"] == "succeeded")
        seconds = time.perf_counter() - start
        report.add(
            f"run over {RUN_ROWS:,} rows: cleaned, deduplicated, scored twice, published", form.rate(RUN_ROWS / seconds, "rows"))


def write(path, texts, limit_bytes=None, limit_rows=None):
    """Rows of about 1 kB; gives back how many."""
    random.seed(11)
    words = texts.document(20_000).split()
    count = 0
    size = 0
    with open(path, "w") as file:
        while (size < limit_bytes) if limit_bytes else (count < limit_rows):
            start = random.randrange(len(words) - 200)
            prompt = "What is said of " + " ".join(words[start:start + 8]) + f" in part {count}?"
            line = json.dumps({"prompt": prompt, "completion": " ".join(words[start:start + 150]) + "."}) + "\n"
            file.write(line)
            size += len(line)
            count += 1
    return count


def upload(server, name, path):
    content = path.read_bytes()
    made = server.client.post("/api/v1/datasets", {"source": {"name": name, "file_format": "jsonl"}})
    target = made["upload_instructions"]["url"].split("/", 3)[3]
    server.client.send("PUT", "/" + target, content)
    server.client.post(
        f"/api/v1/datasets/{made['dataset_id']}/upload/complete",
        {"file_size_bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()})
    return made["dataset_id"]


def take_in(server, name, path, rows):
    start = time.perf_counter()
    status = wait(server, upload(server, name, path), lambda status: status["row_count"] is not None)
    if status["row_count"] != rows:
        raise Failure(f"{status['row_count']} rows were taken in instead of {rows}")
    return time.perf_counter() - start


def wait(server, dataset, is_done, patience=900):
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        status = server.client.get(f"/api/v1/datasets/{dataset}/status")
        if is_done(status):
            return status
        if status["status"] == "failed":
            raise Failure(f"dataset {dataset} failed: {status['error']}")
        time.sleep(0.1)
    raise Failure(f"dataset {dataset} was not done in {patience} s")


def memory(pid):
    """Resident megabytes of a process and its children."""
    listed = subprocess.run(["ps", "-o", "rss=", "--pid", str(pid), "--ppid", str(pid)], capture_output=True, text=True).stdout
    return sum(int(size) for size in listed.split()) / 1024


class Watch:
    """The largest memory seen while it is open."""

    def __init__(self, pid):
        self.pid = pid
        self.peak = 0.0
        self.open = True
        self.thread = threading.Thread(target=self._look)

    def _look(self):
        while self.open:
            self.peak = max(self.peak, memory(self.pid))
            time.sleep(0.05)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.open = False
        self.thread.join()
