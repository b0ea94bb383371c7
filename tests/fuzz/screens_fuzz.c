/* The whole terminal UI under any keys, pastes, sizes and moments of rest, on a small journal with
 * hostile texts: nothing may crash, whatever is pressed where. Drawn into /dev/null.
 *
 * The input is what a terminal sends, byte by byte, but for two: 0 is a moment of rest, and 0xFF
 * with the two bytes behind it another size of the window. */
#include "app/tui/keys.h"
#include "app/tui/screens.h"
#include "base/file.h"
#include "tests/headless.h"

#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    REST = 0,
    RESIZE = 0xFF,
    ROWS_MAX = 70,
    COLUMNS_MAX = 250,
    FRAMES_MAX = 4096,
    JOURNAL_BYTES_MAX = 1 << 20
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Messages that a journal may hold. */
static const char *const texts[] = {
    "I can't believe they cancelled it again, I was so looking forward to this",
    "zorblax",
    "so happy :) \xF0\x9F\x91\xA8\xE2\x80\x8D\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x91\xA7 "
    "\xE2\x9D\xA4\xEF\xB8\x8F \xF0\x9F\x87\xA9\xF0\x9F\x87\xAA",
    "\033]0;title\007\033[2J\xE2\x80\xAE evil \xC2\x9B 1m",
    "\xE4\xBD\xA0\xE5\xA5\xBD\xE4\xB8\x96\xE7\x95\x8C e\xCC\x81\xCC\x81\xCC\x81\xCC\x81\xCC\x81",
    "a line\nand another\r\nand\ta third",
    "   leading blanks and a word of many letters "
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
    "a",
    "\xD7\xA9\xD7\x9C\xD7\x95\xD7\x9D \xD9\x85\xD8\xB1\xD8\xAD\xD8\xA8\xD8\xA7 I hate this",
};

static char folder[PATH_MAX];
static char database[PATH_MAX + 32];
static struct buffer filled; /* the database as each input finds it */

/* Whether the press could reach out of the folder: names of files stay in it without a slash, and
 * no server is asked where the last question before that gets no answer. */
static bool leaves_folder(struct screens *screens, const struct press *press)
{
    bool asked = screens->history.mode == HISTORY_EXPORT || sync_input(&screens->sync);

    if (screens->sync.mode == SYNC_AUTHORITY && press->kind == PRESS_ENTER)
        return true;
    return asked && press->length > 0 && memchr(press->text, '/', press->length);
}

static void draw(struct screens *screens, int *frames)
{
    if ((*frames)++ < FRAMES_MAX)
        screens_draw(screens);
}

static void hand_in(struct screens *screens, struct keys *keys, int *frames)
{
    struct press press;

    while (!screens_done(screens) && keys_next(keys, &press)) {
        if (leaves_folder(screens, &press))
            continue;
        screens_press(screens, &press);
        screens_keep(screens);
        draw(screens, frames);
    }
}

static void rest(struct screens *screens, struct keys *keys, int *frames)
{
    keys_rest(keys);
    hand_in(screens, keys, frames);
    if (screens_done(screens))
        return;
    screens_rest(screens);
    draw(screens, frames);
}

static void resize(struct screens *screens, const uint8_t *size, int *frames)
{
    static const struct press press = {.kind = PRESS_RESIZE};

    headless_resize(1 + size[0] % ROWS_MAX, 1 + size[1] % COLUMNS_MAX);
    screens_press(screens, &press);
    draw(screens, frames);
}

static void drive(struct screens *screens, const uint8_t *data, size_t size)
{
    struct keys keys;
    int frames = 0;

    keys_init(&keys);
    draw(screens, &frames);
    for (size_t at = 0; at < size && !screens_done(screens); at++) {
        if (data[at] == REST) {
            rest(screens, &keys, &frames);
        } else if (data[at] == RESIZE) {
            if (size - at > 2)
                resize(screens, data + at + 1, &frames);
            at += 2;
        } else {
            keys_feed(&keys, data[at]);
            hand_in(screens, &keys, &frames);
        }
    }
    keys_end_paste(&keys);
    if (!screens_done(screens))
        rest(screens, &keys, &frames);
    keys_free(&keys);
    if (screens_end(screens))
        error_raise_plain(ERROR_NONE);
}

/* A profile with a few messages, half of them rated. */
static void fill(struct journal *journal)
{
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct entry entry;

        if (journal_write(journal, texts[i], strlen(texts[i]), 0, &entry))
            abort();
        if (i % 2 == 0 && journal_rate(journal, entry.id, VERDICT_WRONG, i % 4 ? "joy" : "fear"))
            abort();
        entry_clear(&entry);
    }
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *place)
{
    (void)status;
    (void)kind;
    return place->level > 0 ? remove(path) : 0;
}

/* The folder as it was after the journal was filled, whatever the last input has left. */
static void put_back(void)
{
    if (nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS) != 0 || file_make_folder(database) ||
        file_replace(database, filled.data, filled.length))
        abort();
}

static void make_journal(void)
{
    struct journal_options options = {.access = JOURNAL_WRITE};
    struct journal *journal;

    if (journal_open(&options, &journal))
        abort();
    fill(journal);
    journal_close(journal);
    buffer_init(&filled, JOURNAL_BYTES_MAX);
    snprintf(database, sizeof database, "%s/emotrack/default.db", folder);
    if (file_read(database, &filled))
        abort();
}

/* Everything that is written lies in a folder of its own, which is also where relative names lead.
 */
static void prepare(void)
{
    const char *temporary = getenv("TMPDIR");
    char model[PATH_MAX];

    if (!realpath("assets/emotions.model", model))
        abort();
    snprintf(folder, sizeof folder, "%s/emotrack-fuzz-XXXXXX", temporary ? temporary : "/tmp");
    if (!mkdtemp(folder))
        abort();
    setenv("EMOTRACK_MODEL", model, 1);
    setenv("EMOTRACK_NOW", "2026-11-22T10:00:00Z", 1);
    setenv("XDG_DATA_HOME", folder, 1);
    setenv("XDG_CONFIG_HOME", folder, 1);
    setenv("TZ", "UTC", 1);
    if (!headless_start(24, 80))
        abort();
    make_journal();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct journal_options options = {.access = JOURNAL_WRITE};
    struct settings settings = {0};
    struct screens screens;
    struct journal *journal;
    int here;

    if (!folder[0])
        prepare();
    put_back();
    headless_resize(24, 80);
    if (journal_open(&options, &journal))
        abort();
    here = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (here < 0 || chdir(folder) != 0) /* where names without a folder lead */
        abort();
    if (!screens_init(&screens, journal, &settings, NULL))
        drive(&screens, data, size);
    screens_free(&screens);
    journal_close(journal);
    if (fchdir(here) != 0)
        abort();
    close(here);
    return 0;
}
