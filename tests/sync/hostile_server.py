#!/usr/bin/env python3
"""A server that behaves as the first part of the path says, well or badly; for client_test.

    tests/sync/hostile_server.py FOLDER

FOLDER holds envelope.json and model.bin; the certificates come there, made anew by a throwaway
authority (ca.pem). When it listens, the ports are written to FOLDER/ports, a "name number" a line:

    good        a right certificate
    stranger    signed by another authority
    self        signed by nobody
    expired, future, wronghost
    plain       no TLS
    old         TLS 1.1 at most
    mute        takes connections and says nothing
    slam        closes each connection at once
    closed      nobody listens

Every request is a line in FOLDER/log: method, path, Range, If-Range, Content-Type, Accept-Encoding,
Expect, body (hex) and the number of its connection at that port; "-" where there is none. It ends
when its standard input does.
"""

import email.utils
import os
import re
import socket
import ssl
import subprocess
import sys
import threading
import time

DAY = 86400
CONFIG = """
[ca]
default_ca = d
[d]
database = index
new_certs_dir = .
serial = serial
default_md = sha256
policy = p
copy_extensions = copy
unique_subject = no
[p]
commonName = supplied
[root]
basicConstraints = critical,CA:TRUE
"""
JSON = "application/json"
MODEL = "application/octet-stream"
PROBLEM = "application/problem+json"


# ---- certificates ----

def openssl(*arguments):
    subprocess.run(["openssl", *arguments], check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.PIPE)


def authority(name):
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-keyout", name + ".key", "-out", name + ".pem", "-subj", "/CN=" + name, "-days", "2",
            "-config", "config", "-extensions", "root")


def utc(seconds):
    return time.strftime("%Y%m%d%H%M%SZ", time.gmtime(time.time() + seconds))


def certificate(name, signer, host="localhost", begin=-DAY, end=DAY):
    names = f"subjectAltName=DNS:{host}" + (",IP:127.0.0.1" if host == "localhost" else "")
    openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
            name + ".key", "-out", name + ".csr", "-subj", "/CN=" + host, "-addext", names,
            "-config", "config")
    openssl("ca", "-batch", "-config", "config", "-cert", signer + ".pem", "-keyfile",
            signer + ".key", "-in", name + ".csr", "-out", name + ".pem", "-notext",
            "-startdate", utc(begin), "-enddate", utc(end))


def make_certificates():
    with open("config", "w") as file:
        file.write(CONFIG + "[req]\ndistinguished_name = n\n[n]\n")
    open("index", "w").close()
    with open("serial", "w") as file:
        file.write("01")
    authority("ca")
    authority("strangers")
    certificate("good", "ca")
    certificate("stranger", "strangers")
    certificate("expired", "ca", begin=-2 * DAY, end=-DAY)
    certificate("future", "ca", begin=DAY, end=2 * DAY)
    certificate("wronghost", "ca", host="elsewhere.example")
    authority("self")


# ---- answers ----

class Request:
    def __init__(self, line, fields, body, connection):
        self.method, path, _ = line.split(" ", 2)
        _, self.scenario, self.rest = path.split("/", 2)
        self.fields, self.body, self.connection = fields, body, connection
        self.word, _, number = self.scenario.partition("-")
        self.number = int(number or 0)

    def range_start(self):
        match = re.fullmatch(r"bytes=(\d+)-", self.fields.get("range", ""))
        return int(match.group(1)) if match else 0


def head(status, *fields):
    return (f"HTTP/1.1 {status} X\r\n" + "".join(field + "\r\n" for field in fields)
            + "\r\n").encode()


def reply(status, body=b"", kind=None, *fields):
    kinds = [f"Content-Type: {kind}"] if kind else []
    return head(status, *kinds, f"Content-Length: {len(body)}", *fields) + body


def chunks(body, size=1000):
    pieces = [body[at:at + size] for at in range(0, len(body), size)] + [b""]
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)


def problem(status, detail, *fields):
    return reply(status, b'{"type":"about:blank","title":"X","detail":"%s"}' % detail, PROBLEM,
                 *fields)


def model_reply(request):
    """As a good server answers, Range and If-Range honoured."""
    start = request.range_start()
    if start >= len(MODEL_BYTES):
        return problem(416, b"no such range")
    if start == 0:
        return reply(200, MODEL_BYTES, MODEL)
    return part_reply(start, len(MODEL_BYTES), len(MODEL_BYTES))


def part_reply(start, end, total, status=206):
    return reply(status, MODEL_BYTES[start:end], MODEL,
                 f"Content-Range: bytes {start}-{end - 1}/{total}")


def good(request):
    if request.rest == "v1/manifest":
        return reply(200, ENVELOPE, JSON + "; charset=utf-8")
    if request.rest.startswith("v1/models/"):
        return model_reply(request)
    return reply(201)


