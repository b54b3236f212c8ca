"""A process that answers each line with one line of JSON, so that ours and a peer can take turns."""
import contextlib
import json
import queue
import statistics
import subprocess
import threading
import time


class Failure(Exception):
    """Why something was not measured, in a sentence."""


def end(process, patience=0):
    """Waits so long for a process to end by itself, then asks it to, and in the end makes it."""
    for ask, seconds in ((lambda: None, patience), (process.terminate, 35)):
        ask()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(seconds)
            return
    process.kill()
    process.wait()


class Worker:
    """Starts the command; its first answer says that it is ready."""

    def __init__(self, command, patience=300):
        self.name = " ".join(str(part) for part in command[:3])
        self.patience = patience
        self.process = subprocess.Popen([str(part) for part in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.answers = queue.Queue()
        self.is_late = False
        threading.Thread(target=self._read, daemon=True).start()
        try:
            self.ready = self._next()
        except BaseException:
            self.stop()
            raise

    def ask(self, *request):
        """The answer to one request; `Failure` when the worker ends or keeps silent for too long."""
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.write(" ".join(str(part) for part in request) + "\n")
            self.process.stdin.flush()
        return self._next()

    def stop(self):
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        end(self.process, patience=0 if self.is_late else 30)

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
            self.is_late = True
            raise Failure(f"{self.name} did not answer for {self.patience} s") from None
        if line is None:
            raise Failure(f"{self.name} ended with status {self.process.wait()}")
        return json.loads(line)


def in_turn(rounds, contestants, budget=40):
    """Lets each of the named functions measure once in every round; gives back the list of what each measured. On a slow machine there are
    fewer rounds, but two at least: none begins after so many seconds."""
    results = {name: [] for name in contestants}
    end = time.monotonic() + budget
    for number in range(rounds):
        if number >= 2 and time.monotonic() > end:
            break
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
