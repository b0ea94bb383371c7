## The two commands:
##   make run          install what is missing, build, and start EmoTrack with the shipped model
##   make test         install what is missing, build, and run every test (ONLY=db: that part)
## The rest:
##   make              build build/emotrack, build/emotrack-server and build/emotrack-lab
##   make install      to PREFIX (/usr/local), under DESTDIR if given; make uninstall undoes it
##   make lint         arrows between folders, habits, format, clang-tidy, cppcheck
##   make soak         kill server and clients for SOAK (120) seconds; no report is lost or doubled
##   make sanitize     the tests under AddressSanitizer and UndefinedBehaviorSanitizer
##   make valgrind     the unit tests and some commands under valgrind
##   make fuzz         libFuzzer, FUZZ_SECONDS (60) a target
##   make bench        speed and memory (PEERS=1: beside scikit-learn, fastText, LIBLINEAR)
##   make bench-federated  how far federated learning comes, with noise and without
##   make bench-server the server under load
##   make check-page   the server's status page in a real browser (chromium)
##   make demo         a server and simulated people on this machine, for a look
##   make model        train assets/emotions.model from DATA (../shared/data/goemotions)
##   make model-28     train one of all 28 labels, build/emotions-28.model
##   make check-model  train again and compare with assets/emotions.model
##   make format       clang-format on every source
##   make clean        remove what was built
## Variables: BUILD CC CFLAGS LDFLAGS OPTIMISE SANITIZE WERROR=1 V=1 ARGS="--profile alex" (run)

MAKEFLAGS += --no-builtin-rules

VERSION := 0.1.0
BUILD   ?= build
PREFIX  ?= /usr/local
DATA    ?= ../shared/data/goemotions
CC      ?= cc
Q       := $(if $(V),,@)

# Folders of the house, each standing on those before it. Narrow it to build a part alone:
# make FOLDERS="base classifier" build/tests/classifier/text_test
FOLDERS ?= base classifier db sync sync/server app app/commands app/tui

WARNINGS := -Wall -Wextra -Wshadow -Wvla -Wformat=2 -Wstrict-prototypes -Wmissing-prototypes \
	-Wundef -Wcast-qual -Wconversion $(if $(WERROR),-Werror)
HARDENING ?= -D_FORTIFY_SOURCE=3 -fstack-protector-strong -fstack-clash-protection
# Without contraction a sum is the same on a machine with fused multiply-add: the model file and
# the personal layer are reproducible bit for bit.
DETERMINISM := -ffp-contract=off
OPTIMISE ?= -O2
CFLAGS   ?= -g
ALL_CFLAGS = -std=c11 -D_GNU_SOURCE -DEMOTRACK_VERSION='"$(VERSION)"' -I. $(OPTIMISE) $(WARNINGS) \
	$(HARDENING) -fPIE $(DETERMINISM) -ffile-prefix-map=$(CURDIR)=. $(CFLAGS) $(SANITIZE)
ALL_LDFLAGS = -pie -Wl,-z,relro,-z,now -Wl,--as-needed $(LDFLAGS) $(SANITIZE)
# Each program loads what it uses and no more (--as-needed). libcurl is not among them: sync/client
# loads it when somebody syncs.
LIBS := -lncursesw -lsqlite3 -lcjson -lutf8proc -lsodium -lmicrohttpd -lgnutls -ldl -lpthread -lm

