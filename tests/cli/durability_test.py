"""Nothing that was acknowledged is ever lost."""

import os
import random
import signal
import subprocess
import threading

from harness import DEADLINE, PROGRAM, Case

ROUNDS = 50

# Says what is on the disk, one line each: "saved ID TEXT", "rated ID".
SCRIPT = """
n=0
while :; do
    n=$((n + 1))
    id=$(echo "round $ROUND message $n" | "$E" write | cut -f 1)
    [ "$id" ] && echo "saved $id round $ROUND message $n"
    [ "$id" ] && "$E" rate "$id" wrong joy >/dev/null && echo "rated $id"
done
"""


class KillTest(Case):
    def killed(self, command, lines, input=None):
        """What a command printed until it was killed, once it had printed so many lines."""
        child = subprocess.Popen(command, env=self.env, stdin=input or subprocess.DEVNULL,
                                 stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                 start_new_session=True)
        seen = [child.stdout.readline() for _ in range(lines)]
        os.killpg(child.pid, signal.SIGKILL)
        seen += child.communicate(timeout=DEADLINE)[0].splitlines(keepends=True)
        return [line.decode().split() for line in seen if line.endswith(b"\n")]

    def test_acknowledged_is_there_after_kill_9(self):
        chance = random.Random(2026)
        saved, rated = {}, set()
        self.env["E"] = PROGRAM
        for number in range(ROUNDS):
            self.env["ROUND"] = str(number)
            if number % 2:
                said = self.killed(["sh", "-c", SCRIPT], chance.randint(1, 7))
                for word, identity, *text in said:
                    if word == "saved":
                        saved[int(identity)] = " ".join(text)
                    else:
                        rated.add(int(identity))
            else:
                with subprocess.Popen(["yes", f"round {number}"], stdout=subprocess.PIPE) as source:
                    for identity, *_ in self.killed([PROGRAM, "write"], chance.randint(1, 40),
                                                    source.stdout):
                        saved[int(identity)] = f"round {number}"
                    source.kill()
            self.check_database()
        found = {entry["id"]: entry for entry in self.history()}
        self.assertGreater(len(rated), ROUNDS // 4)
        for identity, text in saved.items():
            self.assertEqual(found[identity]["text"], text)
        for identity in rated:
            self.assertIsNotNone(found[identity]["rating"])


class ConcurrencyTest(Case):
    def test_three_loops_at_once(self):
        failures = []

        def loop(name):
            for number in range(40):
                done = subprocess.run([PROGRAM, "write"], input=f"{name} {number}\n".encode(),
                                      env=self.env, capture_output=True, check=False)
                identity = done.stdout.split(b"\t")[0].decode()
                rate = subprocess.run([PROGRAM, "rate", identity, "wrong", "joy"], env=self.env,
                                      capture_output=True, check=False)
                if done.returncode or rate.returncode:
                    failures.append(done.stderr + rate.stderr)

        threads = [threading.Thread(target=loop, args=(name,)) for name in "abc"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(failures, [])
        self.assertEqual({entry["text"] for entry in self.history("rated")},
                         {f"{name} {number}" for name in "abc" for number in range(40)})
        self.check_database()
