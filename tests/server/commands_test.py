"""What an operator does, with the real program."""

import concurrent.futures
import json
import os
import random
import shutil
import signal
import socket
import stat
import subprocess
import time

import harness


class Init(harness.Case):
    def test_a_folder_that_only_its_owner_reads(self):
        said = self.make("--listen", "127.0.0.1:4711")
        self.assertIn(f"emotrack join https://127.0.0.1:4711 --ca {self.dir}/ca.pem", said)
        for folder, _, files in os.walk(self.dir):
            for name in [".", *files]:
                mode = os.stat(os.path.join(folder, name)).st_mode
                self.assertEqual(stat.S_IMODE(mode) & 0o077, 0, name)

    def test_what_is_there_is_left_as_it_is(self):
        self.make()
        before = self.status()
        self.assertIn("already", self.command("init", "--model", harness.MODEL, code=1))
        self.assertEqual(self.status(), before)
        os.mkdir(self.path("other"))
        with open(self.path("other", "notes"), "w") as file:
            file.write("mine")
        self.command("init", "--model", harness.MODEL, code=1, dir=self.path("other"))
        self.assertEqual(os.listdir(self.path("other")), ["notes"])

    def test_nothing_is_left_of_a_server_that_could_not_be_made(self):
        for wrong in (("--model", self.path("none")), ("--model", __file__),
                      ("--model", harness.MODEL, "--noise=-1"),
                      ("--model", harness.MODEL, "--listen", "nowhere"),
                      ("--model", harness.MODEL, "--minimum", "5", "--reports", "4"),
                      ("--model", harness.MODEL, "--validation", __file__)):
            self.command("init", *wrong, code=1)
            left = os.listdir(self.dir) if os.path.exists(self.dir) else []
            self.assertEqual(left, [], wrong)
        for wrong in ((), ("--model", harness.MODEL, "--minimum", "many"),
                      ("--model", harness.MODEL, "--noise", "nan"),
                      ("--model", harness.MODEL, "--noise", "inf"),
                      ("--model", harness.MODEL, "--seconds", "1.5")):
            self.command("init", *wrong, code=2)

    def test_settings_that_make_no_sense_name_their_line(self):
        self.make()
        self.settings(votes=5000)
        self.assertRegex(self.command("run", code=1), r"config.json', line \d+: \"votes\"")

    def test_without_a_certificate_it_says_what_to_do(self):
        self.command("init", "--model", harness.MODEL)
        self.assertIn("tls.pem", self.command("run", code=1))


