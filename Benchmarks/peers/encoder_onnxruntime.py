"""onnxruntime (f32) on the same weights: encoder_onnxruntime.py WEIGHTS TEXTS.json THREADS (0: as many as it chooses).

Answers `bulk SET COUNT` and `query SET COUNT` as our own program does. Tokenising counts, with the reference's tokenizers. In bulk, texts
are sorted by length and padded to the longest of their batch, whose size is the fastest of several tried at the start.
"""
import json
import sys
import time

import numpy as np
import onnxruntime
from network import WIDTH, network
from serving import milliseconds, serve
from tokenizers.implementations import BertWordPieceTokenizer

BATCHES = (1, 2, 4, 8, 16)
MOST_TOKENS = 256


class Encoder:
    def __init__(self, folder, threads=0):
        self.tokenizer = BertWordPieceTokenizer(f"{folder}/vocab.txt", lowercase=True)
        self.tokenizer.enable_truncation(MOST_TOKENS)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self.session = onnxruntime.InferenceSession(network(folder), options, providers=["CPUExecutionProvider"])
        self.batch = BATCHES[0]

    def tokens(self, texts):
        return [encoding.ids for encoding in self.tokenizer.encode_batch(texts)]

    def run(self, sequences):
        longest = max(map(len, sequences))
        ids = np.zeros((len(sequences), longest), np.int64)
        mask = np.zeros((len(sequences), longest), np.float32)
        for row, sequence in enumerate(sequences):
            ids[row, : len(sequence)] = sequence
            mask[row, : len(sequence)] = 1
        return self.session.run(None, {"ids": ids, "mask": mask, "positions": np.arange(longest)})[0]

    def encode(self, texts):
        sequences = self.tokens(texts)
        order = sorted(range(len(texts)), key=lambda index: len(sequences[index]))
        vectors = np.empty((len(texts), WIDTH), np.float32)
        for start in range(0, len(order), self.batch):
            chosen = order[start : start + self.batch]
            vectors[chosen] = self.run([sequences[index] for index in chosen])
        return vectors

    def choose_batch(self, texts):
        times = {}
        for self.batch in BATCHES:
            self.encode(texts[: self.batch])
            times[self.batch] = milliseconds(lambda: self.encode(texts))
        self.batch = min(times, key=times.get)


def main():
    folder, texts, threads = sys.argv[1:4]
    with open(texts, encoding="utf-8") as file:
        sets = json.load(file)
    encoder = Encoder(folder, int(threads))
    encoder.choose_batch(sets["chunks"][:32])

    def answer(request):
        kind, name, count = request[0], request[1], int(request[2])
        if kind == "query":
            query = sets[name][:1]
            for _ in range(3):
                encoder.encode(query)
            return {"milliseconds": [milliseconds(lambda: encoder.encode(query)) for _ in range(count)]}
        chosen = sets[name][:count]
        start = time.perf_counter()
        encoder.encode(chosen)
        return {"seconds": time.perf_counter() - start, "texts": len(chosen)}

    serve(answer)


if __name__ == "__main__":
    main()
