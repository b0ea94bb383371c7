#!/usr/bin/python3
"""A second reader of the model file, by classifier/MODEL.md and the standard library alone:
`model_reader.py MODEL < LINES` says `label, tab, probability` as `emotrack predict` does.
Of grapheme clusters it knows what messages have: emoji of several parts, flags, accents."""
import collections, math, re, struct, sys, unicodedata

data = open(sys.argv[1], "rb").read()
assert data[:8] == b"EMOMODEL" and data[8] == 2
part = {name.strip(b"\0").decode(): data[at:at + size] for name, at, size in
        struct.iter_unpack("<16sQQ", data[64:64 + 32 * data[28]])}
strings = lambda name: part[name].decode().split("\0")[:-1]
floats = lambda name: [number for number, in struct.iter_unpack("<f", part[name])]
pairs = lambda name: dict(zip(strings(name)[::2], strings(name)[1::2]))
window, temperature, threshold = struct.unpack_from("<I2f", part["settings"], 12)
labels, negators, suffixes = strings("labels")[::3], strings("negators"), strings("suffixes")
forms, emoticons = pairs("forms"), pairs("emoticons")
rows = struct.iter_unpack(f"<{len(labels)}{'b' if part['scales'] else 'f'}", part["weights"])
features = dict(zip(strings("strings"), zip(floats("idf"), rows)))
bias, scales = floats("bias"), floats("scales") or [1] * len(labels)

IDEOGRAPH = "[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
WIDE = [(c, unicodedata.category(c)[0]) for c in map(chr, range(128, 0x110000))]
L, S, ZC = ("".join(c for c, kind in WIDE if kind in kinds and not re.match(IDEOGRAPH, c))
            for kinds in ("LMN", "S", "ZC"))
PLAIN = str.maketrans("‘’‚‛′ʼ´“”„‟″«»‐‑‒–—―", "'" * 7 + '"' * 7 + "-" * 6,
                      "\ufe0e\ufe0f\xad\u200b\u200c\u2060\ufeff")
TOKEN = re.compile(
    r"(?P<url>(?i:https?://|www\.(?=[a-z0-9]))[^\0-\x20]*)"
    r"|(?P<num>[0-9]+(?![A-Za-z0-9])(?:[.,:][0-9]+)*)"
    rf"|(?P<word>{IDEOGRAPH}|[A-Za-z0-9{L}]+(?:'(?![0-9])[A-Za-z0-9{L}]+)*)"
    r"|\[(?P<name>[A-Z]{2,23})\]|(?P<emoticon>" + "|".join(
        re.escape(form) + "(?![A-Za-z0-9/])" * bool(re.match("[A-Za-z0-9/]", form[-1]))
        for form in emoticons) + r""")|(?P<ask>[!?]+)|(?P<dot>\.+)|(?P<quote>"+)"""
    rf"|(?P<emoji>[\U0001f1e6-\U0001f1ff]{{2}}|[{S}][\u0300-\u036f]*(?:\u200d[{S}])*)"
    rf"|(?P<mark>[^\0-\x20\x7f{ZC}])")

def split(word):
    word, ends = re.sub(r"([^0-9])\1\1+", r"\1\1", word.lower()), []
    while len(ends) < 3 and (end := next(filter(word[1:].endswith, suffixes), None)):
        word, ends = word[:-len(end)], [end] + ends
    laughs = re.fullmatch("[hae]{4,}", word) and word.count("h") > 1
    return [forms.get(word + "".join(ends[:1]), "haha" if laughs else word)] + ends

def read(text): # tokens, which of them are words, emoji and emoticons, flags
    tokens, telling, capitals, flags, left = [], [], [], set(), 0
    for found in TOKEN.finditer(text):
        kind, token = found.lastgroup, found.group()
        run = "" if len(token) == 1 else token[0] if len(set(token)) == 1 else "?!"
        if kind == "word" and len(token) > 1:
            capitals.append(all(c != c.lower() for c in token if c != "'"))
            flags |= {"<stretch>"} if re.search(r"([^0-9])\1\1", token.lower()) else set()
        for token in split(token) if kind == "word" else [
                {"url": "<url>", "num": "<num>", "name": f"<{found['name']}>".lower(), "quote": '"',
                 "emoticon": emoticons.get(token), "dot": "..." if run else ".",
                 "ask": run if run == "?!" else token[0] + run}.get(kind, token)]:
            negated = kind == "word" and left > 0 and token not in negators
            left = window if kind == "word" and token in negators else left - negated
            left = 0 if kind in ("ask", "dot") or token in (",", ";", ":") else left
            tokens.append("not:" * negated + token)
            telling.append(kind in ("word", "emoji", "emoticon"))
    flags |= {["<shout>", "<shouts>"][sum(capitals) > 1]} if any(capitals) else set()
    flags |= {"<shouting>"} if sum(capitals) > 1 and all(capitals) else set()
    flags.add(f"<length:{min(6, int(1.5 * math.log2(len(tokens) + 1)))}>")
    return tokens, telling, flags

for line in sys.stdin.buffer:
    text = line.rstrip(b"\n").decode(errors="surrogateescape")
    text = re.sub("[\0\udc80-\udcff]", "\ufffd", text).translate(PLAIN)
    text = re.sub(f"(?<=\\S)[\U0001f3fb-\U0001f3ff]|(?<![{S}])\u200d", "", text)
    tokens, telling, flags = read(unicodedata.normalize("NFKC", text))
    chain = ["<s>", *tokens, "</s>"]
    ngrams = tokens + [" ".join(pair) for pair in zip(chain, chain[1:])] + list(flags)
    times = collections.Counter(ngram for ngram in ngrams if ngram in features)
    x = {f: (1 + math.log(n)) * features[f][0] for f, n in times.items()}
    norm = math.hypot(*x.values())
    score = [bias[l] + scales[l] * sum(x[f] / norm * features[f][1][l] for f in x)
             for l in range(len(labels))]
    powers = [math.exp((s - max(score)) / temperature) for s in score]
    p, known = max(powers) / sum(powers), any(t and f in features for t, f in zip(telling, tokens))
    print("%s\t%.4f" % (labels[powers.index(max(powers))] if known and p >= threshold
                        else "can't tell", p))
