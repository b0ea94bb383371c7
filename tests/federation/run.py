#!/usr/bin/env python3
"""Users and a server, the real programs on loopback: tests/federation/run.py BUILD [TEST...]

The last line is "N passed, N failed"."""

import json
import os
import random
import re
import shutil
import signal
import socket
import ssl
import struct
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tui"))
from farm import ROOT, Recorder, Server, User  # noqa: E402
from screen import Screen  # noqa: E402
from suite import run, wait  # noqa: E402

BUILD = os.path.abspath(sys.argv[1])
HEAD = 64  # bytes of a report before its votes (sync/report.h)
TWO = ("--minimum", "2", "--reports", "2", "--noise", "0")

GLAD = ["what a lovely day", "I love this so much", "we won and I am so happy",
        "thank you, this is great", "best news of the year", "so glad that you came"]


class Farm:
    """What one test has made; closed after it."""

    def __init__(self):
        self.made = []

    def keep(self, thing):
        self.made.append(thing)
        return thing

    def server(self, *options, **more):
        return self.keep(Server(BUILD, *options, **more))

    def user(self, profile="default"):
        return self.keep(User(BUILD, profile))

    def screen(self, user):
        """The terminal UI of a user, on its Sync screen."""
        screen = self.keep(Screen(user.program, {"XDG_DATA_HOME": user.home, "HOME": user.home,
                                                 "LANG": "C.UTF-8", "TERM": "screen"}))
        screen.expect(r"\[1 Write\]")
        screen.key("M-4")
        screen.expect(r"\[4 Sync\]")
        return screen

    def recorder(self, server):
        return self.keep(Recorder(server.folder, server.status()["url"], server.ca))

    def close(self):
        for thing in reversed(self.made):
            thing.close()


def rated(count, label="joy"):
    return [(f"{GLAD[i % len(GLAD)]} {'!' * (i % 3)}", label) for i in range(count)]


def test_two_users_make_model_two(farm):
    server = farm.server(*TWO).start()
    ann, ben = farm.user(), farm.user("ben")
    for user in (ann, ben):
        user.write(rated(6, "surprise"))
        user.join(server)
        assert user.model().startswith("v1-")
        assert user.sync()["status"] == "waiting"  # fewer than 20 ratings
        done = user.sync("--now")
        assert done["status"] == "sent" and done["votes"] > 0, done
        assert done["epsilon"] is None, done  # no noise, no bound
    server.wait_for(lambda s: s["model"] == 2, "model 2 was not published")
    for user in (ann, ben):
        done = user.sync()
        assert done["status"] == "updated" and done["model"] == 2, done
        assert user.model().startswith("v2-")
        assert user.sync("--now")["status"] == "nothing-new"
        log = [json.loads(line) for line in user.run("uploads", "--json").stdout.splitlines()]
        assert [upload["state"] for upload in log] == ["sent"], log


def readme_commands():
    """Those by which README tries syncing on one machine."""
    with open(os.path.join(ROOT, "README.md"), encoding="utf-8") as file:
        section = re.search(r"### Try it on one machine\n(.*?)\n#", file.read(), re.S).group(1)
    return "".join(line[4:] + "\n" for line in section.split("\n") if line.startswith("    "))


def until(condition):
    return f"until {condition}; do sleep 0.05; done\n"


def test_the_readme_is_right(farm):
    home = tempfile.mkdtemp(prefix="emotrack-readme-")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    status = "emotrack-server status --dir try --json | tr -d '[:space:]' | grep -q"
    script = readme_commands().replace("8443", str(port))
    script = re.sub(r"(emotrack-server run .*&\n)", r"\1" + until(f"{status} '\"running\":true'"),
                    script)
    try:
        os.symlink(os.path.join(ROOT, "assets"), os.path.join(home, "assets"))
        script = "set -e\ntrap 'kill %1; wait' EXIT\n" + script
        done = subprocess.run(["timeout", "60", "bash", "-c", script], cwd=home,
                              capture_output=True, text=True, stdin=subprocess.DEVNULL,
                              env={**os.environ, "HOME": home, "XDG_DATA_HOME": home,
                                   "PATH": BUILD + ":" + os.environ["PATH"]})
        assert done.returncode == 0, f"{script}\n{done.stdout}{done.stderr}"
        assert '"model":"v2-' in done.stdout, done.stdout
        assert done.stdout.count("round 1 was sent") == 2, done.stdout
        assert done.stdout.count("Model 2 is in use now") == 2, done.stdout
    finally:
        shutil.rmtree(home)


