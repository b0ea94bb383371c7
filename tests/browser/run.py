#!/usr/bin/env python3
"""The status page in a real browser: tests/browser/run.py SERVER MODEL PAGE_TEST [FOLDER]

Starts SERVER, opens its status page in headless Chromium (apt-get install chromium), checks what
the browser made of it, and leaves screenshots in FOLDER (the current one): server.png of the page
that was served, light.png and dark.png of one with all figures, which PAGE_TEST --show writes.
The server's throwaway CA is not in the browser's store, so its certificate is not checked here.
"""

import html
import os
import re
import subprocess
import sys
import tempfile
import time

PATIENCE = 30  # seconds
SIZE = "1000,1800"


def chromium(*words):
    """What it prints, as a text."""
    with tempfile.TemporaryDirectory(prefix="emotrack-chromium-") as profile:
        return subprocess.run(
            ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
             "--ignore-certificate-errors", f"--user-data-dir={profile}", f"--window-size={SIZE}",
             *words], check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            timeout=120).stdout


def start(server, model, folder):
    """(process, address) of a server that runs."""
    subprocess.run([server, "init", "--dir", folder, "--model", model, "--listen", "127.0.0.1:0",
                    "--self-signed"], check=True, stdout=subprocess.DEVNULL)
    process = subprocess.Popen([server, "run", "--dir", folder], stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        status = subprocess.run([server, "status", "--dir", folder], capture_output=True, text=True,
                                check=True).stdout
        address = re.search(r"https://\S+:[1-9]\d*", status)
        if address and "(open)" in status:
            return process, address[0], status
    process.kill()
    sys.exit("the server does not start")


def check(what, fine):
    print(f"  {'passed' if fine else 'FAILED'}: {what}")
    return fine


def check_page(dom, address, status):
    text = html.unescape(re.sub(r"<(style|title)>.*?</\1>|<[^>]+>", " ", dom, flags=re.S))
    fingerprint = re.search(r"^key\s+(.*\S)", status, re.M)[1]
    return [
        check("the heading is there", "EmoTrack server" in text),
        check("the round is open", re.search(r"Round\s+1\b", text) and "open" in text),
        check("how to join is said", f"emotrack join {address}" in text),
        check("the key's fingerprint is that of `status`", fingerprint in text),
        check("the noise is said", "noise of 4 times" in text),
        check("missing figures are said in words", "no validation file is configured" in text),
        check("there is no script", "<script" not in dom),
    ]


def main():
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    server, model, page_test = map(os.path.abspath, sys.argv[1:4])
    folder = os.path.abspath(sys.argv[4] if len(sys.argv) > 4 else ".")
    with tempfile.TemporaryDirectory(prefix="emotrack-browser-") as scratch:
        process, address, status = start(server, model, os.path.join(scratch, "server"))
        try:
            passed = check_page(chromium("--dump-dom", address + "/"), address, status)
            chromium(f"--screenshot={folder}/server.png", address + "/")
        finally:
            process.terminate()
            process.wait()
        page = os.path.join(scratch, "page.html")
        with open(page, "w", encoding="utf-8") as out:
            subprocess.run([page_test, "--show"], check=True, stdout=out)
        dom = chromium("--dump-dom", "file://" + page)
        passed.append(check("the chart has two lines and its dots",
                            len(re.findall(r'<path class="line', dom)) == 2
                            and len(re.findall(r"<circle", dom)) == 16))
        chromium(f"--screenshot={folder}/light.png", "file://" + page)
        chromium("--blink-settings=preferredColorScheme=0", f"--screenshot={folder}/dark.png",
                 "file://" + page)
    failed = len(passed) - sum(map(bool, passed))
    print(f"{len(passed) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
