"""A process that answers each line with one line of JSON, so that ours and a peer can take turns."""
import json
import queue
import statistics
import subprocess
import threading


class Failure(Exception):
    """Why something was not measured, in a sentence."""


class Worker:
    """Starts the command; its first answer says that it is ready."""

    def __init__(self, command, patience=300):
        self.name = " ".join(str(part) for part in command[:3])
        self.patience = patience
        self.process = subprocess.Popen([str(part) for part in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.answers = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()
        self.ready = self._next()

    def ask(self, *request):
        """The answer to one request; `Failure` when the worker ends or keeps silent for too long."""
        try:
            self.process.stdin.write(" ".join(str(part) for part in request) + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            pass
        return self._next()

    def stop(self):
        try:
            self.process.stdin.close()
        except BrokenPipeError:
            pass
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def _read(self):
        for line in self.process.stdout:
            self.answers.put(line)
        self.answers.put(None)

    def _next(self):
        try:
            line = self.answers.get(timeout=self.patience)
        except queue.Empty:
            self.process.kill()
            raise Failure(f"{self.name} did not answer for {self.patience} s") from None
        if line is None:
            raise Failure(f"{self.name} ended with status {self.process.wait()}")
        return json.loads(line)


def in_turn(rounds, contestants):
    """Lets each of the named functions measure once in every round; gives back the list of what each measured."""
    results = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, measure in contestants.items():
            results[name].append(measure())
    return results


def percentile(values, share):
    ordered = sorted(values)
    return ordered[round((len(ordered) - 1) * share)]


def median_rate(answers):
    """Texts a second."""
    return statistics.median(answer["texts"] / answer["seconds"] for answer in answers)


def all_times(answers):
    """The milliseconds of every single measurement of all rounds."""
    return [time for answer in answers for time in answer["milliseconds"]]