def test_preview_is_what_is_sent(farm):
    server = farm.server(*TWO).start()
    recorder = farm.recorder(server)
    user = farm.user()
    user.write(rated(20))
    user.join(server, url=recorder.url, ca=recorder.ca)
    shown = os.path.join(user.home, "shown.bin")
    user.run("sync", "--show", "--output", shown)
    words = user.run("sync", "--show").stdout
    assert user.sync()["status"] == "sent"
    body = one_report(recorder)
    with open(shown, "rb") as file:
        votes = file.read()[HEAD:]
    assert votes == body[HEAD:]
    assert words.count("-> ") == count_votes(body), words


def reports(recorder):
    """The bodies of the PUT requests that went through."""
    found = []
    for conversation in recorder.bytes_sent():
        for match in re.finditer(rb"PUT /v1/rounds/\d+/reports/[0-9a-f]{32} HTTP/1\.1\r\n"
                                 rb"(?:[^\r\n]+\r\n)*?Content-Length: (\d+)\r\n"
                                 rb"(?:[^\r\n]+\r\n)*\r\n", conversation):
            found.append(conversation[match.end():match.end() + int(match.group(1))])
    return found


def one_report(recorder):
    found = wait(lambda: reports(recorder), "no report went through")
    assert len(found) == 1, len(found)
    return found[0]


def count_votes(body):
    places = struct.unpack(f"<{(len(body) - HEAD) // 4}I", body[HEAD:])
    return sum(place != 0xFFFFFFFF for place in places)


def gibberish(draw):
    return "".join(draw.choice("bcdfghjklmnpqrstvwxz") for _ in range(draw.randint(9, 12)))


def test_nothing_private_on_the_wire(farm):
    draw = random.Random(20261122)
    server = farm.server("--minimum", "3", "--reports", "3", "--noise", "0").start()
    recorder = farm.recorder(server)
    talker, quiet = farm.user("zebulonquaxx"), farm.user("quiet")
    secrets, messages = [], []
    for i in range(200):
        words = [gibberish(draw), gibberish(draw)]
        secrets += words
        messages.append(f"{words[0]} {GLAD[i % len(GLAD)]} {words[1]}")
    talker.write([(text, draw.choice(["joy", "anger", "fear"])) for text in messages])
    quiet.write([("zzqy", "joy")])
    quiet.run("undo")
    for user in (talker, quiet):
        user.join(server, url=recorder.url, ca=recorder.ca)
        assert user.sync("--now")["status"] == "sent"
    bodies = wait(lambda: len(reports(recorder)) == 2 and reports(recorder), "two reports")
    assert len({len(body) for body in bodies}) == 1 and min(map(count_votes, bodies)) == 0
    times = [entry["created_at"] for entry in talker.history()]
    private = secrets + messages + ["zebulonquaxx", talker.home] + times
    wire = b"\n".join(recorder.bytes_sent())
    assert not found_in(private, wire)
    for path, content in server.files():
        assert not found_in(private, content), path
    votes = max(bodies, key=count_votes)[HEAD:HEAD + 16]
    assert votes in wire
    for path, content in server.files():
        assert votes not in content, f"votes in {path}"
    assert not found_in(private, server.memory())
    plant(server, recorder)


def found_in(private, content):
    return [word for word in private if word.encode() in content]


def plant(server, recorder):
    """The same search finds a word that is there: on the wire, in a file, in memory."""
    word = "plantedqxzvword"
    host, port = recorder.url.split("//")[1].split(":")
    context = ssl.create_default_context(cafile=recorder.ca)
    with context.wrap_socket(socket.create_connection((host, int(port))),
                             server_hostname=host) as line:
        line.sendall(f"GET /{word} HTTP/1.1\r\nHost: {host}\r\n".encode())
        wait(lambda: found_in([word], b"".join(recorder.bytes_sent())), "not on the wire")
        wait(lambda: found_in([word], server.memory()), "not in memory")
    with open(os.path.join(server.dir, "planted"), "w", encoding="utf-8") as file:
        file.write(word)
    assert [path for path, content in server.files() if found_in([word], content)]


def test_offline_is_queued_and_sent_once(farm):
    server = farm.server(*TWO).start()
    user = farm.user()
    user.write(rated(20))
    user.join(server)
    assert user.sync("--dry-run")["status"] != "sent"
    status = server.status()
    recorder = farm.recorder(server)
    server.stop()
    done = user.sync(codes=(75,))
    assert done["status"] in ("queued", "waiting"), done
    server.configure(listen=status["url"].split("//")[1])
    server.start()
    assert user.sync("--now")["status"] == "sent"
    assert server.status()["reports"] == 1
    assert not recorder.bytes_sent()


