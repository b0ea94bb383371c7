#include "app/tui/tui.h"

#include "app/tui/glyph.h"
#include "app/tui/history_view.h"
#include "app/tui/pager.h"
#include "app/tui/paint.h"
#include "app/tui/sync_view.h"
#include "app/tui/terminal.h"
#include "app/tui/write_view.h"
#include "base/clock.h"

#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    REST = 300,           /* ms without a press after which the draft is kept */
    IDLE = 1000,          /* ms between looks at what other programs have changed */
    BUSY = 100,           /* ms between looks at work that is under way */
    DRAFT_AGE = 1000,     /* ms of typing that a crash may cost */
    PATIENCE = 2000,      /* ms that an act waits for other programs */
    PATIENCE_TYPING = 20, /* ms that the typing may be held up by them */
    ROWS_MIN = 6,         /* a smaller window shows only that it is too small */
    COLUMNS_MIN = 24,
    NARROW = 60,
    TITLE_MAX = 128,
};

struct tui {
    struct face face;
    struct write write;
    struct history history;
    struct sync_screen sync;
    struct pager pager;
    int64_t kept; /* when the draft was last looked after (milliseconds) */
};

bool tui_possible(void)
{
    return terminal_usable();
}

/* ---- drawing ---- */

/* The profile, and what waits to be sent. Returns the columns that it takes. */
static int title_about(const struct tui *tui, char about[TITLE_MAX])
{
    const char *profile = journal_profile(tui->face.journal);

    if (tui->face.queued > 0)
        snprintf(about, TITLE_MAX, "%s   queued %zu", profile, tui->face.queued);
    else
        snprintf(about, TITLE_MAX, "%s", profile);
    return (int)strlen(about);
}

static void paint_queued(const struct tui *tui, int column)
{
    if (tui->face.queued > 0 && column + 12 < COLS - 9)
        paint_format(0, column, COLS - 9 - column, A_NORMAL, "queued %zu", tui->face.queued);
}

static void draw_title(const struct tui *tui)
{
    int column = 1, used;
    char about[TITLE_MAX];

    if (COLS < NARROW) {
        used = paint_format(0, 1, COLS, A_BOLD, "%s", face_screens[tui->face.screen].name);
        paint_queued(tui, used + 3);
        paint_format(0, COLS - 8, COLS, A_NORMAL, "F1 help");
        return;
    }
    used = title_about(tui, about);
    column += paint_format(0, column, COLS, A_BOLD, "EmoTrack") + 2;
    for (int i = 0; i < SCREENS; i++) {
        bool here = i == (int)tui->face.screen;

        column +=
            paint_format(0, column, COLS, here ? A_BOLD : A_NORMAL, here ? "[%d %s]" : "%d %s",
                         face_screens[i].number, face_screens[i].name) +
            1;
    }
    if (column + used + 1 < COLS)
        paint_text(0, COLS - 1 - used, COLS, A_NORMAL, about, strlen(about));
}

/* The status takes as many lines as it needs, at most three. Returns how many. */
static int status_rows(const struct face *face)
{
    struct wrapped line = {0};
    size_t length = strlen(face->status);
    int rows = 0;

    for (size_t at = 0; at < length; at = line.next, rows++)
        glyph_wrap(face->status, length, at, COLS - 2, &line);
    return rows < 1 ? 1 : rows > 3 ? 3 : rows;
}

static bool draw_screen(struct tui *tui, int *row, int *column)
{
    int top = COLS >= NARROW || LINES >= 10 ? 2 : 1;
    int bottom = LINES - 1 - status_rows(&tui->face);
    bool cursor;
    const char *hints;

    draw_title(tui);
    if (top == 2)
        paint_rule(1);
    if (tui->face.screen == SCREEN_WRITE) {
        cursor = write_draw(&tui->write, &tui->face, top, bottom, row, column);
        hints = write_hints(&tui->write, journal_model(tui->face.journal));
    } else if (tui->face.screen == SCREEN_SYNC) {
        cursor = sync_draw(&tui->sync, &tui->face, top, bottom, row, column);
        hints = sync_hints(&tui->sync);
    } else {
        cursor = history_draw(&tui->history, &tui->face, top, bottom, row, column);
        hints = history_hints(&tui->history, journal_model(tui->face.journal));
    }
    paint_wrapped(bottom, 1, LINES - 1 - bottom, tui->face.status,
                  tui->face.complaint ? A_BOLD : A_NORMAL);
    paint_text(LINES - 1, 1, COLS - 1, A_NORMAL, hints, strlen(hints));
    return cursor;
}

static void draw(struct tui *tui)
{
    int row = 0, column = 0;
    bool cursor = false;

    erase();
    if (LINES < ROWS_MIN || COLS < COLUMNS_MIN)
        paint_wrapped(0, 0, LINES, "Window too small, draft kept", A_NORMAL);
    else if (tui->pager.open)
        pager_draw(&tui->pager, tui->face.page_title, tui->face.page.data, tui->face.page.length);
    else
        cursor = draw_screen(tui, &row, &column);
    curs_set(cursor ? 1 : 0);
    move(row, column);
    refresh();
}

/* ---- keys ---- */

static void show_help(struct tui *tui)
{
    static const struct key_help *const keys[SCREENS] = {
        [SCREEN_WRITE] = write_keys, [SCREEN_HISTORY] = history_keys, [SCREEN_SYNC] = sync_keys};

    face_show_help(&tui->face, keys[tui->face.screen]);
}