class Run(harness.Case):
    def test_one_at_a_time(self):
        self.make()
        self.start()
        self.assertIn("running already", self.command("run", code=1))

    def test_signals_end_it_cleanly(self):
        self.make("--minimum", "1")
        for number in (signal.SIGTERM, signal.SIGINT):
            self.start()
            self.fill(3, seed=number)
            self.assertEqual(self.kill(number), 0)
            self.assertEqual(self.status()["state"], "stopped")
        self.assertEqual(self.status()["reports"], 6)
        self.assertEqual(self.sum()[0], 6)

    def test_where_files_are_few_the_idle_make_room(self):
        self.make()
        self.settings(request_seconds=3600)
        self.start(files=100)
        self.assertIn("limit of open files leaves room for 18 connections", self.logged())
        port = int(self.status()["url"].rsplit(":", 1)[1])
        idle = [socket.create_connection(("127.0.0.1", port)) for _ in range(150)]
        self.assertEqual(self.get("/healthz")[0], 200)
        self.fill(2)
        for connection in idle:
            connection.close()

    def test_a_round_closes_at_its_number(self):
        self.make("--minimum", "2", "--reports", "5", "--noise", "0")
        self.start()
        manifest, _ = self.fill(5)
        harness.until(lambda: self.status()["round"] == 2, "round 2")
        state = self.status()
        self.assertEqual((state["model"], state["reports"]), (2, 0))
        self.assertEqual(state["rounds"][0]["reports"], 5)
        following = self.manifest()
        self.assertGreater(following.fields["sequence"], manifest.fields["sequence"])
        self.assertEqual(following.fields["model_version"], 2)
        status, model = self.get("/v1/models/2")
        self.assertEqual((status, len(model)), (200, following.fields["model_size"]))

    def test_a_round_closes_by_time_once_it_has_the_minimum(self):
        self.make("--minimum", "2", "--reports", "0", "--seconds", "1")
        self.start()
        self.fill(1)
        time.sleep(2)  # nothing happens, which cannot be waited for
        self.assertEqual(self.status()["round"], 1)
        self.fill(1, seed=2)
        harness.until(lambda: self.status()["round"] == 2, "round 2")

    def test_an_open_round_keeps_its_minimum_when_the_settings_change(self):
        self.make("--minimum", "6", "--noise", "0")
        self.start()
        self.kill(signal.SIGTERM)
        self.settings(minimum=2, close_reports=3)
        self.start()
        self.assertEqual(self.status()["close_reports"], 6)
        self.fill(6)
        harness.until(lambda: self.status()["round"] == 2, "round 2")
        self.assertEqual(self.status()["close_reports"], 3)

    def test_a_retry_of_an_older_round_is_told_that_it_counted(self):
        self.make("--minimum", "1")
        self.start()
        manifest, reports = self.fill(2)
        self.command("round", "close")
        harness.until(lambda: self.manifest().round == 2, "round 2")
        late = random.Random(5).randbytes(16)
        self.assertEqual(self.send(manifest, reports), [200, 200])
        self.assertEqual(self.send(manifest, {late: {1: 1}}), [409])

    def test_the_log_names_nobody(self):
        self.make("--minimum", "1")
        self.start()
        _, reports = self.fill(3)
        self.command("round", "close")
        harness.until(lambda: "round 2 is open" in self.logged(), "the log")
        self.kill(signal.SIGTERM)
        log = self.logged()
        self.assertIn("round 1 is closed, 3 reports: published model 2", log)
        for id in reports:
            self.assertNotIn(id.hex(), log)


class Rounds(harness.Case):
    def test_by_hand(self):
        self.make("--minimum", "3", "--noise", "0")
        self.settings(continuous=False)
        self.start()
        self.assertEqual(self.status()["state"], "closed")
        self.assertFalse(self.manifest().fields["open"])
        self.assertIn("no round is open", self.command("round", "close", code=1))
        self.command("round", "open")
        self.assertIn("open already", self.command("round", "open", code=1))
        harness.until(lambda: self.manifest().fields["open"], "the open manifest")
        self.fill(2)
        self.assertIn("nothing is opened below 3", self.command("round", "close", code=1))
        self.fill(1, seed=2)
        self.assertIn("published model 2", self.command("round", "close"))
        harness.until(lambda: not self.manifest().fields["open"], "the closed manifest")
        self.assertEqual(self.status()["state"], "closed")

    def test_killed_while_it_closes(self):
        """Whatever the moment, the round ends in one model, with all its reports."""
        self.make("--minimum", "1", "--reports", "0")
        for attempt in range(1, 9):
            self.start()
            harness.until(lambda: self.manifest().round == attempt, "the round")
            self.fill(4, seed=attempt)
            self.kill()
            closing = subprocess.Popen([harness.SERVER, "round", "close", "--dir", self.dir],
                                       stdout=subprocess.DEVNULL)
            time.sleep(random.uniform(0, 0.12))
            closing.kill()
            closing.wait()
            self.start()
            if self.status()["round"] == attempt and self.status()["state"] == "open":
                self.command("round", "close")
            harness.until(lambda: self.status()["round"] == attempt + 1, "the next round")
            state = self.status()
            self.assertEqual(state["model"], attempt + 1)
            self.assertEqual(state["rounds"][attempt - 1]["reports"], 4)
            self.assertEqual([name for name in os.listdir(self.dir) if name.startswith("round-")],
                             [f"round-{attempt + 1}.key"])
            self.kill()
        self.assertEqual(self.command("check").count(": ok"), 8 + 9)


