#!/usr/bin/env python3
"""Who may include whom: prints one line an arrow that points the wrong way.

    tests/lint/layers.py [ROOT]
"""

import fnmatch
import re
import sys

import source

FACE = ["base/*", "app/*.h", "classifier/batch.h", "classifier/label.h", "classifier/model.h",
        "classifier/predict.h", "db/entry.h"]
CORPUS = ["classifier/*"]  # the lab's commands train, judge and show models; they keep no journal

# Files, what of ours they may include, what of the libraries. The first line that fits counts.
RULES = [
    ("base/secret.c", ["base/*"], ["sodium.h"]),
    ("base/*", ["base/*"], ["utf8proc.h"]),
    ("classifier/*", ["base/*", "classifier/*"], ["utf8proc.h"]),
    ("db/twins.c", ["base/*", "db/*"], ["sodium.h"]),
    ("db/vault.c", ["base/*", "db/*"], ["sodium.h", "sqlite3.h"]),
    ("db/*", ["base/*", "db/*"], ["sqlite3.h", "utf8proc.h"]),
    ("sync/server/store_sqlite.c", ["base/*", "sync/*"], ["sqlite3.h"]),
    ("sync/server/http*.c", ["base/*", "classifier/*", "sync/*"],
     ["microhttpd.h", "cjson/cJSON.h"]),
    ("sync/server/certificate.c", ["base/*", "sync/*"], ["gnutls/*"]),
    ("sync/server/*", ["base/*", "classifier/*", "sync/*"], ["cjson/cJSON.h", "sodium.h"]),
    ("sync/transfer.c", ["base/*", "sync/*.h"], ["curl/curl.h"]),
    ("sync/random.c", ["base/*", "sync/*.h"], ["sodium.h"]),
    ("sync/key.c", ["base/*", "sync/*.h"], ["sodium.h"]),
    ("sync/*", ["base/*", "classifier/*", "sync/*"], ["cjson/cJSON.h", "utf8proc.h"]),
    ("app/tui/*", FACE, ["curses.h", "term.h", "utf8proc.h"]),
    ("app/commands/train.[ch]", FACE + CORPUS, []),
    ("app/commands/eval.[ch]", FACE + CORPUS, ["cjson/cJSON.h"]),
    ("app/commands/fit.[ch]", FACE + CORPUS, ["cjson/cJSON.h"]),
    ("app/commands/info.[ch]", FACE + CORPUS, ["cjson/cJSON.h"]),
    ("app/commands/server_*", FACE + ["sync/*.h"], ["cjson/cJSON.h"]),
    ("app/commands/*", FACE, ["cjson/cJSON.h", "utf8proc.h"]),
    ("app/sealed.c", ["base/*", "app/*.h"], ["sodium.h"]),
    ("app/*", ["base/*", "classifier/*", "db/*", "sync/*", "app/*"],
     ["cjson/cJSON.h", "utf8proc.h"]),
]
# In "app/*" of the two faces fnmatch's * reaches into their folders: not into each other's.
APART = [("app/tui/*", "app/commands/*"), ("app/commands/*", "app/tui/*")]
# The two places where a command starts the terminal UI or its parts are named.
MEETING = {("app/commands/write.c", "app/tui/tui.h")}

LIBRARIES = re.compile(r"(curses|ncurses|term\.h|panel|menu|form|sqlite|cjson|utf8proc|curl/|sodium"
                       r"|openssl|gnutls|microhttpd|libpq|cmocka|readline|zlib)")
NETWORK = re.compile(r"(sys/socket|netdb|netinet/|arpa/)")
INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]', re.M)


def fits(path, patterns):
    return any(fnmatch.fnmatch(path, pattern) for pattern in patterns)


def wrong(path, quote, header, ours, libraries, headers):
    """Why `path` may not include `header`, or None."""
    if quote == "<":
        if LIBRARIES.match(header) and not fits(header, libraries):
            return "that library is used elsewhere"
        if NETWORK.match(header) and not path.startswith("sync/"):
            return "the network is sync's"
        return None
    if header not in headers:
        return "no such header; name it from the project's root"
    if not fits(header, ours):
        return "that arrow points the wrong way"
    for face, other in APART:
        if fits(path, [face]) and fits(header, [other]) and (path, header) not in MEETING:
            return "the two faces do not know each other"
    return None


def findings(root):
    headers = set(source.files(root, ".h"))
    for path in source.files(root, ".c", ".h"):
        rule = next((rule for rule in RULES if fits(path, [rule[0]])), None)
        if not rule:
            continue  # the tests may include anything
        text = source.code(source.read(root, path))
        for match in INCLUDE.finditer(text):
            reason = wrong(path, *match.groups(), *rule[1:], headers)
            if reason:
                line = text.count("\n", 0, match.start(1)) + 1
                yield f"{path}:{line}: includes {match.group(2)}: {reason}"


def main():
    found = list(findings(sys.argv[1] if len(sys.argv) > 1 else "."))
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
