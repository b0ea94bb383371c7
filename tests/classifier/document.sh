#!/bin/sh
# classifier/MODEL.md says everything: a reader written from it alone (model_reader.py) labels
# messages as the program does: tests/classifier/document.sh EMOTRACK MODEL DATA
set -u
emotrack=$1
model=$2
data=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0
failed=0
skipped=0

# A probability of single precision may be rounded to another last digit than one of double.
same() { # NAME: the lines of $work/NAME
    "$emotrack" --model "$model" predict --no-personal <"$work/$1" | cut -f 1,2 >"$work/program"
    python3 tests/classifier/model_reader.py "$model" <"$work/$1" >"$work/reader"
    if paste "$work/program" "$work/reader" "$work/$1" | awk -F '\t' '
        { apart = $2 > $4 ? $2 - $4 : $4 - $2 }
        $1 != $3 || apart > 0.00011 { print; wrong = 1 }
        END { exit wrong || NR == 0 }'; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED: $1: the program and the reader differ"
    fi
}

cat >"$work/lines" <<'END'
I love this so much
I am not happy at all, not even a bit!!
WHY would you do that?! it is sooooo disgusting :(
thank you, you're the best <3
the meeting is at noon on the 3rd

xyzzy
END
same lines
if [ -r "$data/dev.tsv" ]; then
    head -n 1000 "$data/dev.tsv" | cut -f 1 >"$work/dev"
    same dev
elif [ -n "${EMOTRACK_SHARED_REQUIRED:-}" ]; then
    failed=$((failed + 1))
    echo "FAILED: there is no dev.tsv in '$data'"
else
    skipped=1
    echo "SKIPPED: there is no dev.tsv in '$data'"
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
