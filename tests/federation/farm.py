"""A server and its users on loopback, for tests that drive the real programs."""

import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from suite import DEADLINE, wait  # noqa: E402

AREA_MAX = 1 << 30  # bytes of memory in one piece; a sanitizer's own bookkeeping is larger
ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
MODEL = os.path.join(ROOT, "assets", "emotions.model")


class Server:
    """An emotrack-server in a folder of its own."""

    def __init__(self, build, *options, model=MODEL):
        self.program = os.path.join(build, "emotrack-server")
        self.folder = tempfile.mkdtemp(prefix="emotrack-server-")
        self.dir = os.path.join(self.folder, "server")
        self.process = None
        self.run("init", "--dir", self.dir, "--model", model, "--listen", "127.0.0.1:0",
                 "--self-signed", *options)

    def run(self, *arguments, check=True):
        done = subprocess.run([self.program, *arguments], capture_output=True, text=True)
        if check and done.returncode != 0:
            raise AssertionError(f"{arguments}: exit code {done.returncode}\n{done.stderr}")
        return done

    def start(self):
        log = open(os.path.join(self.folder, "log"), "ab")
        self.process = subprocess.Popen([self.program, "run", "--dir", self.dir],
                                        stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        log.close()
        wait(self.answers, "the server did not start:\n" + self.log())
        return self

    def answers(self):
        """Whether it takes connections at the address that it tells."""
        if self.process.poll() is not None:
            raise AssertionError("the server ended:\n" + self.log())
        status = self.status(check=False)
        match = re.fullmatch(r"https://127\.0\.0\.1:(\d+)", status.get("url") or "")
        if not match or match.group(1) == "0":
            return False
        try:
            socket.create_connection(("127.0.0.1", int(match.group(1))), 1).close()
            return True
        except OSError:
            return False

    def status(self, check=True):
        done = self.run("status", "--dir", self.dir, "--json", check=check)
        return json.loads(done.stdout) if done.returncode == 0 else {}

    def wait_for(self, condition, what):
        """The first status for which the condition holds."""
        try:
            return wait(lambda: (s := self.status()) and condition(s) and s, what)
        except AssertionError:
            raise AssertionError(f"{what}:\n{self.status()}\n{self.log()}") from None

    def stop(self, how=signal.SIGTERM):
        if self.process:
            self.process.send_signal(how)
            self.process.wait(DEADLINE)
            self.process = None

    def log(self):
        path = os.path.join(self.folder, "log")
        return open(path, encoding="utf-8").read() if os.path.exists(path) else ""

    @property
    def ca(self):
        return os.path.join(self.dir, "ca.pem")

    def configure(self, **settings):
        """Changes values in config.json, its comments kept."""
        path = os.path.join(self.dir, "config.json")
        text = open(path, encoding="utf-8").read()
        for name, value in settings.items():
            text, count = re.subn(rf'("{name}":\s*)[^,\n}}]+', rf"\g<1>{json.dumps(value)}", text)
            assert count == 1, f"{name} is {count} times in config.json"
        open(path, "w", encoding="utf-8").write(text)

    def files(self):
        for folder, _, names in os.walk(self.folder):
            for name in names:
                path = os.path.join(folder, name)
                with open(path, "rb") as file:
                    yield path, file.read()

    def memory(self):
        """What a core dump would have: every readable page of the process."""
        pages = []
        with open(f"/proc/{self.process.pid}/maps", encoding="utf-8") as maps, \
                open(f"/proc/{self.process.pid}/mem", "rb", buffering=0) as memory:
            for line in maps:
                span, mode, rest = line.split(None, 2)
                if "r" not in mode or rest.rstrip().endswith(("[vvar]", "[vsyscall]")):
                    continue
                begin, end = (int(part, 16) for part in span.split("-"))
                if end - begin > AREA_MAX:
                    continue
                try:
                    memory.seek(begin)
                    pages.append(memory.read(end - begin))
                except (OSError, ValueError):
                    continue
        return b"".join(pages)

    def close(self):
        self.stop(signal.SIGKILL)
        shutil.rmtree(self.folder)


class User:
    """One profile with a home of its own."""

    def __init__(self, build, profile="default"):
        self.program = os.path.join(build, "emotrack")
        self.home = tempfile.mkdtemp(prefix="emotrack-user-")
        self.profile = profile
        if profile != "default":
            self.run("profile", "new", profile)

    def run(self, *arguments, input=None, codes=(0,)):
        environment = {name: value for name, value in os.environ.items()
                       if not name.startswith(("XDG_", "EMOTRACK_"))}
        environment.update(XDG_DATA_HOME=self.home, HOME=self.home, LANG="C.UTF-8")
        command = [self.program, *arguments]
        if self.profile != "default" and arguments[0] != "profile":
            command += ["--profile", self.profile]
        done = subprocess.run(command, input=input, capture_output=True, text=True,
                              env=environment, stdin=None if input is not None
                              else subprocess.DEVNULL)
        assert done.returncode in codes, \
            f"{command}: exit code {done.returncode}\n{done.stdout}{done.stderr}"
        return done

    def write(self, rated):
        """Saves messages and rates them: [(text, label), ...]."""
        self.run("write", input="".join(text + "\n" for text, _ in rated))
        newest = json.loads(self.run("history", "--json", "--limit", "1").stdout)["id"]
        for number, (_, label) in enumerate(rated, newest - len(rated) + 1):
            self.run("rate", str(number), "wrong", label)

    def join(self, server, url=None, codes=(0,), ca=None, vocabulary=False):
        status = server.status()
        return self.run("join", url or status["url"], "--key", status["key"],
                        "--ca", ca or server.ca,
                        *(["--accept-vocabulary"] if vocabulary else []), codes=codes)

    def sync(self, *options, codes=(0,)):
        done = self.run("sync", "--json", *options, codes=codes)
        return json.loads(done.stdout) if done.stdout else {"error": done.stderr}

    def history(self):
        return [json.loads(line) for line in self.run("history", "--json").stdout.splitlines()]

    def model(self):
        return json.loads(self.run("predict", "--json", "hello").stdout)["model"]

    def close(self):
        shutil.rmtree(self.home)


class Recorder:
    """A TLS proxy that keeps every byte of the conversation in the clear."""

    def __init__(self, folder, upstream, upstream_ca):
        self.folder, self.upstream = folder, upstream
        self.ca = os.path.join(folder, "recorder-ca.pem")
        self.key = os.path.join(folder, "recorder-key.pem")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-keyout", self.key,
                        "-out", self.ca, "-subj", "/CN=recorder", "-addext",
                        "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
        self.outer = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.outer.load_cert_chain(self.ca, self.key)
        self.inner = ssl.create_default_context(cafile=upstream_ca)
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.url = "https://127.0.0.1:%d" % self.listener.getsockname()[1]
        self.lock = threading.Lock()
        self.sent, self.received = [], []
        self.cut = None  # bytes at whose sight the connection is cut, unforwarded
        self.server = threading.Thread(target=self.serve, daemon=True)
        self.server.start()

    def serve(self):
        while True:
            try:
                plain, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.carry, args=(plain,), daemon=True).start()

    def carry(self, plain):
        try:
            client = self.outer.wrap_socket(plain, server_side=True)
            host = self.upstream.split("//")[1].split(":")
            server = self.inner.wrap_socket(socket.create_connection((host[0], int(host[1]))),
                                            server_hostname=host[0])
        except OSError:
            plain.close()
            return
        back = threading.Thread(target=self.pump, args=(server, client, self.received), daemon=True)
        back.start()
        self.pump(client, server, self.sent)
        back.join()

    def pump(self, source, sink, record):
        conversation = []
        with self.lock:
            record.append(conversation)
        try:
            while data := source.recv(65536):
                if self.cut and self.cut in data:
                    break
                conversation.append(data)
                sink.sendall(data)
        except (OSError, ssl.SSLError):
            pass
        finally:
            for end in (source, sink):
                try:
                    end.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass

    def bytes_sent(self):
        """What each connection's client has sent."""
        with self.lock:
            return [b"".join(conversation) for conversation in self.sent]

    def close(self):
        """Ends the wait for the next connection too: a thread that is left in it takes, after the
        process was stopped and continued, one from the next listener of the same descriptor."""
        self.listener.shutdown(socket.SHUT_RDWR)
        self.server.join()
        self.listener.close()
