#!/usr/bin/env python3
"""Makes up a journal: messages over some years, some of them rated, as JSON Lines for
`emotrack import`. The same arguments make the same journal.

    tests/bench/journal.py [--messages 100000] [--ratings 20000] [--years 3] [--until 2026-11-22]
                           [--texts FILE.tsv] [--seed 1] | emotrack import --format jsonl -

--texts: GoEmotions' rows, whose first column is taken for the messages; without it, sentences are
put together from a few hundred words. Most people write in the evening, some days not at all, and
have weeks that are better and worse; so does this one.
"""

import argparse
import datetime
import json
import math
import random

LABELS = ("anger", "disgust", "fear", "joy", "sadness", "surprise", "neutral")
OPENINGS = ("I", "we", "my sister", "the boss", "nobody", "everyone", "my neighbour", "the doctor")
VERBS = {"anger": "hate", "disgust": "cannot stomach", "fear": "worry about", "joy": "love",
         "sadness": "miss", "surprise": "did not expect", "neutral": "talked about"}
THINGS = ("the meeting", "this song", "the garden", "her birthday", "the news", "my old bike",
          "the exam", "our holiday", "the train", "that film", "the interview", "dinner", "the dog",
          "the deadline", "grandma's house", "the weather", "my new job", "the noise", "football")
ENDINGS = ("", " again", " today", " so much", ", as always", " and I can't sleep", "!!", " :)",
           ", what a day", " since Monday", " 😀", " more than ever", ", honestly", " at work")
# Messages per hour of the day, as it may be.
HOURS = (2, 1, 0, 0, 0, 1, 3, 6, 7, 5, 4, 4, 6, 5, 4, 4, 5, 6, 7, 8, 9, 12, 14, 9)


def sentences(random_):
    while True:
        label = random_.choice(LABELS)
        yield (f"{random_.choice(OPENINGS)} {VERBS[label]} {random_.choice(THINGS)}"
               f"{random_.choice(ENDINGS)}")


def rows(path, random_):
    with open(path, encoding="utf-8") as file:
        texts = [line.split("\t")[0] for line in file]
    while True:
        yield random_.choice(texts)


def moods(day):
    """How often each label is felt on a day: a slow wave of better and worse weeks."""
    wave = math.sin(day / 9) + 0.5 * math.sin(day / 47)
    return [max(0.2, weight) for weight in
            (1 - wave, 0.4, 1 - 0.7 * wave, 2 + 2 * wave, 1.3 - wave, 0.8, 1.5)]


def times(count, years, until, random_):
    """Moments in their order, by day and hour."""
    days = years * 365
    weights = [random_.choice((0, 1, 1, 2, 3)) for _ in range(days)]
    chosen = sorted(random_.choices(range(days), weights, k=count))
    first = until - datetime.timedelta(days=days - 1)
    moments = []
    for day in chosen:
        hour = random_.choices(range(24), HOURS)[0]
        moments.append((day, datetime.datetime.combine(
            first + datetime.timedelta(days=day),
            datetime.time(hour, random_.randrange(60), random_.randrange(60),
                          random_.randrange(1000) * 1000))))
    return sorted(moments, key=lambda moment: moment[1])


def entries(options):
    random_ = random.Random(options.seed)
    texts = rows(options.texts, random_) if options.texts else sentences(random_)
    rated = set(random_.sample(range(options.messages), options.ratings))
    until = datetime.date.fromisoformat(options.until)
    for number, (day, moment) in enumerate(times(options.messages, options.years, until, random_)):
        truth = random_.choices(LABELS, moods(day))[0]
        # Six in ten guesses are right to begin with, eight in ten in the end.
        right = random_.random() < 0.6 + 0.2 * number / options.messages
        guess = truth if right else random_.choice([name for name in LABELS if name != truth])
        entry = {"created_at": moment.isoformat(timespec="milliseconds") + "+01:00",
                 "text": next(texts), "guess": guess,
                 "probability": round(random_.uniform(0.3, 0.98), 4)}
        if number in rated:
            entry["rating"] = "right" if right else "wrong"
            entry["label"] = None if right or random_.random() < 0.1 else truth
        yield entry


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--ratings", type=int, default=20_000)
    parser.add_argument("--years", type=int, default=3)
    parser.add_argument("--until", default="2026-11-22")
    parser.add_argument("--texts")
    parser.add_argument("--seed", type=int, default=1)
    for entry in entries(parser.parse_args()):
        print(json.dumps(entry, ensure_ascii=False))


if __name__ == "__main__":
    main()
