#!/bin/sh
# Installs into an empty folder, uses what was installed from elsewhere, uninstalls, and looks
# whether anything stayed: tests/install/run.sh BUILD
set -u
build=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0
failed=0

check() { # WHAT COMMAND...
    what=$1
    shift
    if "$@"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED: $what"
    fi
}

make_quietly() { # TARGET VARIABLE...
    make --no-print-directory BUILD="$build" "$@" >"$work/make.log" 2>&1 || {
        cat "$work/make.log"
        return 1
    }
}

installed_runs() { # ROOT: from another folder, with nothing in the environment
    mkdir -p "$work/home"
    answer=$(cd / && env -i HOME="$work/home" "$1/bin/emotrack" predict --no-personal \
        "I love this so much") || return 1
    echo "$answer"
    case $answer in
    joy*) return 0 ;;
    *) return 1 ;;
    esac
}

holds() { # FILE TEXT
    grep -q -- "$2" "$1"
}

executable_not_writable() { # FILE
    [ "$(stat -c %a "$1")" = 755 ]
}

is_empty() { # FOLDER
    rest=$(find "$1" -mindepth 1)
    [ -z "$rest" ] || echo "$rest"
    [ -z "$rest" ]
}

stage() { # PREFIX
    root=$work/stage$1
    mkdir -p "$work/stage"
    check "install to $1" make_quietly install DESTDIR="$work/stage" PREFIX="$1"
    check "the installed program finds its model" installed_runs "$root"
    check "the mode of the program" executable_not_writable "$root/bin/emotrack"
    for page in emotrack emotrack-lab; do
        check "the man page of $page" holds "$root/share/man/man1/$page.1" '^\.SH'
    done
    check "the man page of the file" holds "$root/share/man/man5/emotrack-config.5" '^\.TH'
    check "completion for bash" holds "$root/share/bash-completion/completions/emotrack" predict
    check "completion for zsh" holds "$root/share/zsh/site-functions/_emotrack" '^#compdef emotrack'
    check "completion for fish" holds "$root/share/fish/vendor_completions.d/emotrack.fish" predict
    check "the licence" holds "$root/share/doc/emotrack/LICENSE" GoEmotions
    mv "$work/stage" "$work/moved"
    check "it runs where it was moved to" installed_runs "$work/moved$1"
    mv "$work/moved" "$work/stage"
    check "uninstall" make_quietly uninstall DESTDIR="$work/stage" PREFIX="$1"
    check "nothing stays" is_empty "$work/stage"
}

stage /usr
stage /opt/emo/track

# What others put there stays, and without DESTDIR so do the folders that may be others' own.
mkdir -p "$work/prefix/bin"
: >"$work/prefix/bin/other"
check "install without DESTDIR" make_quietly install DESTDIR= PREFIX="$work/prefix"
check "it runs" installed_runs "$work/prefix"
check "uninstall without DESTDIR" make_quietly uninstall DESTDIR= PREFIX="$work/prefix"
rest=$(cd "$work/prefix" && find . -type f)
check "only the other's file stays" [ "$rest" = ./bin/other ]
rest=$(find "$work/prefix" -name '*emotrack*')
check "no folder of ours stays" [ -z "$rest" ]

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