def forever(request, start, piece):
    """Sends until the client has had enough."""
    request.connection.sendall(start)
    while True:
        request.connection.sendall(piece)


def dripping(request):
    for byte in good(request):
        request.connection.sendall(bytes([byte]))
        time.sleep(0.05)


def silent(request):
    while True:
        time.sleep(60)


def http_date(seconds):
    return email.utils.formatdate(seconds, usegmt=True)


HTML = b"<html><body>It works!</body></html>"
SCENARIOS = {
    # well
    "good": good,
    "http10": lambda r: (b"HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n" + ENVELOPE,
                         "close"),
    "interim": lambda r: b"HTTP/1.1 103 X\r\nContent-Type: text/plain\r\n\r\n" + good(r),
    "waiting": lambda r: (b"HTTP/1.1 103 X\r\nLink: x\r\n\r\n", "close"),
    "chunked": lambda r: head(200, "Content-Type: " + (MODEL if "models" in r.rest else JSON),
                              "Transfer-Encoding: chunked")
               + chunks(MODEL_BYTES if "models" in r.rest else ENVELOPE),
    "spelled": lambda r: reply(200, ENVELOPE, None, "cOnTeNt-TyPe:APPLICATION/JSON;x=y"),
    # statuses
    "status": lambda r: reply(r.number, HTML, "text/html"),
    "problem": lambda r: problem(r.number, b"because \\u001b[31mof this"),
    "later": lambda r: problem(r.number, b"later", "Retry-After: 17"),
    "date": lambda r: problem(r.number, b"later", "Date: " + http_date(1000000000),
                              "Retry-After: " + http_date(1000000042)),
    "bigpage": lambda r: reply(503, b"x" * 50000, PROBLEM),
    "redirect": lambda r: reply(r.number, b"", None, "Location: /good/v1/manifest"),
    "elsewhere": lambda r: reply(302, b"", None, "Location: http://127.0.0.1/good/v1/manifest"),
    # nonsense
    "html": lambda r: reply(200, HTML, "text/html"),
    "untyped": lambda r: reply(200, ENVELOPE),
    "garbage": lambda r: reply(200, b"\0\xff{[" * 100, JSON),
    "nothing": lambda r: reply(200, b"", JSON),
    "gzip": lambda r: reply(200, b"\x1f\x8b\x08\0\0\0\0\0", JSON, "Content-Encoding: gzip"),
    "ssh": lambda r: (b"SSH-2.0-OpenSSH_9.2\r\n", "close"),
    "lengths": lambda r: head(200, "Content-Type: " + JSON, "Content-Length: 3",
                              f"Content-Length: {len(ENVELOPE)}") + ENVELOPE,
    "negative": lambda r: head(200, "Content-Type: " + JSON, "Content-Length: -1") + ENVELOPE,
    "badchunk": lambda r: head(200, "Content-Type: " + JSON, "Transfer-Encoding: chunked")
                + b"zz\r\n" + ENVELOPE,
    # too much
    "manyfields": lambda r: forever(r, b"HTTP/1.1 200 OK\r\n", b"X: y\r\n" * 100),
    "longfield": lambda r: forever(r, b"HTTP/1.1 200 OK\r\nX: ", b"y" * 1000),
    "interims": lambda r: forever(r, b"", b"HTTP/1.1 103 X\r\nX: y\r\n\r\n"),
    "huge": lambda r: forever(r, head(200, "Content-Type: " + (MODEL if "models" in r.rest
                                                                else JSON),
                                      "Content-Length: 10737418240"), b" " * 10000),
    "endless": lambda r: forever(r, head(200, "Content-Type: " + (MODEL if "models" in r.rest
                                                                   else JSON),
                                         "Transfer-Encoding: chunked"),
                                 b"2710\r\n" + b" " * 10000 + b"\r\n"),
    # slow
    "drip": dripping,
    "silent": silent,
    # cut off: after so many bytes, with and without TLS's goodbye
    "cut": lambda r: (good(r)[:r.number], "slam"),
    "bye": lambda r: (good(r)[:r.number], "close"),
    # models
    "short": lambda r: reply(200, MODEL_BYTES[:-1], MODEL),
    "long": lambda r: reply(200, MODEL_BYTES + b"x", MODEL),
    "longchunked": lambda r: head(200, "Content-Type: " + MODEL, "Transfer-Encoding: chunked")
                   + chunks(MODEL_BYTES + b"x"),
    "other": lambda r: reply(200, MODEL_BYTES[:-1] + b"\0", MODEL),
    "whole": lambda r: reply(200, MODEL_BYTES, MODEL),
    "never416": lambda r: problem(416, b"no such range"),
    "little": lambda r: part_reply(r.range_start(), min(r.range_start() + 100000,
                                                       len(MODEL_BYTES)), len(MODEL_BYTES)),
    "unknown": lambda r: part_reply(r.range_start(), len(MODEL_BYTES), "*"),
    "misplaced": lambda r: part_reply(r.range_start() + 1, len(MODEL_BYTES), len(MODEL_BYTES)),
    "unplaced": lambda r: reply(206, MODEL_BYTES[r.range_start():], MODEL),
    "grown": lambda r: part_reply(r.range_start(), len(MODEL_BYTES), len(MODEL_BYTES) + 1),
    "changed": lambda r: reply(206, b"\0" * (len(MODEL_BYTES) - r.range_start()), MODEL,
                               f"Content-Range: bytes {r.range_start()}-{len(MODEL_BYTES) - 1}"
                               f"/{len(MODEL_BYTES)}"),
    "emptypart": lambda r: reply(206, b"", MODEL, f"Content-Range: bytes {r.range_start()}-"
                                 f"{len(MODEL_BYTES) - 1}/{len(MODEL_BYTES)}"),
    # some of it, then silence
    "hang": lambda r: (r.connection.sendall(good(r)[:r.number]), silent(r)),
}


