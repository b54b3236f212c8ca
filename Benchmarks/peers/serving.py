"""The line protocol of harness/worker.py, seen from the peer's side."""
import json
import sys
import time


def serve(answer, ready=None):
    """Says that it is ready, with what there is to tell, and answers each line of standard input with what `answer` makes of its words."""
    print(json.dumps(ready or {}), flush=True)
    for line in sys.stdin:
        print(json.dumps(answer(line.split())), flush=True)


def milliseconds(body):
    start = time.perf_counter()
    body()
    return 1000 * (time.perf_counter() - start)
