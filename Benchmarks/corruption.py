"""The ways in which the evaluation's benchmark spoils clean rows. Each takes a row, a source of chance and the other rows, and gives back the
spoiled row, or None when the row cannot show this fault, such as a text without accents that is to be read in the wrong encoding."""
import re
import string

# Answers that are said to anything. All but the first four were written after the lists of phrases were, and the lists were left as they are.
EMPTY = [
    "", "N/A", "I don't know.", "As an AI language model, I cannot help with that.", "I'm afraid I can't be of assistance here.", "Answer not provided.",
    "As a chatbot, I have no access to that data.", "Hmm, tough one.", "Please try again later.", "<answer>", "tbc", "—", "Ok.",
    "Certainly! Below you will find everything you need.", "There is a lot one could say about this.", "Darauf habe ich keine Antwort.",
    "Je ne suis pas en mesure de répondre.", "No tengo información sobre eso.", "Ik kan hier geen antwoord op geven.", "Non ho abbastanza informazioni.",
]
KEYS = ["qwertyuiop", "asdfghjkl", "zxcvbnm"]
# Running text of our own in several languages, to stand in for an answer.
FOREIGN = {
    "de": ["Am Nachmittag gingen wir durch den Wald zum See, weil das Wetter endlich besser geworden war.",
           "Die neue Brücke wurde nach drei Jahren Bauzeit eröffnet und verbindet nun beide Teile der Stadt.",
           "Wer früh am Morgen aufsteht, hat mehr vom Tag und kann in Ruhe seinen Kaffee trinken."],
    "fr": ["Le marché se tient chaque samedi sur la place, où les paysans vendent leurs légumes et leurs fromages.",
           "Après la pluie, les enfants sont sortis dans le jardin pour jouer avec leur chien.",
           "Il faut beaucoup de patience pour apprendre un métier qui demande autant de précision."],
    "es": ["El tren sale a las ocho de la mañana y llega a la costa antes del mediodía.",
           "Mi abuela preparaba una sopa que todos los vecinos querían probar en invierno.",
           "La biblioteca del barrio estará cerrada durante el verano por las obras del tejado."],
    "it": ["La bottega del falegname si trova in fondo alla strada, accanto alla vecchia chiesa.",
           "Quando arriva la primavera, i campi si coprono di fiori e le giornate diventano più lunghe."],
    "nl": ["De fietsers wachten bij het stoplicht omdat de brug nog open staat voor een schip.",
           "In de winter is het hier vaak koud, maar de huizen zijn goed geïsoleerd."],
    "en": ["The harbour was quiet in the morning because most of the boats had left before sunrise.",
           "She kept the letters in a wooden box that her grandfather had made for her."],
    "ru": ["Вечером мы сидели на крыльце и слушали, как шумит дождь в старом саду.",
           "Поезд прибывает на станцию в семь часов утра и стоит там двадцать минут."],
    "zh": ["傍晚的时候，孩子们在河边放风筝，老人们坐在树下聊天。", "这座桥建成于上个世纪，至今仍然是城里最重要的通道。"],
}
LEAKS = [
    "### Instruction:\n{prompt}\n\n### Response:\n{completion}", "<|im_start|>assistant\n{completion}<|im_end|>",
    "[INST] {prompt} [/INST] {completion}", "{completion}\n\nHuman: {other}\nAssistant:", "User: {prompt}\nAssistant: {completion}",
    "You are a helpful assistant. Answer the user's question truthfully.\n\n{completion}", "{prompt}\n{completion}",
    "Below is an instruction that describes a task. Write a response that appropriately completes the request.\n\n{completion}",
    "{completion}<|endoftext|>",
]


def swapped(row, chance, others):
    other = chance.choice(others)
    return other["completion"] != row["completion"] and dict(row, completion=other["completion"])


def truncated(row, chance, _):
    text = row["completion"]
    if len(text) < 40:
        return None
    # Somewhere in the middle, and not by chance behind a full stop.
    for _ in range(20):
        kept = text[: round(len(text) * chance.uniform(0.3, 0.9))].rstrip()
        if kept and kept[-1] not in ".!?。！？…":
            return dict(row, completion=kept)
    return None


def repeated(row, chance, _):
    text, kind = row["completion"], chance.randrange(4)
    words = text.split()
    if kind == 0:
        text = " ".join([text] * chance.randint(2, 5))
    elif kind == 1:
        sentences = re.split(r"(?<=[.!?。！？])\s*", text)
        sentence = chance.choice([part for part in sentences if part] or [text])
        text = text + (" " + sentence) * chance.randint(3, 8)
    elif kind == 2 and len(words) > 3:
        start = chance.randrange(len(words) - 2)
        text = " ".join(words[:start] + words[start: start + 3] * chance.randint(5, 15))
    else:
        text = text + " " + (words[-1] + " ") * chance.randint(8, 20)
    return dict(row, completion=text)


def gibberish(row, chance, _):
    text, kind = row["completion"], chance.randrange(4)
    words = text.split()
    if kind == 0:
        text = " ".join("".join(chance.choice(string.ascii_lowercase) for _ in range(chance.randint(2, 10))) for _ in words[:80])
    elif kind == 1 and len(text) > 12:
        text = " ".join("".join(chance.sample(word, len(word))) for word in words)
    elif kind == 2:
        keys = chance.choice(KEYS)
        text = " ".join("".join(chance.choice(keys) for _ in range(chance.randint(3, 12))) for _ in range(max(2, min(40, len(words)))))
    elif len(words) > 9:
        text = " ".join(chance.sample(words, len(words)))
    else:
        return None
    return text != row["completion"] and dict(row, completion=text)


def wrong_language(row, chance, _):
    language = chance.choice([name for name in FOREIGN if name != row.get("language", "en")])
    sentences = FOREIGN[language]
    return dict(row, completion=" ".join(chance.sample(sentences, chance.randint(1, len(sentences)))))


def empty_phrase(row, chance, _):
    return dict(row, completion=chance.choice(EMPTY))


def mojibake(row, chance, _):
    text = row["completion"].replace("'", "’").replace('"', "”").replace(" - ", " – ")
    spoiled = text.encode().decode(chance.choice(["cp1252", "latin-1", "mac-roman"]), errors="replace")
    return spoiled != text and dict(row, completion=spoiled)


def leaked_prompt(row, chance, others):
    filled = chance.choice(LEAKS).format(prompt=row["prompt"], completion=row["completion"], other=chance.choice(others)["prompt"])
    return dict(row, completion=filled)


# Each fault with the measure that is to see it.
FAULTS = {
    "swapped answers": (swapped, "relevance"), "truncation": (truncated, "completeness"), "repetition": (repeated, "variety"),
    "gibberish": (gibberish, "legibility"), "wrong language": (wrong_language, "language"), "empty phrases": (empty_phrase, "substance"),
    "mojibake": (mojibake, "encoding"), "leaked prompts": (leaked_prompt, "cleanness"),
}


def plant(rows, fault, share, chance):
    """The rows with a share of them spoiled, and for each whether it was; rows that cannot show the fault stay as they are."""
    spoil = FAULTS[fault][0]
    planted, marks = [], []
    chosen = set(chance.sample(range(len(rows)), round(share * len(rows))))
    for number, row in enumerate(rows):
        spoiled = number in chosen and spoil(row, chance, rows)
        planted.append(spoiled or row)
        marks.append(bool(spoiled))
    return planted, marks
