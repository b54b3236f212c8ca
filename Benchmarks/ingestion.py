"""From a document to what a search reads (passages, keyword segment, vectors), beside the encoder alone on the same passages."""
from harness import report as form
from harness.worker import Worker, in_turn, median_rate

ROUNDS = 3
WORDS = 60_000


def run(setting, report):
    report.begin("Ingestion")
    document = setting.folder / "document.txt"
    document.write_text(setting.texts.document(WORDS))
    with Worker([setting.measure, "ingestion", setting.weights, document, setting.folder]) as worker:
        answers = in_turn(ROUNDS, {"all": lambda: worker.ask("ingest"), "alone": lambda: worker.ask("encode")})
    ours, alone = median_rate(answers["all"]), median_rate(answers["alone"])
    report.add(
        "prose: split, index and encode, without HTTP", form.rate(ours, "passages"), "the encoder alone", form.rate(alone, "passages"),
        ours / alone, of_limit=True)
