"""rensa on one thread: deduplication_rensa.py ROWS.json THRESHOLD words|shingles.

Answers `find` with the rows that its deduplicator refuses, given in their order as its documentation shows it. It compares sets of words (what its
documentation does), or the sets of five characters that we compare. Cutting texts into them counts.
"""
import json
import sys
import time

import rensa
from serving import serve

MINIMA = 128


def words(text):
    return text.lower().split()


def shingles(text):
    text = " ".join(text.lower().split())
    return [text[start : start + 5] for start in range(len(text) - 4)]


def main():
    file, threshold, kind = sys.argv[1], float(sys.argv[2]), {"words": words, "shingles": shingles}[sys.argv[3]]
    with open(file, encoding="utf-8") as opened:
        columns = json.load(opened)
    texts = [f"{prompt}\n{completion}" for prompt, completion in zip(columns["prompts"], columns["completions"])]

    def answer(request):
        start = time.perf_counter()
        finder = rensa.RMinHashDeduplicator(threshold=threshold, num_perm=MINIMA, use_lsh=True)
        kept = finder.add_pairs((str(number), kind(text)) for number, text in enumerate(texts))
        seconds = time.perf_counter() - start
        return {"seconds": seconds, "texts": len(texts), "rows": [number for number, is_kept in enumerate(kept) if not is_kept]}

    serve(answer)


if __name__ == "__main__":
    main()