MAINS      := app/emotrack.c app/emotrack_server.c app/emotrack_lab.c
SOURCES    := $(filter-out $(MAINS),$(wildcard $(addsuffix /*.c,$(FOLDERS))))
OBJECTS    := $(SOURCES:%.c=$(BUILD)/%.o)
LIBRARY    := $(BUILD)/libemotrack.a
PROGRAMS   := $(BUILD)/emotrack $(BUILD)/emotrack-server $(BUILD)/emotrack-lab
UNIT_TESTS := $(patsubst %.c,$(BUILD)/%,$(wildcard $(FOLDERS:%=tests/%/*_test.c)))
# One file a fuzz target, tests/fuzz/NAME_fuzz.c, its corpus in tests/fuzz/corpus/NAME/.
FUZZERS    := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/fuzz/*_fuzz.c))

# As many jobs as processors, unless the caller has said how many.
JOBS = $(if $(filter -j% --jobserver%,$(MAKEFLAGS)),,-j$(shell nproc))

all: $(PROGRAMS)
	@:

# ---- building ----

$(BUILD)/emotrack: $(BUILD)/app/emotrack.o $(LIBRARY)
$(BUILD)/emotrack-server: $(BUILD)/app/emotrack_server.o $(LIBRARY)
$(BUILD)/emotrack-lab: $(BUILD)/app/emotrack_lab.o $(LIBRARY)
$(PROGRAMS):
	@echo "  link $@"
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $(filter %.o %.a,$^) $(LIBS)

$(LIBRARY): $(OBJECTS) $(BUILD)/objects
	$(Q)rm -f $@
	$(Q)$(AR) rcs $@ $(OBJECTS)

$(BUILD)/%.o: %.c $(BUILD)/flags | $(BUILD)/checked
	@mkdir -p $(@D)
	@echo "  cc   $<"
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# Two lists that make everything built from them anew when they change: the compiler with its
# flags, and what is in the library.
$(BUILD)/flags: LIST = $(subst ',,$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS))
$(BUILD)/objects: LIST = $(OBJECTS)
$(BUILD)/flags $(BUILD)/objects: FORCE
	@mkdir -p $(@D)
	@echo '$(LIST)' | cmp -s - $@ || echo '$(LIST)' >$@

# Says what is missing, where a compiler would only fail.
$(BUILD)/checked: .ci/setup
	@mkdir -p $(@D)
	@.ci/setup --check build
	@touch $@

# ---- running ----

run:
	@.ci/setup build
	@+$(MAKE) --no-print-directory $(JOBS) all
	@$(BUILD)/emotrack $(ARGS)

# ---- tests ----

# Our own allocations go through tests/allocation.c, where a test can make the n-th of them fail.
ALLOCATION := $(BUILD)/tests/allocation.o \
	-Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=strdup,--wrap=strndup

$(UNIT_TESTS): $(BUILD)/%: $(BUILD)/%.o $(BUILD)/tests/allocation.o $(LIBRARY)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $< $(ALLOCATION) $(LIBRARY) $(LIBS) -lcmocka

unit-tests: $(UNIT_TESTS)
	@:

# The library, and the screens without a terminal.
INSIDE := $(BUILD)/tests/headless.o $(LIBRARY)

# The same harness as libFuzzer runs, fed with the committed corpus.
$(FUZZERS:%=%_replay): %_replay: %.o $(BUILD)/tests/fuzz/replay.o $(INSIDE)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $(filter %.o %.a,$^) $(LIBS)

fuzz-replays: $(FUZZERS:%=%_replay)
	@:

# What the tests of the server read its sums with.
SUM := $(BUILD)/tests/server/sum
$(SUM): %: %.o $(LIBRARY)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $(filter %.o %.a,$^) $(LIBS)

test-programs: unit-tests fuzz-replays $(SUM)
	@:

# The server killed, cut off and started again for SOAK seconds under load; every acknowledged
# report must be in the sum once.
SOAK ?= 120
soak:
	@.ci/setup build test
	@+$(MAKE) --no-print-directory $(JOBS) all $(SUM)
	@python3 tests/server/run.py $(BUILD)/emotrack-server $(SUM) --soak $(SOAK) exact

# `make test ONLY=db` runs the parts whose names contain "db".
test:
	@.ci/setup build test
	@+$(MAKE) --no-print-directory $(JOBS) all test-programs
	@tests/run --build $(BUILD) --data $(DATA) --only "$(ONLY)" $(UNIT_TESTS) $(FUZZERS:%=%_replay)

SANITIZERS := address,undefined
sanitize:
	@+$(MAKE) --no-print-directory BUILD=build-sanitize WERROR=1 OPTIMISE=-O1 HARDENING= \
		SANITIZE="-fsanitize=$(SANITIZERS) -fno-sanitize-recover=all -fno-omit-frame-pointer" test

valgrind:
	@.ci/setup build test valgrind
	@+$(MAKE) --no-print-directory $(JOBS) all test-programs
	@tests/run --build $(BUILD) --data $(DATA) --only "$(ONLY)" --valgrind $(UNIT_TESTS)

# ---- fuzzing: libFuzzer for so many seconds a target, starting from the committed corpus ----

FUZZ_SECONDS ?= 60
fuzz:
	@.ci/setup build fuzz
	@+$(MAKE) --no-print-directory $(JOBS) BUILD=build-fuzz CC=clang HARDENING= OPTIMISE=-O1 \
		SANITIZE="-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all" fuzzers
	@tests/fuzz/run build-fuzz $(FUZZ_SECONDS)

$(FUZZERS): %: %.o $(INSIDE)
	$(Q)$(CC) $(ALL_LDFLAGS) -fsanitize=fuzzer -o $@ $(filter %.o %.a,$^) $(LIBS)

fuzzers: $(FUZZERS)

# ---- lint: who includes whom, habits, format, the analysers; -Werror ----

lint:
	@.ci/setup build test lint
	@+$(MAKE) --no-print-directory $(JOBS) BUILD=build-lint WERROR=1 all test-programs docs
	@tests/lint/run build-lint '-std=c11 -D_GNU_SOURCE -DEMOTRACK_VERSION="lint" -I. $(WARNINGS)'

format:
	@.ci/setup lint
	clang-format -i $$(find $(wildcard base classifier db sync app tests) -name '*.[ch]')

# ---- the model ----

TRAIN = $(BUILD)/emotrack-lab train --data $(DATA)/train.tsv --dev $(DATA)/dev.tsv \
	--labels assets/labels.tsv --provenance assets/provenance.txt
EKMAN = --map $(DATA)/ekman.tsv

model: $(BUILD)/emotrack-lab
	@tests/model data $(DATA)
	$(TRAIN) $(EKMAN) --output assets/emotions.model
	@python3 tests/classifier/card.py $(BUILD)/emotrack-lab assets/emotions.model $(DATA) --write

# All of GoEmotions' labels: emotrack --model build/emotions-28.model
model-28: $(BUILD)/emotrack-lab
	@tests/model data $(DATA)
	$(TRAIN) --output $(BUILD)/emotions-28.model
	@$(BUILD)/emotrack-lab eval --model $(BUILD)/emotions-28.model --data $(DATA)/dev.tsv

# The committed model is what the committed trainer makes of the data, to the last byte, whatever
# the processor: once as it is, once as if it had neither AVX2 nor fused multiply-add.
check-model: $(BUILD)/emotrack-lab
	@tests/model check $(DATA) $(BUILD) "$(TRAIN) $(EKMAN)"

# ---- installing ----

PAGES       := $(PROGRAMS:$(BUILD)/%=$(BUILD)/man/%.1)
FORMAT_PAGE := $(BUILD)/man/emotrack-config.5
COMPLETIONS := $(foreach shell,bash zsh fish,$(BUILD)/completions/emotrack.$(shell))

docs: $(PAGES) $(FORMAT_PAGE) $(COMPLETIONS)
	@:

$(BUILD)/man/%.1: $(BUILD)/%
	@mkdir -p $(@D)
	$(Q)$< --generate man >$@.new && mv $@.new $@

$(FORMAT_PAGE): $(BUILD)/emotrack
	@mkdir -p $(@D)
	$(Q)$< --generate format >$@.new && mv $@.new $@

$(COMPLETIONS): $(BUILD)/completions/emotrack.%: $(BUILD)/emotrack
	@mkdir -p $(@D)
	$(Q)$< --generate $* >$@.new && mv $@.new $@

# What goes where: mode, file, place under the prefix.
define INSTALLED
755 $(BUILD)/emotrack                  bin/emotrack
755 $(BUILD)/emotrack-server           bin/emotrack-server
755 $(BUILD)/emotrack-lab              bin/emotrack-lab
644 assets/emotions.model              share/emotrack/emotions.model
644 $(BUILD)/man/emotrack.1            share/man/man1/emotrack.1
644 $(BUILD)/man/emotrack-server.1     share/man/man1/emotrack-server.1
644 $(BUILD)/man/emotrack-lab.1        share/man/man1/emotrack-lab.1
644 $(FORMAT_PAGE)                     share/man/man5/emotrack-config.5
644 $(BUILD)/completions/emotrack.bash share/bash-completion/completions/emotrack
644 $(BUILD)/completions/emotrack.zsh  share/zsh/site-functions/_emotrack
644 $(BUILD)/completions/emotrack.fish share/fish/vendor_completions.d/emotrack.fish
644 assets/emotrack-server.service     lib/systemd/system/emotrack-server.service
644 README.md                          share/doc/emotrack/README.md
644 sync/PROTOCOL.md                   share/doc/emotrack/PROTOCOL.md
644 CHANGELOG.md                       share/doc/emotrack/CHANGELOG.md
644 assets/MODEL_CARD.md               share/doc/emotrack/MODEL_CARD.md
644 LICENSE                            share/doc/emotrack/LICENSE
endef
export INSTALLED
ROOT := $(DESTDIR)$(PREFIX)

install: all docs
	@echo "$$INSTALLED" | while read -r mode file place; do \
		install -D -m "$$mode" "$$file" "$(ROOT)/$$place" || exit 1; \
		echo "  install $(ROOT)/$$place"; \
	done

# Folders go with their last file: on a running system those of our own, under a DESTDIR all.
uninstall:
	@echo "$$INSTALLED" | while read -r mode file place; do rm -f "$(ROOT)/$$place"; done
ifdef DESTDIR
	@cd "$(DESTDIR)" && echo "$$INSTALLED" | while read -r mode file place; do \
		folder=".$(PREFIX)/$${place%/*}"; \
		[ ! -d "$$folder" ] || rmdir -p --ignore-fail-on-non-empty "$${folder#./}"; \
	done
else
	@rmdir "$(ROOT)/share/emotrack" "$(ROOT)/share/doc/emotrack" 2>/dev/null || true
endif

# ---- benchmarks ----

# What is measured in a program of its own: a bare loop, a guess as the terminal UI asks for it, and
# the terminal UI's screens.
MEASURES := $(BUILD)/tests/bench/bare $(BUILD)/tests/bench/live $(BUILD)/tests/bench/screens
$(MEASURES): %: %.o $(INSIDE)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $(filter %.o %.a,$^) $(LIBS)

measures: $(MEASURES)
	@:

# PEERS=1 also installs and runs what it is compared with.
bench:
	@.ci/setup build test $(if $(PEERS),peers)
	@+$(MAKE) --no-print-directory $(JOBS) all measures
	@python3 tests/bench/run.py --build $(BUILD) --data $(DATA)

# The curve for z = 0, 1 and 4, in one process, by the code of devices and server.
bench-federated: $(BUILD)/emotrack-lab
	@python3 tests/bench/federated.py --build $(BUILD) --data $(DATA)

# The server under load: reports over kept-alive and over new connections, beside idle ones.
bench-server:
	@.ci/setup build test load
	@+$(MAKE) --no-print-directory $(JOBS) all
	@python3 tests/bench/load/run.py $(BUILD)/emotrack-server assets/emotions.model

# The status page in a real browser.
check-page:
	@.ci/setup build test browser
	@+$(MAKE) --no-print-directory $(JOBS) all $(BUILD)/tests/sync/server/page_test
	@python3 tests/browser/run.py $(BUILD)/emotrack-server assets/emotions.model \
		$(BUILD)/tests/sync/server/page_test $(BUILD)

# ---- a look at federated learning, on this machine ----

demo:
	@.ci/setup build test
	@+$(MAKE) --no-print-directory $(JOBS) all
	@python3 tests/demo/run.py --build $(BUILD) --data $(DATA) $(ARGS)

clean:
	rm -rf build build-sanitize build-fuzz build-lint $(BUILD)

help:
	@sed -n 's/^## //p' Makefile

FORCE:
.PHONY: all run unit-tests fuzz-replays test-programs soak test sanitize valgrind fuzz fuzzers \
	lint format model model-28 check-model docs install uninstall measures bench bench-federated \
	bench-server check-page demo clean help FORCE
.SECONDARY:
-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
