#!/usr/bin/python3
"""What assets/MODEL_CARD.md quotes of emotrack-lab is what it prints of the shipped model.

    card.py LAB MODEL DATA            compares; the last line is "N passed, N failed, N skipped"
    card.py LAB MODEL DATA --write    writes what is printed into the card

A quotation is an indented "$ emotrack-lab ..." and the indented lines behind it. Of its words, the
path of the model and the names of files in DATA are replaced.
"""
import os
import re
import subprocess
import sys

CARD = "assets/MODEL_CARD.md"
QUOTED = re.compile(r"^    \$ emotrack-lab (.*)\n((?:\n?    .*\n)*)", re.M)


class NoData(Exception):
    pass


def printed(words, lab, model, data):
    """What the program prints, indented."""
    command = [lab]
    for word in words.split():
        if word.endswith(".tsv"):
            word = os.path.join(data, word)
            if not os.path.exists(word):
                raise NoData(word)
        command.append(model if word == "assets/emotions.model" else word)
    output = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    return re.sub(r"^(?=.)", "    ", output.rstrip("\n") + "\n", flags=re.M)


def write(card, *arguments):
    def quotation(found):
        return f"    $ emotrack-lab {found[1]}\n" + printed(found[1], *arguments)

    with open(CARD, "w", encoding="utf-8") as file:
        file.write(QUOTED.sub(quotation, card))


def compare(card, *arguments):
    results = {"passed": 0, "failed": 0, "skipped": 0}
    for words, quoted in QUOTED.findall(card):
        try:
            result = "passed" if printed(words, *arguments) == quoted else "failed"
        except NoData as missing:
            result = "failed" if os.environ.get("EMOTRACK_SHARED_REQUIRED") else "skipped"
            print(f"there is no {missing}")
        if result != "passed":
            print(f"{result.upper()}: {CARD}: emotrack-lab {words}")
        results[result] += 1
    print(", ".join(f"{count} {result}" for result, count in results.items()))
    return results["failed"] == 0 and results["passed"] > 0


def main():
    with open(CARD, encoding="utf-8") as file:
        card = file.read()
    if "--write" in sys.argv:
        write(card, *sys.argv[1:4])
        return 0
    return 0 if compare(card, *sys.argv[1:4]) else 1


sys.exit(main())
