#!/usr/bin/python3
"""A second reader of the model file, by classifier/MODEL.md and the standard library alone:
`model_reader.py MODEL < LINES` says `label, tab, probability` as `emotrack predict` does. Letters,
symbols and grapheme clusters beyond ASCII are what `re` and the accents of Latin make of them."""
import collections, math, re, struct, sys, unicodedata

data = open(sys.argv[1], "rb").read()
assert data[:8] == b"EMOMODEL" and data[8] == 2
part = {name.strip(b"\0").decode(): data[at:at + size] for name, at, size in
        struct.iter_unpack("<16sQQ", data[64:64 + 32 * data[28]])}
strings = lambda name: part[name].decode().split("\0")[:-1]
pairs = lambda name: dict(zip(strings(name)[::2], strings(name)[1::2]))
floats = lambda name: [number for number, in struct.iter_unpack("<f", part[name])]
WINDOW, TEMPERATURE, THRESHOLD, _, FLOOR, PREFIXES, SLOPE = struct.unpack(
    "<I4fIf", part["settings"][12:])
LABELS, NEGATORS, SUFFIXES = strings("labels")[::3], strings("negators"), strings("suffixes")
FORMS, EMOTICONS = pairs("forms"), pairs("emoticons")
BIAS, SCALES = floats("bias"), floats("scales") or [1] * len(LABELS)
ROWS = struct.iter_unpack(f"<{len(LABELS)}{'b' if part['scales'] else 'f'}", part["weights"])
FEATURES = dict(zip(strings("strings"), zip(floats("idf"), ROWS)))

PLAIN = str.maketrans("‘’‚‛′ʼ´“”„‟″«»‐‑‒–—―", "'" * 7 + '"' * 7 + "-" * 6, "\ufe0e\ufe0f\xad\u200b")
IDEOGRAPH = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
LETTER, SYMBOL = rf"(?:[^\W_{IDEOGRAPH}]|[\u0300-\u036f])", r"[^\w\s\0-\x7f]"
TOKEN = re.compile(
    r"(?P<url>(?i:https?://|www\.(?=[a-z0-9]))[^\0-\x20]*)"
    r"|(?P<num>[0-9]+(?![A-Za-z0-9])(?:[.,:][0-9]+)*)"
    rf"|(?P<word>[{IDEOGRAPH}]|{LETTER}+(?:'(?![0-9]){LETTER}+)*)|\[(?P<name>[A-Z]{{2,23}})\]"
    "|(?P<emoticon>" + "|".join(
        re.escape(form) + "(?![A-Za-z0-9/])" * bool(re.search("[A-Za-z0-9/]$", form))
        for form in EMOTICONS) + r")|(?P<ask>[!?]+)|(?P<dot>\.+)|(?P<quote>\"+)"
    rf"|(?P<other>[\U0001f1e6-\U0001f1ff]{{2}}|{SYMBOL}(?:\u200d{SYMBOL})*|[^\0-\x20\s])")

def words(word):
    word, ends = re.sub(r"([^0-9])\1\1+", r"\1\1", word.lower()), []
    while len(ends) < 3 and (end := next(filter(word[1:].endswith, SUFFIXES), None)):
        word, ends = word[:-len(end)], [end] + ends
    laughter = re.fullmatch("[hae]{4,}", word) and word.count("h") > 1
    return [FORMS.get(word + "".join(ends[:1]), "haha" if laughter else word)] + ends

def sign(kind, token):
    ask, dot = token[:2] if len(set(token)) == 1 else "?!", "." if len(token) == 1 else "..."
    return {"url": "<url>", "num": "<num>", "name": f"<{token[1:-1]}>".lower(), "quote": '"',
            "emoticon": EMOTICONS.get(token), "dot": dot, "ask": ask}.get(kind, token)

def read(text):
    """The n-grams of a message, and those of them that are words, emoji and emoticons."""
    tokens, prefixes, telling, capitals, flags, left = [], [], [], [], set(), 0
    for kind, text in ((found.lastgroup, found[0]) for found in TOKEN.finditer(text)):
        if kind == "word" and len(text) > 1:
            capitals.append(all(c != c.lower() for c in text.replace("'", "")))
            flags |= {"<stretch>"} if re.search(r"([^0-9])\1\1", text.lower()) else set()
        for token in words(text) if kind == "word" else [sign(kind, text)]:
            marked = kind == "word" and left > 0 and token not in NEGATORS
            left = WINDOW if kind == "word" and token in NEGATORS else left - marked
            left = 0 if kind in ("ask", "dot") or token in (",", ";", ":") else left
            tokens.append("not:" * marked + token)
            symbol = token > "\x7f" and unicodedata.category(token[0])[0] == "S"
            telling += tokens[-1:] * (kind in ("word", "emoticon") or symbol)
            prefixes += [token[:k] + "*" for k in range(len(token) * (kind == "word"))
                         if PREFIXES >> k & 1]
    flags |= {["<shout>", "<shouts>"][sum(capitals) > 1]} if any(capitals) else set()
    flags |= {"<shouting>"} if sum(capitals) > 1 and all(capitals) else set()
    flags.add(f"<length:{min(6, int(1.5 * math.log2(len(tokens) + 1)))}>")
    bigrams = map(" ".join, zip(["<s>"] + tokens, tokens + ["</s>"]))
    return [*tokens, *bigrams, *prefixes, *flags], telling

for line in sys.stdin.buffer:
    text = line.rstrip(b"\n").decode(errors="surrogateescape").translate(PLAIN)
    text = re.sub(r"(?<=\S)[\U0001f3fb-\U0001f3ff]|(?<=[\w\s])\u200d", "", text)
    text = unicodedata.normalize("NFKC", re.sub("[\0\udc80-\udcff]", "\ufffd", text))
    ngrams, telling = read(text)
    times = collections.Counter(ngram for ngram in ngrams if ngram in FEATURES)
    x = {f: (1 + math.log(n)) * FEATURES[f][0] for f, n in times.items()}
    norm = math.sqrt(sum(value * value for value in x.values()) + FLOOR)
    score = [bias + scale * sum(x[f] / norm * FEATURES[f][1][label] for f in x)
             for label, (bias, scale) in enumerate(zip(BIAS, SCALES))]
    lead = (max(score) - sorted(score)[-2]) / TEMPERATURE
    heat = TEMPERATURE * (1 + SLOPE * (lead / (1 + lead) - 0.5))
    powers = [math.exp((s - max(score)) / heat) for s in score]
    p = [power / sum(powers) for power in powers]
    sure = max(p) >= THRESHOLD and any(token in FEATURES for token in telling)
    print("%s\t%.4f" % (LABELS[p.index(max(p))] if sure else "can't tell", max(p)))
