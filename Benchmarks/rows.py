"""A table of rows taken in, read back and handed out, beside DuckDB reading the same JSON Lines into a table on one thread.

Both are measured as whole processes, start included, with the most memory they held. DuckDB keeps the table alone; ours are the rows, the text and
its blocks, from which passages are made, and every byte is checked to be text.
"""
import csv
import json
import random
import shutil
import statistics
import subprocess
import sys

from harness import places
from harness import report as form
from harness.worker import Failure, Worker, in_turn

ROUNDS = 5
ROWS = 100_000
COLUMNS = ["id", "prompt", "completion", "score", "tags", "verified"]


def run(setting, report):
    report.begin(f"Rows: a table of {ROWS:,} rows of about 1 kB")
    folder = setting.folder / "rows"
    folder.mkdir()
    lines, table = folder / "rows.jsonl", folder / "rows.csv"
    write(lines, table)
    compare(setting, report, folder, lines, table)
    read_back(setting, report, folder, lines)
    shutil.rmtree(folder)


def write(lines, table):
    """The same rows as JSON Lines and as CSV, the same in every run."""
    source = random.Random(7)
    letters = "abcdefghijklmnopqrstuvwxyz"
    words = ["".join(source.choices(letters, k=source.randint(2, 9))) for _ in range(4000)] + ["Zürich", "naïve", "Straße", "日本語"]

    def text(count):
        return " ".join(source.choices(words, k=count))

    with lines.open("w", encoding="utf-8") as jsonl, table.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for number in range(ROWS):
            values = [
                number, text(35) + "?", f"{text(55)}.\n\n\"Note\": {text(45)}", round(source.random() * 10, 3), source.choices(words, k=3),
                source.random() < 0.5]
            jsonl.write(json.dumps(dict(zip(COLUMNS, values)), ensure_ascii=False) + "\n")
            writer.writerow([json.dumps(value) if isinstance(value, (list, bool)) else value for value in values])


def compare(setting, report, folder, lines, table):
    output = folder / "output"
    contestants = {
        "jsonl": lambda: measured([setting.measure, "extract", "jsonl", lines, output]),
        "csv": lambda: measured([setting.measure, "extract", "csv", table, output]),
    }
    duckdb = places.duckdb()
    if duckdb:
        query = f"SET threads=1; CREATE TABLE t AS SELECT * FROM read_json('{lines}', format='newline_delimited')"
        database = folder / "peer.db"

        def stored():
            database.unlink(missing_ok=True)
            return measured([duckdb, "-no-init", "-batch", database, "-c", query])

        contestants["duckdb stored"] = stored
        contestants["duckdb in memory"] = lambda: measured([duckdb, "-no-init", "-batch", "-c", query])
    else:
        report.note("DuckDB is absent: scripts/fetch-duckdb.sh fetches it.")
    answers = in_turn(ROUNDS, contestants)
    rates = {name: ROWS / statistics.median(answer["seconds"] for answer in found) for name, found in answers.items()}
    peaks = {name: max(answer["peak"] for answer in found) for name, found in answers.items()}

    def shown(name):
        return f"{form.rate(rates[name], 'rows')}, peak {peaks[name] / 1e6:.0f} MB"

    for ours, file in (("jsonl", lines), ("csv", table)):
        subject = f"{ours}, {file.stat().st_size / 1e6:.0f} MB: rows, text and blocks"
        for peer in ("duckdb stored", "duckdb in memory"):
            if peer in answers:
                theirs = f"DuckDB, the JSON Lines into a table {peer.removeprefix('duckdb ')}, 1 thread"
                report.add(subject, shown(ours), theirs, shown(peer), rates[ours] / rates[peer])
        if not duckdb:
            report.add(subject, shown(ours))


def read_back(setting, report, folder, lines):
    with Worker([setting.measure, "rows", folder / "output"]) as worker:
        worker.ask("extract", "jsonl", lines)
        size = (folder / "output" / "rows.jsonl").stat().st_size
        requests = {"read": ["read"], "csv": ["export", "csv"], "json": ["export", "json"], "jsonl": ["export", "jsonl"]}
        answers = in_turn(ROUNDS, {name: lambda request=request: worker.ask(*request) for name, request in requests.items()})
    for name, found in answers.items():
        speed = size / statistics.median(answer["seconds"] for answer in found) / 1e6
        report.add("rows read back as cells" if name == "read" else f"rows handed out as {name}", f"{speed:,.0f} MB/s")


# A process begins with the memory of the one that starts it, which counts as held: so a small one starts it.
STARTER = """
import json, os, sys, time
quiet = os.open(os.devnull, os.O_WRONLY)
start = time.monotonic()
process = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, quiet, 1)])
_, status, usage = os.wait4(process, 0)
print(json.dumps({"seconds": time.monotonic() - start, "peak": usage.ru_maxrss * 1024, "status": os.waitstatus_to_exitcode(status)}))
"""


def measured(command):
    """How long a process takes and the most memory it holds; `Failure` if it does not end well."""
    starter = [sys.executable, "-S", "-c", STARTER, *(str(part) for part in command)]
    answer = json.loads(subprocess.run(starter, stdout=subprocess.PIPE, check=True, text=True).stdout)
    if answer["status"] != 0:
        raise Failure(f"{command[0]} ended with status {answer['status']}")
    return answer
