#!/usr/bin/env python3
"""Habits that no compiler checks: prints one line a finding.

    tests/lint/habits.py [ROOT]
"""

import re
import sys

import source

COLUMNS = 100

BANNED = {
    # everywhere
    "": {
        "a bounded buffer or snprintf": "strcpy|stpcpy|strcat|sprintf|vsprintf|gets",
        "a parser that says where it failed (strtol)": "atoi|atol|atoll|atof|sscanf",
        "strcspn and an offset": "strtok|strtok_r",
        "no shell": "system|popen",
        "memory of a known bound": "alloca",
        "mkostemp": "tmpnam|mktemp|tempnam",
    },
    "base/": {"an error that is returned": "exit|abort"},
    "classifier/": {
        "an error that is returned": "exit|abort",
        "functions of our own: the C library's differ from machine to machine":
            "(?:exp|exp2|expm1|log|log2|log10|log1p|pow|tanh|sin|cos|fma)[fl]?",
    },
    "db/": {"an error that is returned": "exit|abort"},
    "sync/": {"an error that is returned": "exit|abort"},
}


def line_findings(path, text):
    for number, line in enumerate(text.split("\n"), 1):
        if len(line) > COLUMNS:
            yield number, f"{len(line)} columns"
        if "\t" in line:
            yield number, "a tab"
        if line != line.rstrip():
            yield number, "blanks at the end"
        if re.search(r"\b(TODO|FIXME|XXX)\b", line) and not path.startswith("tests/lint/"):
            yield number, "unfinished"
    if text and not text.endswith("\n"):
        yield text.count("\n") + 1, "no newline at the end"


def call_findings(path, text):
    for prefix, banned in BANNED.items():
        if not path.startswith(prefix):
            continue
        for instead, names in banned.items():
            for match in re.finditer(r"(?<![\w.>])(%s)\s*\(" % names, text):
                yield text.count("\n", 0, match.start()) + 1, f"{match.group(1)}: use {instead}"


def guard_findings(path, text):
    guard = "EMOTRACK_" + re.sub(r"\W", "_", path).upper()
    if not re.match(rf"#ifndef {guard}\n#define {guard}\n", text.lstrip()):
        yield 1, f"does not begin with the guard {guard}"


def findings(root):
    for path in source.files(root, ".c", ".h", ".py", ".sh") + source.scripts(root):
        text = source.read(root, path)
        found = list(line_findings(path, text))
        if path.endswith((".c", ".h")):
            bare = source.code(text)
            found += call_findings(path, bare)
            if path.endswith(".h"):
                found += guard_findings(path, bare)
        for number, what in sorted(found):
            yield f"{path}:{number}: {what}"


def main():
    found = list(findings(sys.argv[1] if len(sys.argv) > 1 else "."))
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
