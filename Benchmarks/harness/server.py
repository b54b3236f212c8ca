"""A server of ours with a throw-away data folder, and a client that keeps its connection open."""
import http.client
import json
import os
import secrets
import socket
import subprocess
import time

from harness.worker import Failure, end

KEY = "qk_" + secrets.token_hex(24)
# Seconds after which a connection is opened anew: servers close those that stand still.
IDLE = 30


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Client:
    """One connection; every answer is read as a whole and must be a success."""

    def __init__(self, port, headers=None, patience=120):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=patience)
        self.headers = headers or {}
        self.used = time.monotonic()

    def post(self, path, body):
        return self.send("POST", path, json.dumps(body).encode(), "application/json")

    def get(self, path):
        return self.send("GET", path)

    def send(self, method, path, body=None, content_type=None):
        headers = dict(self.headers, **({"Content-Type": content_type} if content_type else {}))
        if time.monotonic() - self.used > IDLE:
            self.connection.close()
        try:
            self.connection.request(method, path, body, headers)
            response = self.connection.getresponse()
            answer = response.read()
        except (OSError, http.client.HTTPException) as error:
            raise Failure(f"{method} {path} was not answered: {error!r}") from None
        self.used = time.monotonic()
        if response.status >= 300:
            raise Failure(f"{method} {path} was answered {response.status}: {answer[:300].decode(errors='replace')}")
        return json.loads(answer) if answer else {}

    def timed_post(self, path, body):
        """How many milliseconds it takes until the answer is read."""
        start = time.perf_counter()
        self.post(path, body)
        return 1000 * (time.perf_counter() - start)

    def upload(self, filename, content, dataset):
        """Uploads a file into a dataset; gives back its id."""
        boundary = "quarry-benchmark-boundary"
        fields = {"resource_type": "dataset", "resource_id": dataset}
        parts = [f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields.items()]
        parts.append(f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{filename}"\r\n\r\n')
        body = "".join(parts).encode() + content + f"\r\n--{boundary}--\r\n".encode()
        return self.send("POST", "/v1/files", body, f"multipart/form-data; boundary={boundary}")["id"]


class Server:
    """Starts a server and waits until it is ready, which takes `ready` seconds; stops it by its process id."""

    def __init__(self, setting, folder):
        self.port = free_port()
        environment = {name: value for name, value in os.environ.items() if not name.startswith("QUARRY_")}
        environment.update(
            QUARRY_OWNER_KEY=KEY, QUARRY_ENCODER_DIR=str(setting.weights), QUARRY_LOG_LEVEL="error", QUARRY_RATE_LIMIT_USER="0",
            QUARRY_RATE_LIMIT_ORG="0")
        folder.mkdir(exist_ok=True)
        self.log = open(folder.parent / f"{folder.name}.log", "ab")
        command = [setting.server, "serve", "--host", "127.0.0.1", "--port", str(self.port), "--data", folder]
        start = time.perf_counter()
        self.process = subprocess.Popen(command, env=environment, stdout=self.log, stderr=self.log)
        try:
            self._wait(start + 60)
        except Failure:
            self.stop()
            raise
        self.ready = time.perf_counter() - start
        self.client = Client(self.port, {"Authorization": f"Bearer {KEY}"})

    def _wait(self, deadline):
        while time.perf_counter() < deadline:
            if self.process.poll() is not None:
                raise Failure(f"the server ended with status {self.process.returncode}: {self._last_words()}")
            try:
                Client(self.port).get("/v1/health/readiness")
                return
            except Failure:
                time.sleep(0.002)
        raise Failure("the server was not ready within 60 s")

    def _last_words(self):
        with open(self.log.name, encoding="utf-8", errors="replace") as log:
            return " ".join(log.read()[-500:].split())

    def stop(self):
        end(self.process)
        self.log.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def memory(self):
        """Megabytes resident: all of it, and the part that is no file's."""
        with open(f"/proc/{self.process.pid}/status", encoding="utf-8") as status:
            sizes = dict(line.split(":", 1) for line in status if line.startswith(("VmRSS", "RssAnon")))
        return tuple(int(sizes[name].split()[0]) / 1000 for name in ("VmRSS", "RssAnon"))

    def settle(self, patience=60):
        """Waits until the server no longer works on something in the background."""
        deadline, before = time.perf_counter() + patience, self._processor_seconds()
        while time.perf_counter() < deadline:
            time.sleep(1)
            now = self._processor_seconds()
            if now - before < 0.05:
                return
            before = now

    def _processor_seconds(self):
        with open(f"/proc/{self.process.pid}/stat", encoding="utf-8") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def dataset(self, name):
        return self.client.post("/v1/datasets", {"name": name})["id"]

    def wait_for_files(self, files, patience=600):
        deadline = time.perf_counter() + patience
        for file in files:
            while (status := self.client.get(f"/v1/files/{file}")["status"]) != "ready":
                if status == "failed" or time.perf_counter() > deadline:
                    raise Failure(f"a file was not read: it is {status}")
                time.sleep(0.02)

    def wait_for_vectors(self, dataset, patience=900):
        """Asks for the vectors of a dataset's rows, which are made with the first search, and waits until all are there."""
        deadline = time.perf_counter() + patience
        while self.search(dataset, "anything")["vectorsPending"]:
            if time.perf_counter() > deadline:
                raise Failure(f"the vectors were not made within {patience} s")
            time.sleep(0.1)

    def search(self, dataset, query, **fields):
        return self.client.post(f"/v1/datasets/{dataset}/search", {"query": query, **fields})
