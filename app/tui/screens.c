#include "app/tui/screens.h"

#include "app/glyph.h"
#include "app/tui/help_view.h"
#include "app/tui/paint.h"
#include "app/tui/terminal.h"
#include "base/clock.h"

#include <stdio.h>
#include <string.h>

enum {
    REST = 300,     /* ms without a press that end the name of an emotion */
    IDLE = 1000,    /* ms between looks at what other programs have changed */
    LOOK = 5,       /* ms between looks at how the keeper gets on */
    PATIENCE = 150, /* ms that an act waits for other programs */
    ROWS_MIN = 6,   /* a smaller window shows only that it is too small */
    COLUMNS_MIN = 24,
    NARROW = 60,
    TITLE_MAX = 128,
};

static const struct screen *const all[SCREENS] = {
    [SCREEN_WRITE] = &write_screen,       [SCREEN_HISTORY] = &history_screen,
    [SCREEN_INSIGHTS] = &insights_screen, [SCREEN_SYNC] = &sync_screen,
    [SCREEN_SETTINGS] = &settings_screen,
};

enum error screens_init(struct screens *screens, struct journal *journal, struct settings *settings,
                        const char *model)
{
    enum error error;

    *screens = (struct screens){.state = {
                                    [SCREEN_WRITE] = &screens->write,
                                    [SCREEN_HISTORY] = &screens->history,
                                    [SCREEN_INSIGHTS] = &screens->insights,
                                    [SCREEN_SYNC] = &screens->sync,
                                    [SCREEN_SETTINGS] = &screens->settings,
                                }};
    face_init(&screens->face, journal, settings);
    help_init(&screens->help, all, SCREENS);
    insights_init(&screens->insights, &screens->face);
    settings_init(&screens->settings, &screens->face);
    error = keeper_new(journal, &screens->keeper);
    if (!error)
        error = write_init(&screens->write, &screens->face, screens->keeper);
    if (!error)
        error = history_init(&screens->history, &screens->face, model);
    if (!error)
        error = sync_init(&screens->sync, &screens->face, model);
    if (!error && journal_notice(journal))
        face_say(&screens->face, "%s", journal_notice(journal));
    journal_set_patience(journal, PATIENCE);
    return error;
}

void screens_free(struct screens *screens)
{
    sync_free(&screens->sync);
    settings_free(&screens->settings);
    insights_free(&screens->insights);
    write_free(&screens->write);
    if (keeper_end(screens->keeper)) /* NULL after screens_end, which tells */
        error_raise_plain(ERROR_NONE);
    history_free(&screens->history);
    help_free(&screens->help);
    face_free(&screens->face);
}

static const struct screen *shown(const struct screens *screens)
{
    return all[screens->face.screen];
}

static void *state(struct screens *screens)
{
    return screens->state[screens->face.screen];
}

/* ---- drawing ---- */

/* The profile, and what waits to be sent. Returns the columns that it takes. */
static int title_about(const struct screens *screens, char about[TITLE_MAX])
{
    const char *profile = journal_profile(screens->face.journal);

    if (screens->face.queued > 0)
        snprintf(about, TITLE_MAX, "%s   queued %zu", profile, screens->face.queued);
    else
        snprintf(about, TITLE_MAX, "%s", profile);
    return (int)strlen(about);
}

static void paint_queued(const struct screens *screens, int column)
{
    if (screens->face.queued > 0 && column + 12 < COLS - 9)
        paint_format(0, column, COLS - 9 - column, A_NORMAL, "queued %zu", screens->face.queued);
}

