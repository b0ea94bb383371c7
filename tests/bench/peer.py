#!/usr/bin/python3
"""The same task with scikit-learn: text in, one label a line out.

    peer.py DATA TEXT

Trains TfidfVectorizer and LogisticRegression on DATA/train.tsv, then, once for each line on
standard input, reads TEXT, labels it, and prints the seconds that this took.
"""

import sys
import time

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline


def load(data):
    """Texts with the one label that they have after mapping to the seven."""
    with open(data + "/ekman.tsv", encoding="utf-8") as file:
        emotion = dict(line.rstrip("\n").split("\t") for line in file)
    texts, labels = [], []
    with open(data + "/train.tsv", encoding="utf-8") as file:
        for line in file:
            text, names = line.rstrip("\n").split("\t")
            mapped = {emotion[name] for name in names.split(",")}
            if len(mapped) == 1:
                texts.append(text)
                labels.append(mapped.pop())
    return texts, labels


def main():
    data, text = sys.argv[1:]
    pipeline = make_pipeline(TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True),
                             LogisticRegression(max_iter=1000))
    pipeline.fit(*load(data))
    print("ready", flush=True)
    for _ in sys.stdin:
        begin = time.perf_counter()
        with open(text, encoding="utf-8") as file, open("/dev/null", "w", encoding="utf-8") as out:
            out.write("\n".join(pipeline.predict(file.read().splitlines())))
        print(time.perf_counter() - begin, flush=True)


if __name__ == "__main__":
    main()
