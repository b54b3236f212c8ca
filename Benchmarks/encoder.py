"""The encoder: texts in bulk and one short query, beside onnxruntime on the same weights and beside the processor's peak."""
import contextlib
import json
import statistics

from harness import report as form
from harness.worker import Failure, Worker, all_times, in_turn, median_rate

ROUNDS = 5
KERNELS = ("bf16", "avx512", "avx2", "plain")
# What the peer is told; 0: as many as it chooses. On a busy machine one is its best: several wait for each other.
THREADS = {0: "default threads", 2: "2 threads", 1: "1 thread"}
QUERY = "how does the car engine cooling system work in winter"
# Texts a round; the plain kernel, ten times slower than the others, gets fewer.
COUNTS = {"chunks": 48, "passages": 384}
PLAIN_COUNTS = {"chunks": 8, "passages": 48}


def operations(tokens):
    """Floating-point operations of one text: 6 layers of 1.77 million weights, and attention between every two tokens (384 wide, twice)."""
    return 6 * 2 * (tokens * (4 * 384 * 384 + 2 * 384 * 1536) + 2 * tokens * tokens * 384)


def run(setting, report):
    report.begin("Encoder")
    texts = setting.folder / "encoder.json"
    sets = {"chunks": setting.texts.chunks(COUNTS["chunks"]), "passages": setting.texts.passages(COUNTS["passages"]), "query": [QUERY]}
    texts.write_text(json.dumps(sets))
    kernels, peers = {}, {}
    with contextlib.ExitStack() as stack:
        limits = stack.enter_context(Worker([setting.measure, "limits"]))
        for kernel in KERNELS:
            try:
                kernels[kernel] = stack.enter_context(Worker([setting.measure, "encoder", setting.weights, kernel, texts]))
            except Failure:
                report.note(f"The encoder's {kernel} kernel does not run here.")
        for threads, name in THREADS.items() if setting.peers.python else ():
            peers[name] = stack.enter_context(setting.peers.worker("encoder_onnxruntime.py", setting.weights, texts, threads))
        for subject in COUNTS:
            bulk(report, kernels, peers, limits, subject)
        query(report, kernels, peers)


def bulk(report, kernels, peers, limits, subject):
    def ask(name, worker):
        return lambda: worker.ask("bulk", subject, (PLAIN_COUNTS if name == "plain" else COUNTS)[subject])

    contestants = {name: ask(name, worker) for name, worker in {**kernels, **peers}.items()}
    peaks = {f"peak {kernel}": lambda kernel=kernel: limits.ask("arithmetic", kernel) for kernel in kernels}
    answers = in_turn(ROUNDS, {**contestants, **peaks})
    rates = {name: median_rate(answers[name]) for name in contestants}
    for kernel in kernels:
        tokens = answers[kernel][0]["tokens"] / answers[kernel][0]["texts"]
        name, shown = f"{subject[:-1]} of {tokens:.0f} tokens, {kernel}", form.rate(rates[kernel], "texts")
        for peer in beside(kernel, kernels, peers, lambda peer: -rates[peer]):
            report.add(name, shown, f"onnxruntime f32, {peer}", form.rate(rates[peer], "texts"), rates[kernel] / rates[peer])
        if subject == "chunks":
            reached = rates[kernel] * operations(tokens)
            # What the machine can do is what it did at best.
            most = max(answer["operations"] / answer["seconds"] for answer in answers[f"peak {kernel}"])
            report.add(
                name, f"{shown} = {reached / 1e9:,.0f} GFLOP/s", "arithmetic in registers, all cores", f"{most / 1e9:,.0f} GFLOP/s",
                reached / most, of_limit=True)
        elif not peers:
            report.add(name, shown)


def query(report, kernels, peers):
    contestants = {name: lambda worker=worker: worker.ask("query", "query", 60) for name, worker in {**kernels, **peers}.items()}
    answers = in_turn(ROUNDS, contestants)
    p50 = {name: statistics.median(all_times(found)) for name, found in answers.items()}
    for kernel in kernels:
        name = f"query of {answers[kernel][0]['tokens']} tokens, {kernel}"
        for peer in beside(kernel, kernels, peers, p50.get):
            report.add(name, f"p50 {form.time(p50[kernel])}", f"onnxruntime f32, {peer}", form.time(p50[peer]), p50[peer] / p50[kernel])
        if not peers:
            report.add(name, f"p50 {form.time(p50[kernel])}")


def beside(kernel, kernels, peers, cost):
    """Which of the peer's settings a kernel is shown beside: the best kernel beside all of them, the others beside the fastest."""
    return sorted(peers, key=cost)[: None if kernel == next(iter(kernels)) else 1]