class Gate(harness.Case):
    ROWS = ("I love this so much\tjoy\nthanks, this is great\tjoy\nI hate you\tanger\n"
            "this makes me so angry\tanger\nso sad about this\tsadness\nI am scared\tfear\n")

    def test_a_worse_model_is_kept_back_and_status_says_why(self):
        with open(self.path("rows.tsv"), "w") as file:
            file.write(self.ROWS)
        self.make("--minimum", "1", "--noise", "0", "--validation", self.path("rows.tsv"))
        self.settings(optimizer="fedavg", optimizer_rate=1000)
        self.start()
        manifest = self.manifest()
        labels = len(manifest.fields["labels"])
        bias = manifest.fields["block"] * labels + 1
        self.assertEqual(self.send(manifest, {bytes(16): {bias: 1}}), [201])
        self.assertIn("kept model 1; gate: refused", self.command("round", "close"))
        state = self.status()
        self.assertEqual((state["model"], state["gated"]), (1, True))
        self.assertRegex(state["gate"], r"refused: accuracy 1\.0000 -> 0\.\d+, macro-F1 1\.0000 ->")
        self.assertEqual(state["models"][0]["accuracy"], 1)
        self.assertEqual(harness.until(lambda: self.manifest().round == 2 and self.manifest(),
                                       "round 2").fields["model_version"], 1)


class Models(harness.Case):
    def test_an_older_model_comes_back_as_a_new_version(self):
        self.make("--minimum", "1", "--noise", "0")
        self.start()
        manifest, _ = self.fill(3)
        self.command("round", "close")
        harness.until(lambda: self.manifest().round == 2, "round 2")
        self.fill(1)
        said = self.command("models", "rollback", "1")
        self.assertIn("published model 3 (rollback to 1)", said)
        self.assertIn("round 2 is void", said)
        harness.until(lambda: self.manifest().round == 3, "round 3")
        now = self.manifest().fields
        self.assertEqual((now["model_version"], now["open"]), (3, True))
        self.assertEqual([model["origin"] for model in self.status()["models"]],
                         ["init", "round 1", "rollback to 1"])
        self.assertEqual(self.status()["reports"], 0)
        self.assertIn("*     3", self.command("models", "list"))

    def test_what_cannot_be_published_is_refused(self):
        self.make()
        self.assertIn("there is no model 9", self.command("models", "rollback", "9", code=1))
        self.command("models", "rollback", "one", code=2)
        self.command("models", "rollback", code=2)
        self.command("models", "list", "1", code=2)
        self.command("models", "publish", __file__, code=1)
        self.assertEqual(self.status()["model"], 1)

    def test_a_model_that_was_changed_is_noticed(self):
        self.make()
        with open(os.path.join(self.dir, "models", "1.model"), "r+b") as file:
            file.seek(5000)
            file.write(b"x")
        self.assertIn("model 1: '", self.command("check", code=1))
        self.command("models", "rollback", "1", code=1)
        self.assertIn("not the model that was published", self.command("run", code=1))


