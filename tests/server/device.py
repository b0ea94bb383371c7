"""Devices that send reports over HTTPS: device.py PORT CA RECORD SEED

Each keeps a record, a line an event, written before it goes on: "made ID COORDINATE:SIGN...", then
"done ID" when the report was acknowledged. What an earlier process of the same record has made and
not done is sent first, the same bytes. Requests are cut at a random byte, replies not waited for,
reports sent again that were acknowledged. Ends when its input ends and all that it made is done.
"""

import http.client
import os
import random
import select
import socket
import ssl
import sys
import time

sys.dont_write_bytecode = True
os.environ.setdefault("EMOTRACK_SERVER", "")
os.environ.setdefault("EMOTRACK_SUM", "")
from harness import DEADLINE, TYPE, Manifest  # noqa: E402

WAITING = 0.05  # seconds between two tries to reach a server that is down


def read_record(path):
    """(made, done): {id: votes} and ids. A line that was cut off was not written in time to count:
    its report was never sent."""
    made, done = {}, set()
    if not os.path.exists(path):
        return made, done
    with open(path) as file:
        for line in file:
            words = line.split()
            if not line.endswith("\n"):
                continue
            if words[0] == "made":
                made[bytes.fromhex(words[1])] = {int(c): int(s) for c, s in
                                                 (pair.split(":") for pair in words[2:])}
            else:
                done.add(bytes.fromhex(words[1]))
    return made, done


class Device:
    def __init__(self, port, authority, record, seed):
        self.port, self.chance = port, random.Random(seed)
        self.context = ssl.create_default_context(cafile=authority)
        self.made, self.done = read_record(record)
        end_line = os.path.exists(record) and not open(record, "rb").read().endswith(b"\n")
        self.record = open(record, "a", buffering=1)
        if end_line:
            self.record.write("\n")
        self.manifest, self.connection = None, None

    def note(self, *words):
        os.write(self.record.fileno(), (" ".join(words) + "\n").encode())

    def connect(self):
        plain = socket.create_connection(("127.0.0.1", self.port), timeout=DEADLINE)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.connection = self.context.wrap_socket(plain, server_hostname="127.0.0.1")

    def close(self):
        if self.connection:
            self.connection.close()
        self.connection = None

    def reply(self):
        reply = http.client.HTTPResponse(self.connection)
        reply.begin()
        body = reply.read()
        if reply.will_close:
            self.close()
        return reply.status, body

    def ask(self, request):
        """The status and the body; an OSError or HTTPException where the way is broken."""
        if not self.connection:
            self.connect()
        self.connection.sendall(request)
        return self.reply()

    def fetch(self):
        status, body = self.ask(b"GET /v1/manifest HTTP/1.1\r\nHost: localhost\r\n\r\n")
        if status == 200:
            self.manifest = Manifest(body)

    def request_of(self, id):
        body = self.manifest.report(id, self.made[id])
        return (f"PUT /v1/rounds/{self.manifest.round}/reports/{id.hex()} HTTP/1.1\r\n"
                f"Host: localhost\r\nContent-Type: {TYPE}\r\nContent-Length: {len(body)}\r\n\r\n"
                ).encode() + body

    def make(self):
        id, votes = self.chance.randbytes(16), self.manifest.draw(self.chance)
        self.note("made", id.hex(), *(f"{c}:{s}" for c, s in votes.items()))
        self.made[id] = votes
        return id

    def cut(self, request):
        """A part of the request, or all of it, and no ear for the reply."""
        if not self.connection:
            self.connect()
        self.connection.sendall(request[:self.chance.randint(0, len(request))])
        self.close()

    def send(self, id):
        request = self.request_of(id)
        kind = self.chance.random()
        if kind < 0.1:
            self.cut(request)
        elif kind < 0.15:
            if not self.connection:
                self.connect()
            self.connection.sendall(request)
            self.close()
        status, body = self.ask(request)
        if status in (200, 201):
            if id not in self.done:
                self.note("done", id.hex())
            self.done.add(id)
        elif status < 500 and status != 429:
            raise SystemExit(f"refused: {status} {body!r}")

    def step(self, ending):
        """One try at one report; false: there is nothing left to do."""
        if not self.manifest:
            self.fetch()
            return True
        waiting = [id for id in list(self.made)[-200:] if id not in self.done]
        if ending and not waiting:
            waiting = [id for id in self.made if id not in self.done]
        if waiting:
            self.send(waiting[0])
        elif ending:
            return False
        elif self.done and self.chance.random() < 0.1:
            self.send(self.chance.choice(list(self.made)))
        else:
            self.send(self.make())
        return True

    def run(self):
        more, ending = True, False
        while more:
            ending = ending or bool(select.select([sys.stdin], [], [], 0)[0])
            try:
                more = self.step(ending)
            except (OSError, http.client.HTTPException, ValueError):
                self.close()
                time.sleep(WAITING)


if __name__ == "__main__":
    Device(int(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])).run()
