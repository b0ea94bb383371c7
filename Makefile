# EmoTrack. The two commands: `make run` and `make test`; `make help` lists the rest.

VERSION := 0.1.0
BUILD   ?= build
PREFIX  ?= /usr/local
CC      ?= cc
Q       := $(if $(V),,@)

# Folders of the house, each standing on those before it. Narrow it to build a part alone:
# make FOLDERS="base classifier" build/tests/classifier/text_test
FOLDERS ?= base classifier db app app/commands app/tui

WARNINGS := -Wall -Wextra -Wshadow -Wvla -Wformat=2 -Wstrict-prototypes -Wmissing-prototypes \
	-Wundef -Wcast-qual -Wconversion $(if $(WERROR),-Werror)
HARDENING ?= -D_FORTIFY_SOURCE=3 -fstack-protector-strong -fstack-clash-protection -fPIE
# Without contraction a sum is the same on a machine with fused multiply-add: the model file and
# the personal layer are reproducible bit for bit.
DETERMINISM := -ffp-contract=off
OPTIMISE ?= -O2
CFLAGS   ?= -g
ALL_CFLAGS = -std=c11 -D_GNU_SOURCE -DEMOTRACK_VERSION='"$(VERSION)"' -I. $(OPTIMISE) $(WARNINGS) \
	$(HARDENING) $(DETERMINISM) $(CFLAGS) $(SANITIZE)
ALL_LDFLAGS = -pie -Wl,-z,relro,-z,now $(LDFLAGS) $(SANITIZE)
LIBS := -lncursesw -ltinfo -lsqlite3 -lcjson -lutf8proc -lpthread -lm

MAINS    := app/emotrack.c app/emotrack_lab.c
SOURCES  := $(filter-out $(MAINS),$(wildcard $(addsuffix /*.c,$(FOLDERS))))
OBJECTS  := $(SOURCES:%.c=$(BUILD)/%.o)
LIBRARY  := $(BUILD)/libemotrack.a
PROGRAMS := $(BUILD)/emotrack $(BUILD)/emotrack-lab
UNIT_TESTS := $(patsubst %.c,$(BUILD)/%,$(wildcard $(addprefix tests/,$(addsuffix /*_test.c,$(FOLDERS)))))

all: $(PROGRAMS)

$(BUILD)/emotrack: $(BUILD)/app/emotrack.o $(LIBRARY)
$(BUILD)/emotrack-lab: $(BUILD)/app/emotrack_lab.o $(LIBRARY)
$(PROGRAMS):
	@echo "  link $@"
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

$(LIBRARY): $(OBJECTS)
	$(Q)rm -f $@
	$(Q)$(AR) rcs $@ $^

$(BUILD)/%.o: %.c Makefile
	@mkdir -p $(@D)
	@echo "  cc   $<"
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(UNIT_TESTS): $(BUILD)/%: $(BUILD)/%.o $(LIBRARY)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS) -lcmocka

unit-tests: $(UNIT_TESTS)

clean:
	rm -rf $(BUILD)

.PHONY: all unit-tests clean
.SECONDARY:
-include $(OBJECTS:.o=.d) $(patsubst %,%.d,$(UNIT_TESTS))
