"""The search for the nearest ten vectors, beside exact FAISS and beside reading the same bytes from memory once."""
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
    raw = ["raw"] if setting.peers.python else []
    with Worker([setting.measure, "vectors", base, size, folder, *raw]) as ours, Worker([setting.measure, "limits"]) as limits:
        count = 50 if size <= 100_000 else 20
        contestants = {"one unit": lambda: ours.ask("search", 1, count)}
        if size <= 100_000:
            contestants["50 units"] = lambda: ours.ask("search", 50, count)
        contestants["memory"] = lambda: limits.ask("read", size * WIDTH, 2)
        peer = setting.peers.worker("vectors_faiss.py", folder / f"{size}.f32", base)
        if peer:
            contestants["faiss"] = lambda: peer.ask("search", count)
        answers = in_turn(ROUNDS, contestants)
        right = (answers["faiss"][0] if peer else ours.ask("exact", 10))["cosines"]
        if peer:
            peer.stop()
    limit = statistics.median(all_times(answers["memory"]))
    for name in ("one unit", "50 units"):
        if name not in answers:
            continue
        found = all_times(answers[name])
        p50, subject = statistics.median(found), f"{size:,} vectors, {name}"
        shown = f"{form.times(p50, percentile(found, 0.95))}, recall {recall(answers[name][0]['cosines'], right):.3f}"
        if peer:
            theirs = all_times(answers["faiss"])
            report.add(
                subject, shown, "FAISS IndexFlatIP, default threads", form.times(statistics.median(theirs), percentile(theirs, 0.95)),
                statistics.median(theirs) / p50)
        report.add(subject, shown, "reading the codes once, 2 threads", form.time(limit), limit / p50, of_limit=True)


def recall(found, right):
    """The share of what was found that is as near as the tenth that is right; queries that only one side has do not count."""
    pairs = list(zip(found, right))
    return sum(cosine >= exact[-1] - 1e-5 for ours, exact in pairs for cosine in ours) / sum(len(exact) for _, exact in pairs)
