#!/usr/bin/python3
"""A second reader of the model file, written from classifier/MODEL.md with the standard library.

    model_reader.py MODEL < LINES

Prints `label<TAB>probability` for each line, as `emotrack predict` does without the text. Grapheme
clusters are approximated; the emoticons are the few that comments have.
"""

import math
import re
import struct
import sys
import unicodedata

MASK = (1 << 64) - 1
PLAIN = dict.fromkeys(map(ord, "‘’‚‛′ʼ´"), "'") | dict.fromkeys(map(ord, "“”„‟″«»"), '"')
PLAIN |= dict.fromkeys(range(0x2010, 0x2016), "-")
EMOTICONS = {":)": ":)", ":-)": ":)", ":]": ":)", "=)": ":)", "=]": ":)", ":(": ":(", ":-(": ":(",
             ":[": ":(", "=(": ":(", ":D": ":D", ":-D": ":D", "=D": ":D", ";)": ";)", ";-)": ";)",
             ":P": ":P", ":p": ":P", ":-P": ":P", ":-p": ":P", "=P": ":P", ";P": ":P", ";p": ":P",
             ":/": ":/", ":-/": ":/", ":\\": ":/", ":-\\": ":/", "=/": ":/", ":|": ":|",
             ":-|": ":|", ":O": ":O", ":o": ":O", ":-O": ":O", ":-o": ":O", ":*": ":*", ":-*": ":*",
             ":3": ":3", ":S": ":S", ":s": ":S", ":c": ":(", "<3": "<3", "</3": "</3",
             "^_^": "^_^", "^.^": "^_^", "^^": "^_^", "-_-": "-_-", "-.-": "-_-", ">:(": ">:(",
             ">_<": ">_<", ">.<": ">_<", ";_;": "T_T", ";-;": "T_T", ":'(": ":'(", ":'-(": ":'(",
             ":')": ":')", ":'-)": ":')"}
FACE = re.compile("|".join(
    re.escape(form) + ("(?![A-Za-z0-9/])" if form[-1].isalnum() or form[-1] == "/" else "")
    for form in sorted(EMOTICONS, key=len, reverse=True)))
LETTER = r"(?:[A-Za-z0-9]|[^\W_\u3040-\u30ff\u3400-\u9fff\x00-\x7f]|[\u0300-\u036f])"
EMOJI = r"[^\w\s\x00-\x7f](?:\u200d[^\w\s\x00-\x7f])*"
TOKEN = re.compile(
    r"(?P<url>(?i:https?://|www\.(?=[A-Za-z0-9]))[^\x00-\x20]*)"
    r"|(?P<number>[0-9]+(?![A-Za-z0-9])(?:[.,:][0-9]+)*)"
    rf"|(?P<word>{LETTER}+(?:'(?![0-9]){LETTER}+)*)"
    r"|\[(?P<name>[A-Z]{2,23})\]|(?P<bang>[!?]+)|(?P<dot>\.+)|(?P<quote>\"+)"
    rf"|(?P<emoji>{EMOJI})|(?P<mark>[^\s\x00-\x20])")
ENDS = {".", "...", "!", "!!", "?", "??", "?!", ",", ";", ":"}


def fnv(text):
    h = 14695981039346656037
    for byte in text.encode():
        h = (h ^ byte) * 1099511628211 & MASK
    return h


def pair(a, b):
    m = (a ^ (b << 31 | b >> 33)) * 0x9E3779B97F4A7C15 & MASK
    return m ^ m >> 32


def parts(word):
    """A word, cut and lower-cased, without its suffixes, and the suffixes."""
    suffixes = []
    while len(suffixes) < 3 and (found := re.search(r".(n't|'(?:s|m|d|re|ve|ll))$", word, re.S)):
        suffixes.insert(0, found.group(1))
        word = word[:-len(found.group(1))]
    if suffixes and suffixes[0] == "n't":
        word = {"ca": "can", "wo": "will", "sha": "shall"}.get(word, word)
    elif len(word) > 3 and not word.strip("hae") and word.count("h") > 1:
        word = "haha"
    return [word] + suffixes


