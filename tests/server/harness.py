"""A server in a folder of its own, what it says of itself, and reports for it."""

import hashlib
import http.client
import json
import os
import random
import resource
import shutil
import signal
import socket
import ssl
import struct
import subprocess
import tempfile
import time
import unittest

SERVER = os.environ["EMOTRACK_SERVER"]
SUM = os.environ["EMOTRACK_SUM"]
ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
MODEL = os.path.join(ROOT, "assets", "emotions.model")
TYPE = "application/vnd.emotrack.report"
DEADLINE = 60  # seconds after which something hangs


def until(condition, what):
    """The first true value of the condition."""
    end = time.monotonic() + DEADLINE
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError(f"{what}: not within {DEADLINE} seconds")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Manifest:
    """What a report needs to know of the present round."""

    def __init__(self, envelope):
        text = json.loads(envelope)["manifest"]
        self.fields = json.loads(text)
        self.hash = hashlib.sha256(text.encode()).digest()
        self.round, self.votes = self.fields["round"], self.fields["votes"]
        self.coordinates = (self.fields["block"] + 1) * len(self.fields["labels"])

    def report(self, id, votes, hash=None):
        """The bytes of a report; votes: {coordinate: 1 or -1}."""
        words = [coordinate << 1 | (sign < 0) for coordinate, sign in sorted(votes.items())]
        words += [0xFFFFFFFF] * (self.votes - len(words))
        return (struct.pack("<4sIQ", b"EMRP", 1, self.round) + (hash or self.hash) + id
                + struct.pack(f"<{len(words)}I", *words))

    def draw(self, chance):
        count = chance.randint(0, self.votes)
        return {coordinate: chance.choice((1, -1))
                for coordinate in chance.sample(range(self.coordinates), count)}


class Case(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="emotrack-server-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.dir = self.path("server")
        self.process = None
        self.addCleanup(self.kill)

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def command(self, *arguments, code=0, dir=None):
        """Runs a command on the server's folder; what it printed."""
        done = subprocess.run([SERVER, *arguments, "--dir", dir or self.dir], timeout=DEADLINE,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE)
        self.assertEqual(done.returncode, code, (arguments, done.stdout, done.stderr))
        return (done.stdout + done.stderr).decode()

    def make(self, *arguments, model=MODEL, listen="127.0.0.1:0"):
        return self.command("init", "--model", model, "--self-signed", "--listen", listen,
                            *arguments)

    def settings(self, **values):
        """Changes settings in config.json."""
        path = os.path.join(self.dir, "config.json")
        with open(path) as file:
            lines = file.read().split("\n")
        for name, value in values.items():
            at = next(i for i, line in enumerate(lines) if line.lstrip().startswith(f'"{name}":'))
            lines[at] = f'    "{name}": {json.dumps(value)}' + ("," if lines[at][-1] == "," else "")
        with open(path, "w") as file:
            file.write("\n".join(lines))

    def start(self, files=None):
        """files: how many the server may have open."""
        limit = files and (lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (files, files)))
        self.log = open(self.path("log"), "ab")
        self.addCleanup(self.log.close)
        self.process = subprocess.Popen([SERVER, "run", "--dir", self.dir], stderr=self.log,
                                        stdin=subprocess.DEVNULL, preexec_fn=limit)
        return until(lambda: self.status()["running"] and self.status()["url"] or
                     self.process.poll() is not None, "the server's start")

    def kill(self, with_signal=signal.SIGKILL):
        """Ends the server; its exit code."""
        if not self.process:
            return None
        self.process.send_signal(with_signal)
        code = self.process.wait(DEADLINE)
        self.process = None
        return code

    def status(self, dir=None):
        return json.loads(self.command("status", "--json", dir=dir))

    def logged(self):
        with open(self.path("log")) as file:
            return file.read()

    def connect(self):
        url = self.status()["url"]
        context = ssl.create_default_context(cafile=os.path.join(self.dir, "ca.pem"))
        host, port = url.removeprefix("https://").split(":")
        return http.client.HTTPSConnection(host, int(port), context=context, timeout=DEADLINE)

    def get(self, path):
        connection = self.connect()
        connection.request("GET", path)
        reply = connection.getresponse()
        body = reply.read()
        connection.close()
        return reply.status, body

    def manifest(self):
        status, body = self.get("/v1/manifest")
        self.assertEqual(status, 200)
        return Manifest(body)

    def send(self, manifest, reports, round=None):
        """Sends {id: votes}; the HTTP codes, in order."""
        connection, codes = self.connect(), []
        for id, votes in reports.items():
            path = f"/v1/rounds/{round or manifest.round}/reports/{id.hex()}"
            body = votes if isinstance(votes, bytes) else manifest.report(id, votes)
            connection.request("PUT", path, body, {"Content-Type": TYPE})
            reply = connection.getresponse()
            reply.read()
            codes.append(reply.status)
        connection.close()
        return codes

    def fill(self, count, seed=1):
        """Sends so many reports of random votes; the manifest that they were for."""
        manifest, chance = self.manifest(), random.Random(seed)
        reports = {chance.randbytes(16): manifest.draw(chance) for _ in range(count)}
        self.assertEqual(self.send(manifest, reports), [201] * count)
        return manifest, reports

    def sum(self):
        """(reports, {coordinate: sum}) of the open round, read through the server's own code."""
        text = subprocess.run([SUM, self.dir], check=True, stdout=subprocess.PIPE,
                              timeout=DEADLINE).stdout.decode().split("\n")
        pairs = (line.split() for line in text[1:] if line)
        return int(text[0]), {int(coordinate): int(value) for coordinate, value in pairs}


def total(reports):
    """The sum that reports ({id: votes}) should have."""
    sums = {}
    for votes in reports.values():
        for coordinate, sign in votes.items():
            sums[coordinate] = sums.get(coordinate, 0) + sign
    return {coordinate: value for coordinate, value in sums.items() if value}