# ---- connections ----

def slam(connection):
    """Ends it with a reset, without a goodbye."""
    raw = socket.socket(fileno=connection.detach())
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    raw.close()


def read_request(connection, file):
    line = file.readline(65536).decode().strip()
    if not line:
        return None
    fields = {}
    while field := file.readline(65536).decode().strip():
        name, _, value = field.partition(":")
        fields[name.lower()] = value.strip()
    body = file.read(int(fields.get("content-length", 0)))
    return Request(line, fields, body, connection)


LOCK = threading.Lock()


def note(request, number):
    words = [request.method, f"/{request.scenario}/{request.rest}"]
    words += [request.fields.get(name, "-").replace(" ", "_")
              for name in ("range", "if-range", "content-type", "accept-encoding", "expect")]
    with LOCK, open("log", "a") as log:
        log.write(" ".join(words + [request.body.hex() or "-", str(number)]) + "\n")


def answer(connection, number):
    file = connection.makefile("rb")
    while request := read_request(connection, file):
        note(request, number)
        result = SCENARIOS[request.word](request)
        data, end = result if isinstance(result, tuple) else (result, "")
        if end == "slam":
            connection.sendall(data)
            file.close()
            return end_rudely(connection)
        connection.sendall(data)
        if end == "close":
            file.close()
            connection.unwrap()
            return None
    return None


def end_rudely(connection):
    """The end of the stream without TLS's goodbye. (A reset would overtake what is on its way.)"""
    raw = socket.socket(fileno=connection.detach())
    raw.shutdown(socket.SHUT_WR)
    while raw.recv(65536):
        pass
    raw.close()


def serve(connection, context, number):
    try:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if context:
            connection = context.wrap_socket(connection, server_side=True)
        answer(connection, number)
    except (OSError, ValueError, KeyError):
        pass
    try:
        if not context:  # as web servers do that are spoken to in TLS
            connection.sendall(reply(400, HTML, "text/html"))
        connection.close()
    except OSError:
        pass


def accept(listener, behave):
    number = 0
    while True:
        connection, _ = listener.accept()
        number += 1
        threading.Thread(target=behave, args=(connection, number), daemon=True).start()


def context(name):
    result = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    result.load_cert_chain(name + ".pem", name + ".key")
    return result


def old_context():
    result = context("good")
    result.set_ciphers("ALL:@SECLEVEL=0")
    result.minimum_version = ssl.TLSVersion.TLSv1
    result.maximum_version = ssl.TLSVersion.TLSv1_1
    return result


def listen(name, behave):
    if not behave:
        return f"{name} {free_port()}"
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    threading.Thread(target=accept, args=(listener, behave), daemon=True).start()
    return f"{name} {listener.getsockname()[1]}"


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def speaking(tls):
    return lambda connection, number: serve(connection, tls, number)


def ports():
    for name in ("good", "stranger", "self", "expired", "future", "wronghost"):
        yield listen(name, speaking(context(name)))
    yield listen("plain", speaking(None))
    yield listen("old", speaking(old_context()))
    yield listen("mute", lambda connection, number: silent(connection))
    yield listen("slam", lambda connection, number: slam(connection))
    yield listen("closed", None)


def main():
    global ENVELOPE, MODEL_BYTES
    os.chdir(sys.argv[1])
    with open("envelope.json", "rb") as file:
        ENVELOPE = file.read()
    with open("model.bin", "rb") as file:
        MODEL_BYTES = file.read()
    make_certificates()
    open("log", "w").close()
    with open("ports.new", "w") as file:
        file.write("".join(line + "\n" for line in ports()))
    os.rename("ports.new", "ports")
    sys.stdin.read()


if __name__ == "__main__":
    main()
