"""The evaluation of rows: plants each fault in clean rows and shows how well its measure, and the whole score, tell spoiled rows from clean ones.
None of these rows were used to tune a measure."""
import csv
import json
import random
import re
import statistics

import corruption
from harness import report as form
from harness.texts import ROOT
from harness.worker import Failure, Worker, in_turn

ROWS = ROOT / "Benchmarks" / "rows" / "evaluation.jsonl"
SEED_TASKS = ROOT.parent / "shared" / "data" / "instructions" / "seed_tasks.jsonl"
SEEDS = 3
# The share of a table's rows that are spoiled, and the shares at which the grade must fall.
SHARE = 0.3
SHARES = (0, 0.1, 0.3, 0.6)
LEAST_MACRO_MEAN = 0.90
# Rows of about a kilobyte whose scoring is timed.
TIMED_ROWS = 10_000


def run(setting, report):
    report.begin("Evaluation of rows")
    with Worker([setting.measure, "evaluation", setting.weights], patience=600) as worker:
        assessor = Assessor(worker, setting.folder)
        for name, rows in tables(setting, report).items():
            faults(report, assessor, name, rows)
            grades(report, assessor, name, rows)
        speed(report, worker, setting.folder)


def tables(setting, report):
    """The clean rows by the name of their source."""
    if setting.rows:
        return {setting.rows.name: read(setting.rows)}
    found = {"own rows": read(ROWS) + questions() + sections()}
    if SEED_TASKS.is_file():
        found["seed tasks"] = seed_tasks()
    else:
        report.note("The seed tasks (../shared/data/instructions) are absent: faults were only planted in rows of the repository.")
    return found


def read(path):
    return [json.loads(line) for line in path.read_text().splitlines() if line.strip()]


def questions():
    with open(ROOT / "examples" / "documents" / "questions.csv", newline="") as file:
        return [{"prompt": row["question"], "completion": row["answer"]} for row in csv.DictReader(file)]


def sections():
    """Each section of the example documents as an answer to its heading."""
    rows = []
    for path in sorted((ROOT / "examples" / "documents").glob("*.md")):
        for heading, text in re.findall(r"^## (.+)\n+((?:(?!#).+\n*)+)", path.read_text(), re.MULTILINE):
            rows.append({"prompt": f"Write a section of a beekeeping handbook: {heading}", "completion": text.strip()})
    return rows


def seed_tasks():
    rows = []
    for task in read(SEED_TASKS):
        first = task["instances"][0]
        prompt = f"{task['instruction']}\n{first['input']}".strip()
        rows.append({"prompt": prompt, "completion": first["output"].strip()})
    return rows


class Assessor:
    def __init__(self, worker, folder):
        self.worker, self.table, self.result = worker, folder / "table.jsonl", folder / "assessments.json"

    def assess(self, rows, means="encoder"):
        """The measures and the total of each row, and the worker's own answer."""
        write(self.table, rows)
        answer = self.worker.ask("assess", self.table, self.result, means)
        return json.loads(self.result.read_text()), answer


def write(path, rows):
    path.write_text("".join(json.dumps({key: row[key] for key in ("prompt", "completion")}) + "\n" for row in rows))


def faults(report, assessor, name, rows):
    measured, totals, without = [], [], []
    for fault, (_, measure) in corruption.FAULTS.items():
        found = []
        for seed in range(SEEDS):
            planted, marks = corruption.plant(rows, fault, SHARE, random.Random(f"{fault} {seed}"))
            if not any(marks):
                continue
            by_encoder, by_words = assessor.assess(planted)[0], assessor.assess(planted, "words")[0]
            found.append((area(by_encoder, measure, marks), area(by_encoder, "total", marks), area(by_words, "total", marks), sum(marks)))
        if not found:
            report.note(f"No row of {name} can show {fault}.")
            continue
        alone, total, words = (statistics.mean(column) for column in list(zip(*found))[:3])
        measured.append(alone)
        totals.append(total)
        without.append(words)
        report.add(
            f"AUC, {name}, {fault} ({sum(item[3] for item in found)} rows)", f"{measure} {alone:.3f}", "the row's score",
            f"{total:.3f} (without encoder {words:.3f})")
    macro = statistics.mean(measured)
    report.add(
        f"AUC, {name}, macro mean of {len(measured)} faults", f"{macro:.3f}", "the row's score",
        f"{statistics.mean(totals):.3f} (without encoder {statistics.mean(without):.3f})")
    if min(macro, statistics.mean(totals)) < LEAST_MACRO_MEAN:
        raise Failure(f"the macro mean on {name} is below {LEAST_MACRO_MEAN}")


def area(assessments, measure, marks):
    """The area under the ROC curve: how often a clean row has more than a spoiled one; ties count half."""
    ranked = sorted((assessment.get(measure, 1), mark) for assessment, mark in zip(assessments, marks))
    clean = spoiled = won = 0
    start = 0
    while start < len(ranked):
        end = start
        while end < len(ranked) and ranked[end][0] == ranked[start][0]:
            end += 1
        bad = sum(mark for _, mark in ranked[start:end])
        good = end - start - bad
        won += good * (spoiled + bad / 2)
        clean, spoiled, start = clean + good, spoiled + bad, end
    return won / (clean * spoiled)


def grades(report, assessor, name, rows):
    """The score of the table as ever more of it is spoiled, each row by any fault; the same rows stay spoiled."""
    chance = random.Random(f"grades {name}")
    order = chance.sample(range(len(rows)), len(rows))
    spoiled = list(rows)
    for number in order:
        for fault in chance.sample(list(corruption.FAULTS), len(corruption.FAULTS)):
            if row := corruption.FAULTS[fault][0](rows[number], chance, rows):
                spoiled[number] = row
                break
    scores = []
    for share in SHARES:
        chosen = set(order[: round(share * len(rows))])
        answer = assessor.assess([spoiled[number] if number in chosen else row for number, row in enumerate(rows)])[1]
        scores.append((answer["score"], answer["grade"]))
    shown = ", ".join(f"{share:.0%}: {score:.1f} {grade}" for share, (score, grade) in zip(SHARES, scores))
    report.add(f"score by share of spoiled rows, {name}", shown)
    if any(after[0] >= before[0] for before, after in zip(scores, scores[1:])):
        raise Failure(f"the score of {name} does not fall with every share of spoiled rows: {shown}")


def speed(report, worker, folder):
    texts = [row["completion"] for row in sections()]
    chance, rows = random.Random(9), []
    for number in range(TIMED_ROWS):
        text = " ".join(chance.sample(texts, 4))[:850]
        rows.append({"prompt": f"Tell me about bees in the year {number} and how they are kept through the winter months.", "completion": text})
    path = folder / "timed.jsonl"
    write(path, rows)
    size = statistics.mean(len((row["prompt"] + row["completion"]).encode()) for row in rows)
    answers = in_turn(3, {"rate": lambda: worker.ask("rate", path)})["rate"]
    scoring = statistics.median(answer["texts"] / answer["milliseconds"][1] * 1000 for answer in answers)
    profile = statistics.median(answer["texts"] / answer["milliseconds"][0] * 1000 for answer in answers)
    report.add(f"rows of {size:.0f} bytes, scored without encoder on one core", form.rate(scoring, "rows"), "the pass before it", form.rate(profile, "rows"))
