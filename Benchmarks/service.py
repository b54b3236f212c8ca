"""The server through HTTP: rows in, searches and turns out, memory, and how soon it is ready; beside Chroma's server on the same vectors.

The rows come as 50 files of equal size. Each is in a small dataset of its own, a tenth of them are in a middle one, and all are in the
large one; files of equal bytes share what is made of them, so every row is encoded once.
"""
import collections
import contextlib
import json
import statistics
import time

from harness import report as form
from harness.server import Server
from harness.worker import Worker, all_times, in_turn, median_rate, percentile

ROUNDS = 5
FILES = 50
QUESTIONS = 60
# Rows encoded to know the encoder's own rate, before and after the server did it.
SAMPLE = 4000


def run(setting, report):
    report.begin("Server, through HTTP")
    passages = setting.texts.passages(setting.passages)
    questions = setting.texts.questions(QUESTIONS * ROUNDS)
    data = setting.folder / "service"
    starts = []
    for _ in range(3):
        with Server(setting, data) as server:
            starts.append(server.ready)
            server.settle(5)
            idle = server.memory()
    report.add("ready after the start, no data", f"{statistics.median(starts):.2f} s")
    report.add("memory, idle, encoder loaded", f"{idle[0]:.0f} MB ({idle[1]:.0f} MB of it not files)")
    with Server(setting, data) as server:
        large, middle, small = load(setting, report, server, passages)
        server.search(middle, "anything")
        measure_searches(setting, report, server, (large, middle), passages, questions)
        measure_turns(report, server, large, small, questions, len(passages))
        loaded = server.memory()
        report.add(f"memory, {len(passages):,} passages, searched", f"{loaded[0]:.0f} MB ({loaded[1]:.0f} MB of it not files)")
    with Server(setting, data) as server:
        report.add(f"ready after the start, {len(passages):,} passages", f"{server.ready:.2f} s")