def tokens(text, negators, window):
    """[(string, tells something)], flags."""
    text = re.sub("[\ufe0e\ufe0f]|(?<!^)[\U0001f3fb-\U0001f3ff]", "", text.replace("\0", "\ufffd"))
    text = unicodedata.normalize("NFKC", text.translate(PLAIN))
    out, at, left, words, shouted, flags = [], 0, 0, 0, 0, set()
    while at < len(text):
        face = FACE.match(text, at)
        found = face or TOKEN.match(text, at)
        at = found.end() if found else at + 1
        if not found:
            continue
        kind = "face" if face else found.lastgroup
        token = EMOTICONS[face.group()] if face else found.group()
        if kind == "word":
            letters = token.replace("'", "")
            words += len(letters) > 1
            shouted += len(letters) > 1 and all(c != c.lower() for c in letters)
            cut = re.sub(r"(\D)\1\1+", r"\1\1", token.lower())
            if cut != token.lower():
                flags.add("<stretch>")
            for part in parts(cut):
                if part in negators:
                    left = window
                elif left > 0:
                    part, left = "not:" + part, left - 1
                out.append((part, True))
            continue
        if kind == "bang":
            token = token if len(token) == 1 else "!!" if "?" not in token else \
                "??" if "!" not in token else "?!"
        token = {"url": "<url>", "number": "<num>", "name": "<%s>" % token[1:-1].lower(),
                 "dot": "." if len(token) == 1 else "...", "quote": '"'}.get(kind, token)
        left = 0 if token in ENDS else left
        symbol = kind in ("emoji", "mark") and unicodedata.category(token[0])[0] == "S" \
            and ord(token[0]) > 127
        out.append((token, kind == "face" or symbol))
    if shouted:
        flags |= {"<shout>"} if shouted == 1 else {"<shouts>"}
    if shouted > 1 and shouted == words:
        flags.add("<shouting>")
    flags.add("<length:%d>" % min(6, math.floor(1.5 * math.log2(len(out) + 1) + 1e-9)))
    return out, flags


class Model:
    def __init__(self, path):
        data = open(path, "rb").read()
        assert data[:8] == b"EMOMODEL" and struct.unpack_from("<I", data, 8)[0] == 1
        sections = {}
        for i in range(struct.unpack_from("<I", data, 28)[0]):
            name, offset, length = struct.unpack_from("<8sQQ", data, 64 + 32 * i)
            sections[name.rstrip(b"\0").decode()] = data[offset:offset + length]
        numbers = struct.unpack("<7I3f", sections["settings"])
        count, self.stride, features = numbers[:3]
        self.window, self.temperature, self.threshold = numbers[6:9]
        self.labels = sections["labels"].decode().split("\0")[0:3 * count:3]
        self.negators = set(sections["negators"].decode().split("\0")[:-1])
        hashes = struct.unpack(f"<{features}Q", sections["hashes"])
        self.feature = {h: i for i, h in enumerate(hashes)}
        for i, name in enumerate(sections["strings"].decode().split("\0")[:-1]):
            a, _, b = name.partition(" ")
            assert hashes[i] == (pair(fnv(a), fnv(b)) if b else fnv(a)), name
        self.idf = struct.unpack(f"<{features}f", sections["idf"])
        self.bias = struct.unpack(f"<{self.stride}f", sections["bias"])
        self.weights = struct.unpack(f"<{features * self.stride}f", sections["weights"])

    def predict(self, text):
        found, flags = tokens(text, self.negators, self.window)
        hashes = [fnv(token) for token, _ in found]
        chain = [fnv("<s>")] + hashes + [fnv("</s>")]
        ngrams = hashes + [pair(a, b) for a, b in zip(chain, chain[1:])] + [fnv(f) for f in flags]
        times = {}
        for h in ngrams:
            if h in self.feature:
                times[self.feature[h]] = times.get(self.feature[h], 0) + 1
        x = {f: (1 + math.log(n)) * self.idf[f] for f, n in times.items()}
        norm = math.sqrt(sum(v * v for v in x.values())) or 1
        scores = [self.bias[label] + sum(v / norm * self.weights[f * self.stride + label]
                                         for f, v in x.items())
                  for label in range(len(self.labels))]
        powers = [math.exp((s - max(scores)) / self.temperature) for s in scores]
        best = max(range(len(scores)), key=scores.__getitem__)
        p = powers[best] / sum(powers)
        tells = any(told and h in self.feature for (_, told), h in zip(found, hashes))
        return (self.labels[best] if tells and p >= self.threshold else "can't tell"), p


def main():
    model = Model(sys.argv[1])
    for line in sys.stdin.buffer:
        label, p = model.predict(line.decode(errors="replace").rstrip("\n"))
        print("%s\t%.4f" % (label, p))


if __name__ == "__main__":
    main()
