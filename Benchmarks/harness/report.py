"""What was measured, as it comes and as a table at the end."""
from dataclasses import dataclass


@dataclass
class Row:
    """One comparison. `ratio` is how many times better ours is; beside a physical limit, the share of it that is reached."""

    subject: str
    ours: str
    beside: str = ""
    theirs: str = ""
    ratio: str = ""


class Report:
    def __init__(self):
        self.rows = []
        self.notes = []

    def begin(self, title):
        print(f"\n== {title}", flush=True)

    def add(self, subject, ours, beside="", theirs="", ratio=None, of_limit=False):
        shown = "" if ratio is None else f"{ratio:.0%} of it" if of_limit else f"{ratio:.2f} x"
        row = Row(subject, ours, beside, theirs, shown)
        self.rows.append(row)
        against = f"  |  {beside}: {theirs}  |  {shown}" if beside else ""
        print(f"   {subject}: {ours}{against}", flush=True)

    def note(self, text):
        """Something the reader must know, such as what is absent."""
        if text not in self.notes:
            self.notes.append(text)
            print(f"   note: {text}", flush=True)

    def table(self):
        lines = [("measured", "ours", "beside", "theirs", "ratio")]
        lines += [(row.subject, row.ours, row.beside, row.theirs, row.ratio) for row in self.rows]
        widths = [max(len(line[column]) for line in lines) for column in range(5)]
        lines.insert(1, tuple("-" * width for width in widths))
        text = "\n".join("| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths)) + " |" for line in lines)
        return "\n".join([text, ""] + [f"- {note}" for note in self.notes])


def rate(value, unit):
    return f"{value:,.0f} {unit}/s"


def time(milliseconds):
    return f"{milliseconds:.2f} ms" if milliseconds < 100 else f"{milliseconds:,.0f} ms"


def times(p50, p95):
    return f"p50 {time(p50)}, p95 {time(p95)}"