def load(setting, report, server, passages):
    """Uploads the rows and waits for their vectors; gives back the large dataset, the middle one and the small ones."""
    texts = setting.folder / "rows.json"
    texts.write_text(json.dumps({"rows": [f"text: {passage}" for passage in passages[:SAMPLE]]}))
    size = -(-len(passages) // FILES)
    contents = ["\n".join(json.dumps({"text": row}) for row in passages[at : at + size]).encode() for at in range(0, len(passages), size)]
    large, middle = server.dataset("large"), server.dataset("middle")
    small = [server.dataset(f"small {number}") for number in range(len(contents))]
    with Worker([setting.measure, "encoder", setting.weights, "best", texts]) as encoder:
        own = [encoder.ask("bulk", "rows", SAMPLE)]
        start = time.perf_counter()
        server.wait_for_files([server.client.upload(f"rows-{number}.jsonl", content, large) for number, content in enumerate(contents)])
        keyword = time.perf_counter() - start
        server.wait_for_vectors(large)
        seconds = time.perf_counter() - start
        own.append(encoder.ask("bulk", "rows", SAMPLE))
    report.add(f"{len(passages):,} rows in, found by their words", form.rate(len(passages) / keyword, "rows"))
    ours, alone = len(passages) / seconds, median_rate(own)
    report.add(
        f"{len(passages):,} rows in, found by words and meaning", form.rate(ours, "rows"), "the encoder alone",
        form.rate(alone, "rows"), ours / alone, of_limit=True)
    copies = [server.client.upload(f"rows-{number}.jsonl", content, small[number]) for number, content in enumerate(contents)]
    tenth = contents[: max(1, len(contents) // 10)]
    copies += [server.client.upload(f"rows-{number}.jsonl", content, middle) for number, content in enumerate(tenth)]
    server.wait_for_files(copies)
    for dataset in [middle, *small]:
        server.wait_for_vectors(dataset)
    server.settle()
    return large, middle, small


def measure_searches(setting, report, server, datasets, passages, questions):
    """Every contestant in turn asks as many questions, other ones in each round."""
    large, middle = datasets
    rounds = collections.Counter()

    def ask(name, dataset, mode):
        start = rounds[name] * QUESTIONS
        rounds[name] += 1
        bodies = [{"query": question, "mode": mode, "limit": 10} for question in questions[start : start + QUESTIONS]]
        return {"milliseconds": [server.client.timed_post(f"/v1/datasets/{dataset}/search", body) for body in bodies]}

    for question in questions[:20]:
        for dataset in datasets:
            server.search(dataset, question)
    # Keywords first, which are not set beside anything: whoever follows the peer finds the caches full of the peer's things.
    contestants = {
        "keyword": lambda: ask("keyword", large, "keyword"), "vector": lambda: ask("vector", large, "vector"),
        "large": lambda: ask("large", large, "hybrid"), "middle": lambda: ask("middle", middle, "hybrid"),
    }
    with contextlib.ExitStack() as stack:
        if setting.peers.python:
            peer = stack.enter_context(start_chroma(setting, passages, questions))
            report.note(f"Chroma took {peer.ready['seconds']:.0f} s to take in {len(passages):,} passages with their vectors made already.")
            contestants["chroma"] = lambda: peer.ask("search", QUESTIONS)
        answers = in_turn(ROUNDS, contestants)
    times = {name: all_times(found) for name, found in answers.items()}
    p50 = {name: statistics.median(found) for name, found in times.items()}
    shown = {name: form.times(p50[name], percentile(found, 0.95)) for name, found in times.items()}
    count, tenth = f"{len(passages):,} passages", f"{len(passages) // 10:,}"
    against = []
    if "chroma" in answers:
        encoding = statistics.median(time for answer in answers["chroma"] for time in answer["encoding"])
        recall = statistics.mean(answer["recall"] for answer in answers["chroma"])
        beside = f"Chroma's server, vectors only (recall {recall:.3f}), query by onnxruntime ({form.time(encoding)} of it)"
        against = [beside, shown["chroma"], p50["chroma"] / p50["large"]]
    report.add(f"hybrid search, {count}, query encoded", shown["large"], *against)
    report.add(f"vector search, {count}, query encoded", shown["vector"])
    report.add(f"keyword search, {count}", shown["keyword"])
    report.add(
        f"hybrid search, {count}", shown["large"], f"{tenth} passages: a tenth", shown["middle"], p50["middle"] / p50["large"])


def start_chroma(setting, passages, questions):
    """Chroma with our vectors of the same passages."""
    texts, vectors = setting.folder / "chroma.json", setting.folder / "chroma.f32"
    texts.write_text(json.dumps({"passages": [f"text: {passage}" for passage in passages], "questions": questions}))
    with Worker([setting.measure, "encoder", setting.weights, "best", texts], patience=600) as encoder:
        encoder.ask("vectors", "passages", vectors)
    return setting.peers.worker("search_chroma.py", setting.weights, texts, vectors, setting.folder / "chroma", patience=900)


def measure_turns(report, server, large, small, questions, count):
    """The built-in quoting model reads the one large dataset, or the many small ones with the same rows."""
    catalogue = server.client.get("/v1/models/catalog")
    parent = next(model["id"] for model in catalogue["data"] if model["provider"] == "builtin")

    def model(name, datasets):
        made = server.client.post("/v1/models", {"parentModelId": parent, "displayName": name})["id"]
        server.client.post(f"/v1/models/{made}/datasets/batch", {"datasets": [{"datasetId": dataset} for dataset in datasets]})
        return made

    def turns(made):
        bodies = [
            {"modelId": made, "ephemeral": True, "messages": [{"role": "user", "content": question}]} for question in questions[:QUESTIONS]
        ]
        return {"milliseconds": [server.client.timed_post("/v1/chats", body) for body in bodies]}

    one, many = model("one", [large]), model("many", small)
    for made in (one, many):
        turns(made)
    server.settle()
    answers = in_turn(ROUNDS, {"one": lambda: turns(one), "many": lambda: turns(many)})
    times = {name: all_times(found) for name, found in answers.items()}
    p50 = {name: statistics.median(found) for name, found in times.items()}
    shown = {name: form.times(p50[name], percentile(found, 0.95)) for name, found in times.items()}
    report.add(
        f"turn of the quoting model, {len(small)} datasets of {count // len(small):,}", shown["many"], f"one dataset of {count:,}",
        shown["one"], p50["one"] / p50["many"])
