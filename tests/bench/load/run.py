#!/usr/bin/env python3
"""How many durable reports a second the real server takes: tests/bench/load/run.py SERVER MODEL

    --seconds N     for each of the two measurements (10)
    --idle N        connections that say nothing beside, and as many that send half a report (500)
    --connections N that wrk keeps (64)

Kept-alive connections first, then a new one for each report. Prints the rates, the server's
greatest memory, and compares the reports that were acknowledged with those that the server counts.
Needs wrk.
"""

import argparse
import hashlib
import json
import os
import re
import resource
import secrets
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
PATIENCE = 30  # seconds
HALF = (b"PUT /v1/rounds/1/reports/00000000000000000000000000000000 HTTP/1.1\r\nHost: localhost\r\n"
        b"Content-Type: application/vnd.emotrack.report\r\nContent-Length: 320\r\n\r\nEMRP")


class Server:
    def __init__(self, program, model, folder):
        self.program, self.folder = program, folder
        self.command("init", "--model", model, "--listen", "127.0.0.1:0", "--self-signed",
                     "--reports", "0", "--seconds", "0")
        self.log = open(os.path.join(folder, "log"), "w", encoding="utf-8")
        self.process = subprocess.Popen([program, "run", "--dir", folder], stdout=self.log,
                                        stderr=subprocess.STDOUT)
        self.context = ssl.create_default_context(cafile=os.path.join(folder, "ca.pem"))
        self.url = self.wait()

    def command(self, *words):
        return subprocess.run([self.program, *words, "--dir", self.folder], check=True,
                              capture_output=True, text=True).stdout

    def status(self):
        return json.loads(self.command("status", "--json"))

    def wait(self):
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            status = self.status()
            if status["state"] == "open" and re.search(r":[1-9]\d*$", status["url"]):
                return status["url"]
        sys.exit("the server opens no round")

    def manifest(self):
        with urllib.request.urlopen(self.url + "/v1/manifest", context=self.context) as reply:
            return json.load(reply)["manifest"].encode()

    def connect(self):
        host, port = self.url.removeprefix("https://").rsplit(":", 1)
        return self.context.wrap_socket(socket.create_connection((host, int(port))),
                                        server_hostname=host)

    def memory(self):
        with open(f"/proc/{self.process.pid}/status", encoding="utf-8") as status:
            return int(re.search(r"VmHWM:\s*(\d+)", status.read())[1]) / 1024

    def processor(self):
        """Seconds of processors that it has used."""
        with open(f"/proc/{self.process.pid}/stat", encoding="utf-8") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.log.close()


def clients():
    """Seconds of processors that children which have ended have used."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def load(server, options, close):
    """(acknowledged, not acknowledged, a second) of one measurement."""
    manifest = server.manifest()
    fields = json.loads(manifest)
    environment = dict(os.environ, ROUND=str(fields["round"]), VOTES=str(fields["votes"]),
                       MANIFEST=hashlib.sha256(manifest).hexdigest(), SALT=secrets.token_hex(4),
                       CLOSE="1" if close else "0")
    count = 16 if close else options.connections
    output = subprocess.run(["wrk", "-t2", f"-c{count}", f"-d{options.seconds}", "-s",
                             os.path.join(HERE, "report.lua"), server.url], env=environment,
                            check=True, capture_output=True, text=True).stdout
    requests = int(re.search(r"(\d+) requests in", output)[1])
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", output)
    bad = int(bad[1]) if bad else 0
    return requests - bad, bad, float(re.search(r"Requests/sec:\s*([\d.]+)", output)[1])


def crowd(server, count):
    """Connections that say nothing, and connections that send half a report."""
    idle = [server.connect() for _ in range(count)]
    half = [server.connect() for _ in range(count)]
    for connection in half:
        connection.sendall(HALF)
    return idle + half


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("server")
    parser.add_argument("model")
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--idle", type=int, default=500)
    parser.add_argument("--connections", type=int, default=64)
    options = parser.parse_args()
    if not shutil.which("wrk"):
        sys.exit("wrk is not installed: apt-get install wrk")
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    with tempfile.TemporaryDirectory(prefix="emotrack-load-") as folder:
        server = Server(os.path.abspath(options.server), os.path.abspath(options.model),
                        os.path.join(folder, "server"))
        acknowledged = 0
        for close, name in ((False, "kept-alive"), (True, "a new connection each")):
            beside = crowd(server, options.idle)
            before = (server.processor(), clients())
            good, bad, rate = load(server, options, close)
            used = (server.processor() - before[0], clients() - before[1])
            acknowledged += good
            print(f"  {name}, {len(beside)} idle or slow beside: {rate:.0f} reports/s"
                  + (f", {bad} refused" if bad else "")
                  + f"; processor time a report: {used[0] / good * 1e6:.0f} us here, "
                  f"{used[1] / good * 1e6:.0f} us in wrk")
            for connection in beside:
                connection.close()
        print(f"  greatest memory: {server.memory():.1f} MiB")
        server.stop()
        counted = server.status()["reports"]
        # A reply that came when wrk had stopped looking was counted here and not there.
        print(f"  acknowledged: {acknowledged}; in the sum: {counted}")
        return 0 if acknowledged <= counted <= acknowledged + 2 * (options.connections + 16) else 1


if __name__ == "__main__":
    sys.exit(main())
