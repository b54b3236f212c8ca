"""Exact FAISS (IndexFlatIP, as many threads as it chooses): vectors_faiss.py ROWS.f32 BASE.f32 (whose last 50 vectors are the queries).

Answers `search COUNT` with the time of each search for the nearest ten, a query at a time, and the cosines of what was found.
"""
import sys
import time

import faiss
import numpy as np
from serving import serve

WIDTH, LIMIT, QUERIES = 384, 10, 50
# Rows handed over at a time, so that the file is not in memory as a whole beside the index.
SLICE = 50_000


def main():
    rows = np.memmap(sys.argv[1], np.float32, "r").reshape(-1, WIDTH)
    queries = np.fromfile(sys.argv[2], np.float32).reshape(-1, WIDTH)[-QUERIES:]
    index = faiss.IndexFlatIP(WIDTH)
    for start in range(0, len(rows), SLICE):
        index.add(np.ascontiguousarray(rows[start : start + SLICE]))

    def answer(request):
        asked = [queries[number % QUERIES][None] for number in range(int(request[1]))]
        for query in asked[:3]:
            index.search(query, LIMIT)
        times, cosines = [], []
        for query in asked:
            start = time.perf_counter()
            found, _ = index.search(query, LIMIT)
            times.append(1000 * (time.perf_counter() - start))
            cosines.append(found[0].tolist())
        return {"milliseconds": times, "cosines": cosines[:QUERIES]}

    serve(answer)


if __name__ == "__main__":
    main()
