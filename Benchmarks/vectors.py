"""The search for the nearest ten vectors, beside exact FAISS and beside reading the same bytes from memory once."""
import contextlib
import json
import shutil
import statistics

from harness import report as form
from harness.worker import Worker, all_times, in_turn, percentile

ROUNDS = 5
BASE = 4000
WIDTH = 384
SIZES = (100_000, 1_000_000)
# Bytes of disk for a million rows: floats and codes, their copy for FAISS, and what is written on the way.
BYTES_FOR_EACH_ROW = 6 * WIDTH * 4


def run(setting, report):
    report.begin("Vector search, 384 dimensions, top 10")
    texts, base = setting.folder / "base.json", setting.folder / "base.f32"
    texts.write_text(json.dumps({"base": setting.texts.passages(BASE)}))
    with Worker([setting.measure, "encoder", setting.weights, "best", texts]) as encoder:
        encoder.ask("vectors", "base", base)
    for size in SIZES:
        if shutil.disk_usage(setting.folder).free < 2 * size * BYTES_FOR_EACH_ROW:
            report.note(f"There is too little room on the disk to measure {size:,} vectors.")
            continue
        folder = setting.folder / f"rows-{size}"
        folder.mkdir()
        compare(setting, report, base, folder, size)
        shutil.rmtree(folder)


def compare(setting, report, base, folder, size):
    count, raw = (50, 20)[size > 100_000], ["raw"] if setting.peers.python else []
    with contextlib.ExitStack() as stack:
        ours = stack.enter_context(Worker([setting.measure, "vectors", base, size, folder, *raw]))
        limits = stack.enter_context(Worker([setting.measure, "limits"]))
        contestants = {"one unit": lambda: ours.ask("search", 1, count), "memory": lambda: limits.ask("read", size * WIDTH, 2)}
        if size <= 100_000:
            contestants["50 units"] = lambda: ours.ask("search", 50, count)
        if setting.peers.python:
            peer = stack.enter_context(setting.peers.worker("vectors_faiss.py", folder / f"{size}.f32", base))
            contestants["faiss"] = lambda: peer.ask("search", count)
        answers = in_turn(ROUNDS, contestants)
        right = (answers["faiss"][0] if "faiss" in answers else ours.ask("exact", 10))["cosines"]
    times = {name: all_times(found) for name, found in answers.items()}
    p50 = {name: statistics.median(found) for name, found in times.items()}
    # What the machine can do is what it did at best.
    limit = min(times["memory"])
    shown = {name: form.times(p50[name], percentile(found, 0.95)) for name, found in times.items()}
    for name in ("one unit", "50 units"):
        if name not in answers:
            continue
        subject = f"{size:,} vectors, {name}"
        result = f"{shown[name]}, recall {recall(answers[name][0]['cosines'], right):.3f}"
        if "faiss" in answers:
            report.add(subject, result, "FAISS IndexFlatIP, default threads", shown["faiss"], p50["faiss"] / p50[name])
        report.add(subject, result, "reading the codes once, 2 threads", form.time(limit), limit / p50[name], of_limit=True)


def recall(found, right):
    """The share of what was found that is as near as the tenth that is right; queries that only one side has do not count."""
    pairs = list(zip(found, right))
    return sum(cosine >= exact[-1] - 1e-5 for ours, exact in pairs for cosine in ours) / sum(len(exact) for _, exact in pairs)
