"""Chroma's server with vectors made already: search_chroma.py WEIGHTS TEXTS.json VECTORS.f32 FOLDER, TEXTS with passages and questions.

Answers `search COUNT` with the time of each question: encoding it with onnxruntime on the same weights, and one request on an open
connection. (Chroma's own default would fetch the same network in ONNX form from elsewhere and run it with onnxruntime in the client.)
Chroma is given no words to search for: its server has no ranking by words.
"""
import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import chromadb
import numpy as np
from chromadb.config import Settings
from encoder_onnxruntime import Encoder
from serving import serve

sys.path.append(str(Path(__file__).resolve().parents[1]))
from harness.server import Client, free_port
from harness.worker import end

LIMIT, BATCH = 10, 2000
COLLECTIONS = "/api/v2/tenants/default_tenant/databases/default_database/collections"


def connect(port, patience=60):
    deadline = time.monotonic() + patience
    while True:
        try:
            return chromadb.HttpClient(host="127.0.0.1", port=port, settings=Settings(anonymized_telemetry=False))
        except Exception:  # The client has no one error for a server that does not listen yet.
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def load(client, passages, vectors):
    collection = client.create_collection("passages", embedding_function=None, metadata={"hnsw:space": "cosine"})
    for start in range(0, len(passages), BATCH):
        numbers = range(start, min(start + BATCH, len(passages)))
        collection.add(
            ids=[str(number) for number in numbers], embeddings=vectors[start : start + BATCH], documents=passages[start : start + BATCH])
    return collection


def main():
    weights, texts, vectors, folder = sys.argv[1:5]
    # So that the server ends with this process.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with open(texts, encoding="utf-8") as file:
        sets = json.load(file)
    vectors = np.fromfile(vectors, np.float32).reshape(len(sets["passages"]), -1)
    encoder, port = Encoder(weights), free_port()
    program = Path(sys.executable).parent / "chroma"
    command = [str(program), "run", "--path", folder, "--host", "127.0.0.1", "--port", str(port)]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        client = connect(port)
        start = time.perf_counter()
        collection = load(client, sets["passages"], vectors)
        seconds = time.perf_counter() - start
        connection, questions = Client(port), iter(sets["questions"] * 2)
        path = f"{COLLECTIONS}/{collection.id}/query"

        def ask(question):
            begin = time.perf_counter()
            vector = encoder.encode([question])[0]
            encoded = time.perf_counter()
            body = {"query_embeddings": [vector.tolist()], "n_results": LIMIT, "include": ["documents", "distances"]}
            found = connection.post(path, body)
            end = time.perf_counter()
            near = set(map(str, np.argpartition(-(vectors @ vector), LIMIT)[:LIMIT]))
            return 1000 * (end - begin), 1000 * (encoded - begin), len(near & set(found["ids"][0])) / LIMIT

        def answer(request):
            times, encoding, recall = zip(*[ask(next(questions)) for _ in range(int(request[1]))])
            return {"milliseconds": times, "encoding": encoding, "recall": sum(recall) / len(recall)}

        for question in sets["questions"][:20]:
            ask(question)
        serve(answer, {"seconds": seconds})
    finally:
        end(process)


if __name__ == "__main__":
    main()
