"""How good the passages are that the server finds: nDCG@10 on the Vaswani test collection, for each leg of the search and for both."""
import json
import statistics

from harness.server import Server
from harness.texts import Collection

LEGS = ("keyword", "vector", "hybrid")


def run(setting, report):
    report.begin("Quality, Vaswani nDCG@10")
    if not Collection.is_there():
        report.note("The Vaswani collection (../shared/data/vaswani) is absent: quality was not measured.")
        return
    collection = Collection()
    with Server(setting, setting.folder / "quality") as server:
        dataset = server.dataset("vaswani")
        rows = "\n".join(json.dumps({"text": text}) for _, text in collection.abstracts)
        server.wait_for_files([server.client.upload("vaswani.jsonl", rows.encode(), dataset)])
        server.wait_for_vectors(dataset)
        gains = {leg: mean_gain(server, dataset, collection, leg) for leg in LEGS}
    for leg in LEGS[:2]:
        report.add(f"nDCG@10, {leg} alone", f"{gains[leg]:.3f}")
    better = max(LEGS[:2], key=gains.get)
    ratio = gains["hybrid"] / gains[better]
    report.add("nDCG@10, hybrid", f"{gains['hybrid']:.3f}", f"the better leg, {better}", f"{gains[better]:.3f}", ratio)


def mean_gain(server, dataset, collection, leg):
    gains = []
    for number, text in collection.questions:
        found = server.search(dataset, text, mode=leg, limit=10)["data"]
        # Rows count from 1.
        gains.append(collection.gain(number, [collection.abstracts[hit["row"] - 1][0] for hit in found]))
    return statistics.mean(gains)
