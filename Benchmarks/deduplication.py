"""Near-duplicate removal on one core, beside rensa on one core: rows a second, and what of the planted duplicates is found."""
import contextlib
import json
import os
import random

from harness import report as form
from harness.worker import Worker, in_turn, median_rate

ROUNDS = 5
THRESHOLD = 0.9
# Rows that are unlike each other, and copies of some of them. A table has duplicates in about one row of six.
ORIGINALS, COPIES = 25_000, 5_000
PROMPT, COMPLETION = 2, 12
SHINGLE = 5


def run(setting, report):
    report.begin(f"Near-duplicate removal, threshold {THRESHOLD}")
    table = Table(setting.texts)
    rows = setting.folder / "rows.json"
    rows.write_text(json.dumps({"prompts": table.prompts, "completions": table.completions}))
    # One core each; rensa's batches would use all.
    alone = ["env", "RAYON_NUM_THREADS=1", "taskset", "-c", str(min(os.sched_getaffinity(0)))]
    with contextlib.ExitStack() as stack:
        ours = stack.enter_context(Worker([*alone, setting.measure, "deduplication", rows, THRESHOLD]))
        contestants = {"ours": lambda: ours.ask("find")}
        if setting.peers.python:
            for kind in ("words", "shingles"):
                script = setting.peers.script("deduplication_rensa.py")
                peer = stack.enter_context(Worker([*alone, setting.peers.python, script, rows, THRESHOLD, kind]))
                contestants[kind] = lambda peer=peer: peer.ask("find")
        answers = in_turn(ROUNDS, contestants)
    size = sum(map(len, table.prompts + table.completions)) / len(table.prompts)
    rate = {name: median_rate(found) for name, found in answers.items()}
    subject = f"{len(table.prompts):,} rows of {size:,.0f} characters, one core"
    result = f"{form.rate(rate['ours'], 'rows')}, {table.judge(answers['ours'][0]['rows'])}"
    for kind in ("words", "shingles"):
        if kind in answers:
            theirs = f"{form.rate(rate[kind], 'rows')}, {table.judge(answers[kind][0]['rows'])}"
            report.add(subject, result, f"rensa on {kind}", theirs, rate["ours"] / rate[kind])
    if not setting.peers.python:
        report.add(subject, result)


class Table:
    """Rows of about 1 kB, some of them copies of others: a fifth with other spaces and capitals alone, the rest with ever more of their words changed,
    up to far below the threshold. `near` are the copies that must go: whose Jaccard similarity to their original, in prompt and answer together and in
    the answer alone, is at least the threshold."""

    def __init__(self, texts):
        self.random = random.Random(11)
        rows = []
        for _ in range(ORIGINALS):
            pieces = self.random.sample(texts.pieces, PROMPT + COMPLETION)
            rows.append((self.words(pieces[:PROMPT]), self.words(pieces[PROMPT:]), None))
        vocabulary = sorted({word for piece in texts.pieces for word in piece})
        for number in range(COPIES):
            prompt, completion, _ = original = self.random.choice(rows[:ORIGINALS])
            rows.append((*self.copy(prompt, completion, number % 5, vocabulary), original))
        self.random.shuffle(rows)
        self.prompts = [" ".join(prompt) for prompt, _, _ in rows]
        self.completions = [" ".join(completion) for _, completion, _ in rows]
        self.near = set()
        self.mark(rows)

    @staticmethod
    def words(pieces):
        return [word for piece in pieces for word in piece]

    def copy(self, prompt, completion, kind, vocabulary):
        if kind == 0:
            return [word.upper() for word in prompt], [*completion[:-1], " ", completion[-1] + "."]
        changed = list(completion)
        for _ in range(self.random.randint(1, 20)):
            changed[self.random.randrange(len(changed))] = self.random.choice(vocabulary)
        return prompt, changed

    def mark(self, rows):
        """Of an original and its copies the first stays; of the copies of one original, each that is near to what stays so far goes."""
        families = {}
        for number, row in enumerate(rows):
            families.setdefault(id(row[2] or row), []).append(number)
        for family in families.values():
            kept = []
            for number in family:
                if any(self.is_near(number, other) for other in kept):
                    self.near.add(number)
                else:
                    kept.append(number)

    def is_near(self, first, second):
        """By the plain definition, on sets of Python strings; the texts have no numbers that differ but the words changed."""
        mine, theirs = ([shingles(column[row]) for column in (self.prompts, self.completions)] for row in (first, second))
        common = [len(one & other) for one, other in zip(mine, theirs)]
        united = [len(one | other) for one, other in zip(mine, theirs)]
        is_equal = digits(self.completions[first]) == digits(self.completions[second])
        return is_equal and sum(common) >= THRESHOLD * sum(united) and common[1] >= THRESHOLD * united[1]

    def judge(self, found):
        hits = len(self.near & set(found))
        return f"recall {hits / len(self.near):.3f}, precision {hits / max(1, len(found)):.3f}"


def digits(text):
    return "".join(letter if letter.isdigit() else " " for letter in text).split()


def shingles(text):
    text = " ".join(text.lower().split()).rstrip(" .,;:!?")
    return {text[start : start + SHINGLE] for start in range(len(text) - SHINGLE + 1)}