/* What the screen asked for beyond itself. */
static void grant(struct tui *tui)
{
    struct face *face = &tui->face;

    if (face->wish == WISH_HELP)
        show_help(tui);
    if (face->wish == WISH_READ)
        pager_open(&tui->pager);
    if (face->wish == WISH_EDIT) {
        face->screen = SCREEN_WRITE;
        write_edit(&tui->write, face, face->message);
    }
    if (face->wish != WISH_QUIT)
        face->wish = WISH_NONE;
}

/* Whether the press is the rest of the name of an emotion that was picked. */
static bool belongs_to_pick(struct tui *tui, const struct press *press)
{
    bool written = picker_takes(&tui->write.picker, press);

    return picker_takes(&tui->history.picker, press) || written;
}

static void press_key(struct tui *tui, const struct press *press)
{
    enum face_screen before = tui->face.screen;

    if (press->kind == PRESS_CONTROL && press->letter == 'l') {
        terminal_redraw();
        return;
    }
    if (press->kind == PRESS_RESIZE || belongs_to_pick(tui, press))
        return;
    face_say(&tui->face, "%s", "");
    if (tui->pager.open)
        pager_press(&tui->pager, press);
    else if (press->kind == PRESS_SCREEN)
        face_go(&tui->face, press->number);
    else if (press->kind == PRESS_HELP)
        tui->face.wish = WISH_HELP;
    else if (tui->face.screen == SCREEN_WRITE)
        write_press(&tui->write, &tui->face, press);
    else if (tui->face.screen == SCREEN_SYNC)
        sync_press(&tui->sync, &tui->face, press);
    else
        history_press(&tui->history, &tui->face, press);
    grant(tui);
    if (tui->face.screen != before) {
        write_reload(&tui->write, &tui->face);
        tui->history.stale = true;
        sync_outdated(&tui->sync);
    }
}

/* Takes in what other programs have changed, without taking the words off the status line. */
static void look_around(struct tui *tui)
{
    bool changed;

    if (face_complain(&tui->face, journal_refresh(tui->face.journal, &changed)) || !changed)
        return;
    tui->history.stale = true;
    sync_outdated(&tui->sync);
    write_reload(&tui->write, &tui->face);
}

/* Whether something is to be done as soon as the typing rests. */
static bool restless(const struct tui *tui)
{
    return tui->write.box.changed || tui->write.picker.rest || tui->history.picker.rest;
}

/* Keeps the draft, if that takes no waiting. */
static void keep_draft(struct tui *tui)
{
    enum error error;

    journal_set_patience(tui->face.journal, PATIENCE_TYPING);
    error = write_keep_draft(&tui->write, &tui->face);
    journal_set_patience(tui->face.journal, PATIENCE);
    tui->kept = clock_milliseconds();
    if (error == ERROR_BUSY && tui->face.status[0])
        return; /* what is told there already matters more */
    if (error == ERROR_BUSY)
        face_say(&tui->face, "Another program is using the journal: the draft is not kept yet.");
    else
        face_complain(&tui->face, error);
}

/* Nothing was pressed for a while. */
static void rest(struct tui *tui)
{
    static const struct press none = {.kind = PRESS_NONE};

    belongs_to_pick(tui, &none);
    keep_draft(tui);
    look_around(tui);
    if (sync_tick(&tui->sync, &tui->face))
        look_around(tui);
}

/* How long nothing may be pressed before it is a rest. */
static int patience(const struct tui *tui)
{
    if (sync_busy(&tui->sync))
        return BUSY;
    return restless(tui) ? REST : IDLE;
}

/* Draws when there is nothing left to read; keeps the draft when the typing rests, and in long
 * typing now and then. */
static void loop(struct tui *tui)
{
    struct press press;

    while (tui->face.wish != WISH_QUIT && !terminal_ending()) {
        terminal_read(0, &press);
        if (press.kind == PRESS_NONE) {
            draw(tui);
            terminal_read(patience(tui), &press);
        }
        if (press.kind != PRESS_NONE)
            press_key(tui, &press);
        else
            rest(tui);
        if (tui->write.box.changed && clock_milliseconds() - tui->kept > DRAFT_AGE)
            keep_draft(tui);
    }
}

/* The last word is the draft's: another window may have emptied it. */
static enum error end(struct tui *tui)
{
    if (tui->write.box.text.length > 0)
        tui->write.box.changed = true;
    return write_keep_draft(&tui->write, &tui->face);
}

/* ---- starting ---- */

/* LC_CTYPE alone: a locale with decimal commas would break JSON and CSV. */
static void choose_locale(void)
{
    if (!setlocale(LC_CTYPE, "") || strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
        setlocale(LC_CTYPE, "C.UTF-8");
}

/* Whether the user's own locale, not the one that we fell back to, promises UTF-8. */
static bool terminal_is_utf8(void)
{
    static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *value = getenv(names[i]);

        if (value && *value)
            return strcasestr(value, "utf-8") || strcasestr(value, "utf8");
    }
    return false;
}

enum error tui_run(struct journal *journal, const struct tui_options *options)
{
    struct tui tui = {0};
    enum error error;

    choose_locale();
    face_init(&tui.face, journal);
    history_init(&tui.history);
    error = write_init(&tui.write, &tui.face);
    if (!error)
        error = sync_init(&tui.sync, &tui.face, options->model);
    if (!error)
        error = terminal_start();
    if (!error) {
        paint_start(!options->no_color, !terminal_is_utf8());
        if (journal_notice(journal))
            face_say(&tui.face, "%s", journal_notice(journal));
        journal_set_patience(journal, PATIENCE);
        loop(&tui);
        error = end(&tui);
        terminal_stop();
    }
    sync_free(&tui.sync);
    write_free(&tui.write);
    history_free(&tui.history);
    face_free(&tui.face);
    terminal_die();
    return error;
}
