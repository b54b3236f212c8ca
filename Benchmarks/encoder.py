"""The encoder: texts in bulk and one short query, beside onnxruntime on the same weights and beside the processor's peak."""
import json
import statistics

from harness import report as form
from harness.worker import Failure, Worker, all_times, in_turn, median_rate

ROUNDS = 5
QUERY = "how does the car engine cooling system work in winter"
# Texts a round; the plain kernel, ten times slower than the others, gets fewer.
COUNTS = {"chunks": 64, "passages": 384}
PLAIN_COUNTS = {"chunks": 8, "passages": 48}


def operations(tokens):
    """Floating-point operations of one text: 6 layers of 1.77 million weights, and attention between every two tokens (384 wide, twice)."""
    return 6 * 2 * (tokens * (4 * 384 * 384 + 2 * 384 * 1536) + 2 * tokens * tokens * 384)


def run(setting, report):
    report.begin("Encoder")
    texts = setting.folder / "encoder.json"
    sets = {"chunks": setting.texts.chunks(COUNTS["chunks"]), "passages": setting.texts.passages(COUNTS["passages"]), "query": [QUERY]}
    texts.write_text(json.dumps(sets))
    workers, limits = {}, Worker([setting.measure, "limits"])
    try:
        for kernel in ("bf16", "avx512", "avx2", "plain"):
            try:
                workers[kernel] = Worker([setting.measure, "encoder", setting.weights, kernel, texts])
            except Failure:
                report.note(f"The processor has no {kernel} for the encoder.")
        for threads, name in ((0, "default threads"), (2, "2 threads")):
            if setting.peers.python:
                workers[name] = setting.peers.worker("encoder_onnxruntime.py", setting.weights, texts, threads)
        compare(workers, limits, report)
    finally:
        for worker in [*workers.values(), limits]:
            worker.stop()


def compare(workers, limits, report):
    kernels = [name for name in workers if not name.endswith("threads")]
    peers = [name for name in workers if name.endswith("threads")]
    peaks = {kernel: peak(limits, kernel) for kernel in kernels}
    for subject, counts in COUNTS.items():
        contestants = {
            name: lambda worker=worker, name=name: worker.ask("bulk", subject, PLAIN_COUNTS[subject] if name == "plain" else counts)
            for name, worker in workers.items()
        }
        answers = in_turn(ROUNDS, contestants)
        tokens = answers[kernels[0]][0]["tokens"] / answers[kernels[0]][0]["texts"]
        for kernel in kernels:
            ours, name = median_rate(answers[kernel]), f"{subject[:-1]} of {tokens:.0f} tokens, {kernel}"
            for peer in peers:
                theirs = median_rate(answers[peer])
                report.add(name, form.rate(ours, "texts"), f"onnxruntime f32, {peer}", form.rate(theirs, "texts"), ours / theirs)
            if subject == "chunks":
                reached = ours * operations(tokens)
                report.add(
                    name, f"{reached / 1e9:,.0f} GFLOP/s", "arithmetic in registers, all cores", f"{peaks[kernel] / 1e9:,.0f} GFLOP/s",
                    reached / peaks[kernel], of_limit=True)
            elif not peers:
                report.add(name, form.rate(ours, "texts"))
    answers = in_turn(ROUNDS, {name: lambda worker=worker: worker.ask("query", "query", 60) for name, worker in workers.items()})
    tokens = answers[kernels[0]][0]["tokens"]
    for kernel in kernels:
        ours, name = statistics.median(all_times(answers[kernel])), f"query of {tokens} tokens, {kernel}"
        for peer in peers:
            theirs = statistics.median(all_times(answers[peer]))
            report.add(name, form.time(ours), f"onnxruntime f32, {peer}", form.time(theirs), theirs / ours)
        if not peers:
            report.add(name, form.time(ours))


def peak(limits, kernel):
    """Operations a second on all cores, the best of a few."""
    answers = [limits.ask("arithmetic", kernel) for _ in range(3)]
    return max(answer["operations"] / answer["seconds"] for answer in answers)