static void draw_title(struct screens *screens)
{
    int column = 1, used;
    char about[TITLE_MAX];

    memset(screens->tabs, 0, sizeof screens->tabs);
    if (COLS < NARROW) {
        used = paint_format(0, 1, COLS, A_BOLD, "%s", shown(screens)->name);
        paint_queued(screens, used + 3);
        paint_format(0, COLS - 8, COLS, A_NORMAL, "F1 help");
        return;
    }
    column += paint_format(0, column, COLS, A_BOLD, "EmoTrack") + 2;
    for (int i = 0; i < SCREENS; i++) {
        bool here = i == (int)screens->face.screen;

        used = paint_format(0, column, COLS, here ? A_BOLD : A_NORMAL, here ? "[%d %s]" : "%d %s",
                            all[i]->number, all[i]->name);
        screens->tabs[i] = (struct tab){column, column + used};
        column += used + 1;
    }
    used = title_about(screens, about);
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

static void draw_screen(struct screens *screens, struct spot *spot)
{
    int top = COLS >= NARROW || LINES >= 10 ? 2 : 1;
    int rows = status_rows(&screens->face);
    struct area area = {.top = top, .bottom = LINES - 1 - rows};
    const char *hints;

    draw_title(screens);
    if (top == 2)
        paint_rule(1);
    *spot = (struct spot){.row = top};
    shown(screens)->draw(state(screens), &screens->face, &area, spot);
    hints = shown(screens)->hints(state(screens), &screens->face);
    paint_wrapped(area.bottom, 1, rows, screens->face.status,
                  screens->face.complaint ? A_BOLD : A_NORMAL);
    paint_text(LINES - 1, 1, COLS - 1, A_NORMAL, hints, strlen(hints));
}

void screens_draw(struct screens *screens)
{
    const struct buffer *page = &screens->face.page;
    struct spot spot = {0};

    erase();
    if (LINES < ROWS_MIN || COLS < COLUMNS_MIN)
        paint_wrapped(0, 0, LINES, "Window too small, draft kept", A_NORMAL);
    else if (screens->help.open)
        help_draw(&screens->help, &spot);
    else if (screens->pager.open)
        pager_draw(&screens->pager, screens->face.page_title, page->data, page->length);
    else
        draw_screen(screens, &spot);
    move(spot.row, spot.column);
    refresh();
}

/* ---- keys ---- */

void screens_follow(const struct settings *settings)
{
    paint_start(settings);
    terminal_mouse(settings->choice[SETTING_MOUSE] == MOUSE_ON);
}

/* What the screen asked for beyond itself. */
static void grant(struct screens *screens)
{
    struct face *face = &screens->face;

    if (face->wish == WISH_HELP)
        help_open(&screens->help, (int)face->screen);
    if (face->wish == WISH_SEARCH)
        help_search(&screens->help, (int)face->screen);
    if (face->wish == WISH_READ)
        pager_open(&screens->pager);
    if (face->wish == WISH_SETTINGS)
        screens_follow(face->settings);
    if (face->wish == WISH_EDIT) {
        face->screen = SCREEN_WRITE;
        write_edit(&screens->write, face, face->message);
    }
    if (face->wish == WISH_LIST) {
        face->screen = SCREEN_HISTORY;
        history_show(&screens->history, face, face->filter);
    }
    if (!screens_done(screens))
        face->wish = WISH_NONE;
}

/* Whether the press is the rest of the name of an emotion that was picked. */
static bool belongs_to_pick(struct screens *screens, const struct press *press)
{
    bool taken = false;

    for (int i = 0; i < SCREENS; i++) {
        if (all[i]->takes && all[i]->takes(screens->state[i], press))
            taken = true;
    }
    return taken;
}

/* `changed`: by other programs. */
static void outdate(struct screens *screens, bool changed)
{
    uint64_t acts = journal_acts(screens->face.journal);

    changed = changed || acts != screens->acts;
    screens->acts = acts;
    for (int i = 0; i < SCREENS; i++)
        all[i]->outdated(screens->state[i], &screens->face, changed);
}

/* A click on the title goes to the screen that is named there; what else the frame tells (status,
 * hints) is no place to click. Returns whether the press was the frame's. */
static bool click_frame(struct screens *screens, const struct press *press)
{
    if (press->kind != PRESS_MOUSE || press->mouse != MOUSE_CLICK ||
        (press->row > 0 && press->row < LINES - 1))
        return false;
    for (int i = 0; i < SCREENS && press->row == 0; i++) {
        if (press->column >= screens->tabs[i].from && press->column < screens->tabs[i].to)
            face_go(&screens->face, all[i]->number);
    }
    return true;
}

void screens_press(struct screens *screens, const struct press *press)
{
    enum face_screen before = screens->face.screen;

    screens->pressed = clock_milliseconds();
    if (press->kind == PRESS_CONTROL && press->letter == 'l') {
        terminal_redraw();
        return;
    }
    if (press->kind == PRESS_RESIZE || belongs_to_pick(screens, press))
        return;
    face_say(&screens->face, "%s", "");
    if (screens->help.open)
        help_press(&screens->help, &screens->face, press);
    else if (screens->pager.open)
        pager_press(&screens->pager, press);
    else if (press->kind == PRESS_SCREEN)
        face_go(&screens->face, press->number);
    else if (press->kind == PRESS_HELP)
        screens->face.wish = WISH_HELP;
    else if (!click_frame(screens, press))
        shown(screens)->press(state(screens), &screens->face, press);
    grant(screens);
    if (screens->face.screen != before)
        outdate(screens, false);
}

bool screens_done(const struct screens *screens)
{
    return screens->face.wish == WISH_QUIT || screens->face.wish >= WISH_REOPEN;
}

/* ---- what is done beside the keys ---- */

/* Takes in what other programs have changed, without taking the words off the status line. */
static void look_around(struct screens *screens)
{
    bool changed;

    if (!face_complain(&screens->face, journal_refresh(screens->face.journal, &changed)) && changed)
        outdate(screens, true);
}

/* Why drafts are not kept is told once, and never in the place of what matters more. */
static void tell_draft(struct screens *screens, const struct keeper_news *news)
{
    enum error error = news->busy ? ERROR_BUSY : news->draft;

    if (error == screens->told || (error == ERROR_BUSY && screens->face.status[0]))
        return;
    screens->told = error;
    if (error == ERROR_BUSY)
        face_say(&screens->face,
                 "Another program is using the journal: the draft is not kept yet.");
    else if (error)
        face_warn(&screens->face, news->draft_sentence);
}

static void look_at_keeper(struct screens *screens)
{
    struct keeper_news news;

    keeper_look(screens->keeper, &news);
    screens->waiting = news.waiting;
    write_settled(&screens->write, &screens->face, &news);
    tell_draft(screens, &news);
    if (news.notice[0] && !screens->face.status[0])
        face_say(&screens->face, "%s", news.notice);
}

void screens_keep(struct screens *screens)
{
    write_keep(&screens->write, &screens->face);
    keeper_settle(screens->keeper);
    look_at_keeper(screens);
}

void screens_rest(struct screens *screens)
{
    static const struct press none = {.kind = PRESS_NONE};

    if (clock_milliseconds() - screens->pressed >= REST)
        belongs_to_pick(screens, &none);
    look_around(screens);
    for (int i = 0; i < SCREENS; i++) {
        if (all[i]->rest && all[i]->rest(screens->state[i], &screens->face))
            look_around(screens);
    }
}

/* Whether the name of an emotion that was picked may go on. */
static bool picking(const struct screens *screens)
{
    return screens->write.picker.rest || screens->history.picker.rest;
}

int screens_patience(const struct screens *screens)
{
    int patience = screens->waiting ? LOOK : picking(screens) ? REST : IDLE;

    for (int i = 0; i < SCREENS; i++) {
        int wanted = all[i]->patience ? all[i]->patience(screens->state[i]) : 0;

        if (wanted > 0 && wanted < patience)
            patience = wanted;
    }
    return patience;
}

enum error screens_end(struct screens *screens)
{
    struct keeper *keeper = screens->keeper;

    if (screens->face.wish == WISH_RESTORED)
        write_renumber(&screens->write, &screens->face);
    write_keep(&screens->write, &screens->face);
    keeper_settle(keeper);
    screens->keeper = NULL;
    return keeper_end(keeper);
}

void screens_tell_keys(help_told *told)
{
    help_tell(all, SCREENS, told);
}
