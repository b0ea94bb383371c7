#!/bin/sh
# The everyday commands under valgrind: tests/valgrind.sh EMOTRACK LAB VALGRIND...
# An error or a leak that valgrind sees makes its exit code 99.
set -u
emotrack=$1
lab=$2
shift 2
passed=0
failed=0

check() { # EXPECTED-CODE COMMAND...
    expected=$1
    shift
    output=$("$@" 2>&1)
    code=$?
    if [ "$code" -eq "$expected" ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf 'FAILED (exit code %s): %s\n%s\n' "$code" "$*" "$output"
    fi
}

unset EMOTRACK_PROFILE
export XDG_DATA_HOME="$HOME/data"
check 0 "$@" "$emotrack" --version
check 0 "$@" "$emotrack" --help
check 0 "$@" "$emotrack" predict --no-personal "I love this" "$(printf 'a\377b \360\237\230\200')"
check 0 "$@" "$emotrack" predict --json --why "not good at all, sooo sad :("
printf 'Got the job!!\nthe gig was sick\n\nhow awful\n' >"$HOME/lines"
check 0 sh -c 'lines=$1; shift; "$@" write <"$lines"' sh "$HOME/lines" "$@" "$emotrack"
check 0 "$@" "$emotrack" rate 2 wrong joy
check 0 "$@" "$emotrack" rate 1 right
check 0 "$@" "$emotrack" predict "a sick gig"
check 0 "$@" "$emotrack" undo
check 0 "$@" "$emotrack" history rated
check 0 "$@" "$emotrack" history --json
check 0 "$@" "$emotrack" show 2
check 0 "$@" "$emotrack" export --format csv
check 0 "$@" "$emotrack" export --format jsonl --output "$HOME/out.jsonl"
check 0 "$@" "$emotrack" stats --json
check 0 "$@" "$emotrack" forget --yes 1
check 0 "$@" "$emotrack" profile list
check 1 "$@" "$emotrack" --model /dev/null predict x
check 1 "$@" "$emotrack" show 99
check 2 "$@" "$emotrack" nonsense
check 0 "$@" "$lab" info assets/emotions.model
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
