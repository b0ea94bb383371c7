"""Every report that was acknowledged is in the sum once, none twice, whatever is killed when."""

import os
import random
import subprocess
import sys
import time

import device
import harness

SECONDS = float(os.environ.get("EMOTRACK_SOAK", "15"))
DEVICES = 4


class Exact(harness.Case):
    def device(self, number):
        """Starts the process of a device: each time with other chances, and the same record."""
        self.seed += 1
        return subprocess.Popen([sys.executable, device.__file__, str(self.port),
                                 os.path.join(self.dir, "ca.pem"), self.path(f"record-{number}"),
                                 str(self.seed)], stdin=subprocess.PIPE, stderr=subprocess.PIPE)

    def end(self, process):
        process.stdin.close()
        said = process.stderr.read()
        process.stderr.close()
        self.assertEqual(process.wait(harness.DEADLINE), 0, said)

    def stop(self, process):
        """Kills a device, which must not have ended by itself."""
        self.assertIsNone(process.poll(), "a device has ended")
        process.kill()
        process.wait()
        process.stdin.close()
        process.stderr.close()

    def test_killed_at_random_times(self):
        self.port, self.seed = harness.free_port(), random.randrange(1 << 32)
        chance = random.Random(self.seed)
        self.make("--reports", "0", "--seconds", "0", listen=f"127.0.0.1:{self.port}")
        self.start()
        devices = [self.device(number) for number in range(DEVICES)]
        kills, end = 0, time.monotonic() + SECONDS
        while time.monotonic() < end:
            time.sleep(chance.uniform(0.05, 1))
            if chance.random() < 0.6:
                self.kill()
                self.start()
            else:
                number = chance.randrange(DEVICES)
                self.stop(devices[number])
                devices[number] = self.device(number)
            kills += 1
        for process in devices:
            self.end(process)
        self.kill()
        self.compare(kills)

    def compare(self, kills):
        reports = {}
        for number in range(DEVICES):
            made, done = device.read_record(self.path(f"record-{number}"))
            self.assertEqual(set(made), done)
            reports.update(made)
        self.assertGreater(len(reports), 20 * SECONDS, "hardly any load")
        self.assertGreater(kills, SECONDS / 2)
        count, sums = self.sum()
        self.assertEqual(count, len(reports), f"seed {self.seed}")
        self.assertEqual(sums, harness.total(reports), f"seed {self.seed}")
        print(f"exactly once: {count} reports, {kills} kills in {SECONDS:.0f} s")