def test_budget_is_kept_across_leaving(farm):
    server = farm.server("--minimum", "1", "--reports", "1", "--noise", "4",
                         "--contributions", "2").start()
    user = farm.user()
    user.join(server)
    for number in range(2):
        user.write(rated(3, ["joy", "anger"][number]))
        assert user.sync("--now")["status"] == "sent"
        server.wait_for(lambda s, n=number: s["model"] == n + 2 and s["state"] == "open",
                        "no model, or no next round")
    user.write(rated(2, "fear"))
    capped = user.sync("--now")
    assert capped["status"] in ("capped", "updated") and capped["model"] == 3, capped
    user.run("leave", "--yes")
    user.join(server)
    capped = user.sync("--now")
    assert capped["status"] == "capped", capped
    assert abs(capped["epsilon"] - epsilon_of(2, 4)) < 0.005, capped


def epsilon_of(k, z, delta=1e-6):
    """The least over alpha of what zCDP gives, by a plain search."""
    from math import log
    rho = k / (2 * z * z)
    return min(a * rho + (log(1 / delta) - log(a) + (a - 1) * log(1 - 1 / a)) / (a - 1)
               for a in (1 + i / 1000 for i in range(1, 200000)))


def test_weaker_terms_are_refused(farm):
    server = farm.server("--minimum", "2", "--reports", "2", "--noise", "4").start()
    user = farm.user()
    user.write(rated(20))
    user.join(server)
    listen = server.status()["url"].split("//")[1]
    server.stop()
    server.configure(noise=1, listen=listen)
    server.start()
    assert user.sync()["status"] == "sent"  # the open round keeps the terms it was opened with
    helper = farm.user()
    helper.write(rated(2))
    helper.join(server)
    assert helper.sync("--now")["status"] == "sent"
    server.wait_for(lambda s: s["round"] == 2, "no second round")
    user.write(rated(1, "fear"))
    refused = user.run("sync", "--now", codes=(1,)).stderr
    assert "noise" in refused, refused
    assert server.status()["reports"] == 0


def test_an_older_state_of_the_server_is_refused(farm):
    server = farm.server("--minimum", "1", "--reports", "1", "--noise", "0").start()
    listen = server.status()["url"].split("//")[1]
    server.stop()
    server.configure(listen=listen)
    old = os.path.join(server.folder, "old")
    shutil.copytree(server.dir, old)
    server.start()
    user = farm.user()
    user.write(rated(20))
    user.join(server)
    assert user.sync()["status"] == "sent"
    server.wait_for(lambda s: s["model"] == 2, "no model")
    assert user.sync()["model"] == 2
    server.stop()
    server.dir = old
    server.start()
    refused = user.run("sync", codes=(1,)).stderr
    assert "gone back" in refused, refused
    assert user.model().startswith("v2-")


def test_another_server_at_the_same_address_is_refused(farm):
    server = farm.server(*TWO).start()
    listen = server.status()["url"].split("//")[1]
    user = farm.user()
    user.write(rated(20))
    user.join(server)
    server.stop()
    other = farm.server(*TWO)
    other.configure(listen=listen)
    for name in ("ca.pem",):  # the same certificate authority, another signing key
        shutil.copy(os.path.join(server.dir, name), os.path.join(other.dir, name))
    for setting in ("certificate", "private_key"):
        path = re.search(rf'"{setting}":\s*"([^"]+)"',
                         open(os.path.join(other.dir, "config.json"), encoding="utf-8").read())
        shutil.copy(os.path.join(server.dir, path.group(1)),
                    os.path.join(other.dir, path.group(1)))
    other.start()
    refused = user.run("sync", "--now", codes=(1,)).stderr
    assert "sign" in refused or "key" in refused, refused
    assert other.status()["reports"] == 0


def test_a_vocabulary_of_names_is_refused(farm):
    folder = tempfile.mkdtemp(prefix="emotrack-names-")
    try:
        corpus = os.path.join(folder, "names.tsv")
        with open(corpus, "w", encoding="utf-8") as file:
            for i in range(400):
                label = ["joy", "anger", "sadness"][i % 3]
                name = ["annabel", "bertrand", "cornelia", "dorothea"][i % 4]
                file.write(f"{name} {['smiles', 'shouts', 'weeps'][i % 3]} again\t{label}\n")
        model = os.path.join(folder, "names.model")
        subprocess.run([os.path.join(BUILD, "emotrack-lab"), "train", "--data", corpus,
                        "--output", model], check=True, capture_output=True)
        server = farm.server(*TWO, model=model).start()
        user = farm.user()
        refused = user.join(server, codes=(1,)).stderr
        assert "vocabulary" in refused, refused
        assert "emotrack-user" not in refused
        assert user.sync(codes=(1,)).get("status") is None
    finally:
        shutil.rmtree(folder)


