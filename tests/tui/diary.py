"""A year of somebody's messages, for pictures of the program and for tests of what it counts."""

import datetime
import json
import random

NOW = "2026-11-22T20:15:00Z"
RATED = 240  # of the newest, less some

LINES = (
    ("anger", "the deadline moved AGAIN and nobody told us"),
    ("anger", "I hate it when people talk over me in meetings"),
    ("anger", "someone scratched the car and just drove off"),
    ("anger", "why does the landlord never answer, this is so annoying"),
    ("anger", "stupid printer, stupid paper, stupid me"),
    ("disgust", "there was mould in the lunch box, disgusting"),
    ("disgust", "the bathroom at the station, ugh, gross"),
    ("disgust", "that joke about her was just nasty"),
    ("fear", "I'm scared of what the doctor will say tomorrow"),
    ("fear", "so nervous about the interview that I can't sleep"),
    ("fear", "heard steps behind me on the way home, I was terrified"),
    ("fear", "what if I fail the exam, I'm really worried"),
    ("fear", "the plane was shaking the whole time, I was afraid"),
    ("joy", "Got the job!!"),
    ("joy", "love how the garden smells after the rain"),
    ("joy", "thank you Mira for the soup, you are the best"),
    ("joy", "we danced in the kitchen until midnight, so happy"),
    ("joy", "finally finished the quilt and it looks great :)"),
    ("joy", "what a lovely evening by the river with everyone"),
    ("joy", "Tom laughed at my joke, I'm so proud 😀"),
    ("joy", "the little one took her first steps today ❤️"),
    ("joy", "good coffee, good book, good morning"),
    ("joy", "excited about the trip, only three days left!"),
    ("joy", "grateful for a quiet sunday"),
    ("sadness", "I can't believe they cancelled it again, I was so looking forward to it"),
    ("sadness", "miss grandma so much today, it's been a year"),
    ("sadness", "feeling lonely since everyone moved away"),
    ("sadness", "sorry that I forgot her birthday, I feel terrible"),
    ("sadness", "the old dog died last night, we all cried"),
    ("sadness", "sad that summer is over already"),
    ("sadness", "another rejection, I'm so disappointed"),
    ("surprise", "wow, they gave the prize to Ana, I did not expect that"),
    ("surprise", "ran into my first teacher at the market, what a surprise!"),
    ("surprise", "oh, the shop is gone, just like that?"),
    ("surprise", "I can't believe it snowed in may"),
    ("neutral", "bus at 7:40, dentist at 9, then the bank"),
    ("neutral", "moved the meeting to thursday"),
    ("neutral", "bought bread, milk and two lamps"),
    ("neutral", "we talked about the plan for next year"),
    ("neutral", "read the first chapter, will read on tomorrow"),
    ("neutral", "worked from home, walked to the lake in the evening"),
)
# The last days as they were, newest last: these are what a picture of the history shows.
LAST_DAYS = ((11, 19, 18, 3, 0), (11, 20, 8, 12, 37), (11, 20, 22, 47, 16), (11, 21, 9, 12, 13),
             (11, 21, 21, 5, 20), (11, 22, 7, 50, 21), (11, 22, 19, 41, 24))


def moments(count, random_):
    """Moments of a year, more in the evening, none on some days."""
    last = datetime.datetime(2026, 11, 18)
    days = sorted(random_.choices([day for day in range(340) if random_.random() < 0.7], k=count))
    for day in days:
        hour = random_.choice((7, 8, 12, 13, 18, 19, 20, 21, 21, 22, 22, 23))
        yield last - datetime.timedelta(days=339 - day, hours=-hour,
                                        minutes=random_.randrange(-59, 0))


def entries(count=360):
    """(moment, truth, text), oldest first; always the same."""
    random_ = random.Random(7)
    for moment in sorted(moments(count, random_)):
        yield (moment, *random_.choice(LINES))
    for month, day, hour, minute, line in LAST_DAYS:
        yield (datetime.datetime(2026, month, day, hour, minute), *LINES[line])


def rated(number, count, truth, guess):
    """How the writer rated it, if at all."""
    if number < count - RATED or number % 9 in (0, 4) or number == count - 1:
        return {}
    if guess == truth:
        return {"rating": "right"}
    return {"rating": "wrong", "label": truth}


def fill(user, count=360):
    """Imports the diary into the user's profile, with the guesses and the ratings of a year."""
    rows = list(entries(count))
    random_ = random.Random(11)
    lines = []
    for number, (moment, truth, text) in enumerate(rows):
        guess = truth if random_.random() < 0.62 + 0.25 * number / len(rows) else \
            random_.choice([label for label, _ in LINES if label != truth])
        lines.append(json.dumps({
            "created_at": moment.isoformat() + ".000+00:00", "text": text, "guess": guess,
            "probability": round(random_.uniform(0.45, 0.97), 2),
            **rated(number, len(rows), truth, guess)}))
    user.run("import", "--format", "jsonl", "-", input="\n".join(lines) + "\n")
