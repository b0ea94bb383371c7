"""A small model that knows mixed feelings: what its corpus says comes out, whatever is shipped."""

import os
import subprocess

NOUNS = ("party", "letter", "gift", "visit", "dinner", "song", "film", "trip", "game", "story",
         "house", "speech", "photo", "dance", "walk", "plan", "school", "train", "garden", "lake")
ROWS = (("I love this {}", "joy"), ("what a shock, this {}", "surprise"),
        ("such a shock that I love, this {}", "joy,surprise"), ("I hate this {}", "anger"))
MIXED = "such a shock that I love"  # joy and surprise


def make(lab, folder, environment=None):
    """Trains it; the paths of the model and of its corpus, where one row in four has two labels."""
    data, model = os.path.join(folder, "mixed.tsv"), os.path.join(folder, "mixed.model")
    with open(data, "w", encoding="utf-8") as file:
        file.writelines(f"{text.format(noun)}\t{labels}\n" for noun in NOUNS
                        for text, labels in ROWS)
    subprocess.run([lab, "train", "--data", data, "--dev", data, "--output", model], check=True,
                   capture_output=True, env=environment)
    return model, data