def test_flipped_labels_stop_at_the_gate(farm):
    folder = tempfile.mkdtemp(prefix="emotrack-gate-")
    try:
        validation = os.path.join(folder, "validation.tsv")
        with open(validation, "w", encoding="utf-8") as file:
            for text in GLAD * 10:
                file.write(f"{text}\tjoy\n")
            for text in ["I hate this so much", "I am so angry at you", "this is so sad"] * 10:
                file.write(f"{text}\t{'sadness' if 'sad' in text else 'anger'}\n")
        server = farm.server("--minimum", "10", "--reports", "10", "--noise", "0",
                             "--validation", validation)
        # large steps: three in ten are enough to do harm
        server.configure(optimizer="fedavg", optimizer_rate=500)
        server.start()
        for number in range(10):
            user = farm.user()
            user.join(server)
            if number < 3:
                user.write(rated(24, "sadness") + [("I hate this so much", "joy")] * 6)
            else:
                user.write([("see you on Monday then", "neutral")])
            assert user.sync("--now")["status"] == "sent"
        status = server.wait_for(lambda s: s["gate"], "the gate said nothing")
        assert status["model"] == 1, status
        assert "macro-F1" in status["gate"] or "accuracy" in status["gate"], status
        page = server.run("status", "--dir", server.dir).stdout
        assert status["gate"].split(":")[0] in page, page
    finally:
        shutil.rmtree(folder)


def test_rollback_is_a_new_version(farm):
    server = farm.server("--minimum", "1", "--reports", "1", "--noise", "0").start()
    user = farm.user()
    user.write(rated(20))
    user.join(server)
    assert user.sync()["status"] == "sent"
    server.wait_for(lambda s: s["model"] == 2, "no model")
    assert user.sync()["model"] == 2
    server.run("models", "rollback", "1", "--dir", server.dir)
    server.wait_for(lambda s: s["model"] == 3, "no model")
    done = wait(lambda: (d := user.sync())["model"] == 3 and d, "model 3 did not come")
    assert done["status"] == "updated", done
    with open(os.path.join(user.home, "emotrack", "default.model"), "rb") as file:
        assert file.read(8) == b"EMOMODEL"


def test_the_screen_joins_syncs_and_leaves(farm):
    server = farm.server(*TWO).start()
    user = farm.user()
    user.write(rated(25, "surprise"))
    screen = farm.screen(user)
    screen.expect("Sync is off: nothing has ever been sent")
    screen.type("j")
    screen.expect("Server: https://")
    screen.key("C-u")
    screen.type(server.status()["url"])
    screen.key("Enter")
    screen.expect("private CA")
    screen.type(server.ca)
    screen.key("Enter")
    screen.expect("no guarantee beyond trust in the operator")
    screen.expect(r"Join\? y joins")
    screen.type("y")
    screen.expect(r"Joined: https://127\.0\.0\.1")
    screen.expect(r"Would be sent next: [1-9]\d* votes")
    screen.expect(r"[+-] \S+.* -> \w+")
    screen.type("p")
    screen.expect("NOT sent")
    screen.key("Escape")
    screen.expect(r"\[4 Sync\]")
    screen.type("s")
    wait(lambda: server.status()["reports"] == 1, "no report came")
    screen.expect("0 new ratings since")
    screen.type("l")
    screen.expect(r"sent +round 1")
    screen.key("Escape")
    screen.expect(r"\[4 Sync\]")
    screen.type("L")
    screen.expect("Leave this server")
    screen.type("y")
    screen.expect("Sync is off: no server is joined. 1 contributions were made")


def test_the_screen_goes_on_while_the_server_hangs(farm):
    server = farm.server(*TWO).start()
    user = farm.user()
    user.write(rated(25))
    user.join(server)
    screen = farm.screen(user)
    server.process.send_signal(signal.SIGSTOP)
    screen.type("s")
    screen.expect("Syncing: ")
    screen.key("M-1")
    screen.expect(r"\[1 Write\]")
    screen.type("I love this")
    screen.expect("Guess: JOY")
    screen.key("M-4")
    screen.expect("Syncing: ")
    screen.key("Escape")
    screen.expect("Stopping|ancelled")
    screen.expect_not("Syncing: ")
    screen.key("C-d")
    screen.expect("exit code 0")


def test_the_screen_shows_what_is_queued(farm):
    server = farm.server(*TWO).start()
    recorder = farm.recorder(server)
    user = farm.user()
    user.write(rated(25))
    user.join(server, url=recorder.url, ca=recorder.ca)
    recorder.cut = b"PUT /v1/rounds"
    screen = farm.screen(user)
    screen.type("s")
    screen.expect("queued 1")
    screen.expect("data is safe here")
    recorder.cut = None
    screen.type("s")
    screen.expect_not("queued 1")
    assert server.status()["reports"] == 1


if __name__ == "__main__":
    sys.exit(run(globals(), Farm))