class Keys(harness.Case):
    def envelope(self):
        return json.loads(self.get("/v1/manifest")[1])

    def test_the_next_key_is_signed_by_the_last(self):
        self.make()
        self.start()
        before = self.envelope()
        self.assertEqual(before["successions"], [])
        self.command("keys", "rotate")
        after = harness.until(lambda: self.envelope()["successions"] and self.envelope(),
                              "the new key")
        self.assertEqual(after["manifest"], before["manifest"])
        self.assertEqual(after["key"], before["key"])
        self.assertNotEqual(after["signature"], before["signature"])
        self.assertEqual(after["successions"][0]["key"], self.status()["key"])
        self.command("check")
        self.fill(1)
        for _ in range(15):
            self.command("keys", "rotate")
        self.assertIn("no more", self.command("keys", "rotate", code=1))
        self.assertEqual(len(self.command("keys", "list").split("\n")), 18)

    def test_none_is_lost_where_many_rotate_at_once(self):
        self.make()
        with concurrent.futures.ThreadPoolExecutor() as pool:
            list(pool.map(lambda _: self.command("keys", "rotate"), range(6)))
        self.assertEqual(len(self.command("keys", "list").split("\n")), 8)
        self.command("check")

    def test_a_certificate_of_another_key_is_found(self):
        self.make()
        shutil.copy(os.path.join(self.dir, "ca.pem"), os.path.join(self.dir, "tls.pem"))
        self.assertIn("the certificate: ", self.command("check", code=1))
        self.assertIn("do not fit", self.command("run", code=1))

    def test_a_key_that_others_may_read_is_found(self):
        self.make()
        os.chmod(os.path.join(self.dir, "signing.key"), 0o644)
        self.assertIn("others may read", self.command("check", code=1))


class Backup(harness.Case):
    def test_no_number_is_used_twice(self):
        self.make("--minimum", "1", "--noise", "0")
        self.start()
        self.fill(2)
        self.command("backup", self.path("backup"))
        self.assertEqual(stat.S_IMODE(os.stat(self.path("backup")).st_mode), 0o600)
        self.assertIn("left as it is", self.command("backup", self.path("backup"), code=1))
        for number in (2, 3):
            self.command("round", "close")
            harness.until(lambda: self.manifest().round == number, f"round {number}")
            self.fill(1, seed=number)
        after = self.manifest().fields
        self.kill(signal.SIGTERM)
        again = self.path("again")
        self.command("restore", self.path("backup"), dir=again)
        self.command("check", dir=again)
        self.assertIn("already", self.command("restore", self.path("backup"), dir=again, code=1))
        self.dir = again
        self.start()
        harness.until(lambda: self.manifest().fields["open"], "a round")
        now = self.manifest().fields
        self.assertGreater(now["round"], after["round"])
        self.assertGreater(now["sequence"], after["sequence"])
        self.assertGreater(now["model_version"], after["model_version"])
        self.fill(1, seed=9)

    def test_it_holds_no_votes(self):
        self.make("--minimum", "1", "--noise", "0")
        self.start()
        manifest = self.manifest()
        id = random.Random(3).randbytes(16)
        body = manifest.report(id, {7: 1, 9: -1, 30: 1})
        self.assertEqual(self.send(manifest, {id: body}), [201])
        self.command("backup", self.path("backup"))
        with open(self.path("backup"), "rb") as file:
            bytes = file.read()
        self.assertNotIn(id, bytes)
        self.assertNotIn(body[64:76], bytes)

    def test_an_old_database_is_not_served(self):
        self.make("--minimum", "1", "--noise", "0")
        self.start()
        self.fill(1)
        self.kill(signal.SIGTERM)
        shutil.copy(os.path.join(self.dir, "server.db"), self.path("old"))
        self.command("round", "close")
        last = self.status()
        for name in ("server.db-wal", "server.db-shm"):
            if os.path.exists(os.path.join(self.dir, name)):
                os.remove(os.path.join(self.dir, name))
        shutil.copy(self.path("old"), os.path.join(self.dir, "server.db"))
        for refused in (("run",), ("round", "open"), ("models", "rollback", "1")):
            self.assertIn("check --restored", self.command(*refused, code=1))
        self.command("check", code=1)
        self.command("check", "--restored")
        self.start()
        harness.until(lambda: self.manifest().fields["open"], "a round")
        self.assertGreater(self.manifest().round, last["round"])
        self.assertGreater(self.status()["model"], last["model"])

    def test_what_is_no_backup_is_refused(self):
        self.make()
        for wrong in (__file__, self.path("none"), os.path.join(self.dir, "server.db")):
            self.command("restore", wrong, dir=self.path("again"), code=1)
            self.assertFalse(os.path.exists(self.path("again")), wrong)
