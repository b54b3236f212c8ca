"""The texts that are measured with: the Vaswani abstracts when they are at hand, else the repository's own documents."""
import math
import random
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
COLLECTION = ROOT.parent / "shared" / "data" / "vaswani"
# Words of one of the two pieces that make a passage.
PIECE = 12
# Words that make about 210 tokens.
CHUNK = 182


class Collection:
    """The Vaswani test collection (as carried in the Terrier project): abstracts, questions, and which abstracts people found relevant."""

    def __init__(self, folder=COLLECTION):
        def fields(name, pattern):
            return [(key, " ".join(text.split())) for key, text in re.findall(pattern, (folder / name).read_text(), re.DOTALL)]

        self.abstracts = fields("doc-text.trec", r"<DOCNO>(\d+)</DOCNO>\s*(.*?)</DOC>")
        self.questions = fields("query-text.trec", r"<num>(\d+)</num><title>\s*(.*?)\s*</title>")
        self.relevant = {}
        for line in (folder / "qrels").read_text().splitlines():
            question, _, abstract, grade = line.split()
            if int(grade) > 0:
                self.relevant.setdefault(question, set()).add(abstract)

    @staticmethod
    def is_there():
        return COLLECTION.is_dir()

    def gain(self, question, found):
        """nDCG@10 of the abstracts found for a question, best first."""
        relevant = self.relevant.get(question, set())
        ideal = sum(1 / math.log2(rank + 2) for rank in range(min(10, len(relevant))))
        gained = sum(1 / math.log2(rank + 2) for rank, abstract in enumerate(found[:10]) if abstract in relevant)
        return gained / ideal if ideal else 0


class Texts:
    """Passages, chunks and queries made of real words, the same in every run."""

    def __init__(self):
        self.random = random.Random(3)
        if Collection.is_there():
            self.source = "recombined Vaswani abstracts"
            self.paragraphs = [text for _, text in Collection().abstracts]
        else:
            self.source = "recombined paragraphs of the repository's own documents (../shared/data is absent)"
            self.paragraphs = self._own_paragraphs()
        self.pieces = []
        for paragraph in self.paragraphs:
            words = paragraph.split()
            self.pieces += [words[start : start + PIECE] for start in range(0, len(words) - PIECE + 1, PIECE)]

    def passages(self, count):
        """Different passages of two pieces each, about 30 tokens."""
        found = {}
        while len(found) < count:
            first, second = self.random.sample(self.pieces, 2)
            found[" ".join(first + second)] = None
        return list(found)

    def chunks(self, count):
        """Runs of words of about 210 tokens."""
        words = [word for paragraph in self.paragraphs for word in paragraph.split()]
        return [" ".join(words[start : start + CHUNK]) for start in (self.random.randrange(len(words) - CHUNK) for _ in range(count))]

    def questions(self, count):
        """Eight words in a row, about 11 tokens, which no two questions share."""
        return [" ".join(piece[:8]) for piece in self.random.sample(self.pieces, count)]

    def document(self, words):
        """Paragraphs between empty lines, of so many words together."""
        lines, left = [], words
        while left > 0:
            for paragraph in self.paragraphs:
                lines.append(paragraph.capitalize() + ".")
                left -= len(paragraph.split())
                if left <= 0:
                    break
        return "\n\n".join(lines)

    @staticmethod
    def _own_paragraphs():
        files = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("examples/documents/*"), ROOT / "openapi.yaml"])
        paragraphs = re.split(r"\n\s*\n", "\n\n".join(file.read_text() for file in files))
        return [" ".join(re.findall(r"[A-Za-z][\w'-]*[,.]?", paragraph)) for paragraph in paragraphs if len(paragraph) > 100]
