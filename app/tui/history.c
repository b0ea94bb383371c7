#include "app/tui/history_parts.h"

#include "app/tui/terminal.h"
#include "base/clock.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    AT_ONCE = 60, /* ms that a search may hold up the drawing */
    SOON = 1,     /* ms of rest before one that takes longer */
    LOOK = 100,   /* ms between looks at the worker */
    WHEEL = 3,    /* rows that a turn of the wheel scrolls */
};

enum error history_init(struct history *history, struct face *face, const char *model)
{
    *history = (struct history){.stale = true, .names_stale = true, .order = DB_NEWEST_FIRST};
    list_init(&history->list);
    editor_init(&history->filter, FILTER_LENGTH_MAX);
    editor_init(&history->path, PATH_MAX);
    return worker_new(journal_profile(face->journal), model, journal_key(face->journal),
                      &history->worker);
}

void history_free(struct history *history)
{
    worker_free(history->worker);
    list_free(&history->list);
    reader_close(&history->reader);
    matches_free(history->matches);
    filter_names_free(&history->names);
    editor_free(&history->filter);
    editor_free(&history->path);
}

/* Where a question leads back to. */
void history_go_back(struct history *history)
{
    history->mode = history->reading ? HISTORY_READ : HISTORY_LIST;
}

/* ---- the list ---- */

/* Reasons to put a search off: a key waits, or it holds up the drawing for too long. */
static bool key_waits(void *context)
{
    (void)context;
    return terminal_waiting();
}

static bool is_late(void *context)
{
    const int64_t *deadline = context;

    return key_waits(NULL) || clock_milliseconds() > *deadline;
}

/* The half-typed filter is not understood yet; whatever it is, the list stays. */
static void say_awaited(struct history *history, struct face *face)
{
    const char *awaited =
        complete_awaited(editor_text(&history->filter), history->filter.text.length);
    const char *sentence = error_sentence(), *end = strstr(sentence, ". Known are");

    if (awaited)
        face_say(face, "The filter awaits %s.", awaited);
    else
        face_say(face, "%.*s.", (int)(end ? (size_t)(end - sentence) : strlen(sentence)), sentence);
}

static void take_list(struct history *history, struct face *face, int64_t *ids, size_t count)
{
    list_take(&history->list, ids, count, !history->refiltered);
    matches_free(history->matches);
    history->matches = NULL;
    face_complain(face, matches_new(editor_text(&history->filter), &history->matches));
    face_complain(face, journal_count(face->journal, &history->total));
    history->refiltered = false;
}

/* Marks of messages that are gone are none. */
static void check_marks(struct history *history, struct face *face)
{
    static const struct search search = {.order = DB_OLDEST_FIRST};
    int64_t *ids;
    size_t count;

    if (!history->marks_stale || history->list.marks == 0)
        return;
    history->marks_stale = false;
    if (face_complain(face, journal_find(face->journal, "", &search, &ids, &count)))
        return;
    face_complain(face, list_keep_marks(&history->list, ids, count));
    free(ids);
}

/* The message that is open, as it is now; one that is gone is closed. */
static void reopen(struct history *history, struct face *face)
{
    enum error error;

    if (!history->reading)
        return;
    error = reader_open(&history->reader, face->journal, history->reader.entry.id);
    if (!error)
        return;
    history->reading = false;
    if (history->mode == HISTORY_READ)
        history->mode = HISTORY_LIST;
    if (error != ERROR_NOT_FOUND)
        face_complain(face, error);
}

static void load(struct history *history, struct face *face, bool (*abandon)(void *context),
                 void *context)
{
    struct search search = {.order = history->order, .abandon = abandon, .context = context};
    int64_t *ids, begin = clock_milliseconds();
    size_t count;
    enum error error =
        journal_find(face->journal, editor_text(&history->filter), &search, &ids, &count);

    history->late = error == ERROR_CANCELLED;
    if (history->late)
        return;
    history->slow = clock_milliseconds() - begin > AT_ONCE;
    history->stale = false;
    history->unread = error != ERROR_NONE;
    if (error == ERROR_INVALID && history->mode == HISTORY_FILTER)
        say_awaited(history, face);
    else if (!face_complain(face, error))
        take_list(history, face, ids, count);
    check_marks(history, face);
    reopen(history, face);
}

void history_load(struct history *history, struct face *face)
{
    int64_t deadline = clock_milliseconds() + AT_ONCE;

    if (history->stale && history->slow)
        history->late = true;
    if (history->stale && !history->late)
        load(history, face, is_late, &deadline);
}

void history_outdated(struct history *history, bool changed)
{
    if (!changed && !history->unread)
        return;
    history->stale = true;
    history->names_stale = true;
    history->marks_stale = true;
}

/* The message that commands are about; 0: there is none. */
int64_t history_subject(const struct history *history)
{
    return history->reading ? history->reader.entry.id : list_chosen(&history->list);
}

/* Whether commands are about the marked messages. */
bool history_about_marked(const struct history *history)
{
    return !history->reading && history->list.marks > 0;
}

/* Whether there is a message to act on; if not, says so. */
bool history_has_subject(const struct history *history, struct face *face)
{
    if (history_subject(history) || history_about_marked(history))
        return true;
    face_say(face, "There is no message here.");
    return false;
}

/* ---- moving ---- */

static long long page(const struct history *history)
{
    size_t rows = history->reading ? history->reader.rows : history->rows;

    return rows > 1 ? (long long)rows - 1 : 1;
}

/* The list's choice, or the lines of the message that is open. */
static void move(struct history *history, long long by)
{
    if (history->reading)
        reader_scroll(&history->reader, (long)by);
    else
        list_choose(&history->list, (long long)history->list.chosen + by);
}

static void move_down(void *screen, struct face *face)
{
    struct history *history = screen;

    (void)face;
    history->mode = history->mode == HISTORY_FILTER ? HISTORY_LIST : history->mode;
    move(history, 1);
}

static void move_up(void *screen, struct face *face)
{
    struct history *history = screen;

    (void)face;
    history->mode = history->mode == HISTORY_FILTER ? HISTORY_LIST : history->mode;
    move(history, -1);
}

static void page_down(void *screen, struct face *face)
{
    (void)face;
    move(screen, page(screen));
}

static void page_up(void *screen, struct face *face)
{
    (void)face;
    move(screen, -page(screen));
}

static void move_first(void *screen, struct face *face)
{
    (void)face;
    move(screen, -(long long)INT_MAX);
}

static void move_last(void *screen, struct face *face)
{
    (void)face;
    move(screen, INT_MAX);
}

/* ---- an open message ---- */

static void open_chosen(void *screen, struct face *face)
{
    struct history *history = screen;
    int64_t id = list_chosen(&history->list);

    if (!id) {
        face_say(face, "There is no message here.");
        return;
    }
    reader_close(&history->reader);
    history->reading = !face_complain(face, reader_open(&history->reader, face->journal, id));
    history->mode = history->reading ? HISTORY_READ : HISTORY_LIST;
}

static void close_reader(void *screen, struct face *face)
{
    struct history *history = screen;

    (void)face;
    history->reading = false;
    history->mode = HISTORY_LIST;
    reader_close(&history->reader);
}

/* The message beside the open one; where that has left the list, the choice is on the one that took
 * its place. */
static void open_beside(struct history *history, struct face *face, int by)
{
    bool listed = list_chosen(&history->list) == history->reader.entry.id;
    size_t before = history->list.chosen;

    if (listed || by < 0)
        list_choose(&history->list, (long long)before + by);
    if (history->list.count == 0 || (listed && history->list.chosen == before))
        face_say(face, "There is no other message in that direction.");
    else
        open_chosen(history, face);
}

static void open_next(void *screen, struct face *face)
{
    open_beside(screen, face, 1);
}

static void open_previous(void *screen, struct face *face)
{
    open_beside(screen, face, -1);
}

/* ---- marks and order ---- */

static void turn_mark(void *screen, struct face *face)
{
    struct history *history = screen;

    if (!list_chosen(&history->list))
        return;
    face_complain(face, list_turn_mark(&history->list, list_chosen(&history->list)));
    move(history, 1);
}

static void mark_all(void *screen, struct face *face)
{
    struct history *history = screen;

    face_complain(face, list_mark_all(&history->list));
}

static void unmark_all(void *screen, struct face *face)
{
    struct history *history = screen;

    (void)face;
    list_unmark_all(&history->list);
}

static void sort(void *screen, struct face *face)
{
    static const enum db_order next[] = {
        [DB_NEWEST_FIRST] = DB_OLDEST_FIRST,
        [DB_OLDEST_FIRST] = DB_SUREST_FIRST,
        [DB_SUREST_FIRST] = DB_LEAST_SURE_FIRST,
        [DB_LEAST_SURE_FIRST] = DB_NEWEST_FIRST,
    };
    struct history *history = screen;

    (void)face;
    history->order = next[history->order];
    history->stale = true;
}

/* Esc in the list takes back one thing after the other: an export under way, marks, the filter. */
static void step_back(void *screen, struct face *face)
{
    struct history *history = screen;

    if (worker_job(history->worker) == JOB_EXPORT)
        worker_cancel(history->worker);
    else if (history->list.marks > 0)
        list_unmark_all(&history->list);
    else
        history_drop_filter(history, face);
}

/* ---- beside the keys ---- */

bool history_rest(struct history *history, struct face *face)
{
    if (history->late && face->screen == SCREEN_HISTORY)
        load(history, face, key_waits, NULL);
    return history_take_outcome(history, face);
}

int history_patience(const struct history *history)
{
    if (history->late)
        return SOON;
    return worker_job(history->worker) == JOB_NONE ? 0 : LOOK;
}

/* ---- keys ---- */

#define IN(mode) (1U << HISTORY_##mode)

const char *const history_modes[] = {"In the list",           "In the filter line",        "",  "",
                                     "In the name of a file", "In a message that is open", NULL};

const struct binding history_bindings[] = {
    {{KEY(PRESS_ENTER), 'w'},
     IN(LIST),
     open_chosen,
     "Enter  w",
     "open it: the message in full and the why",
     "Enter open+why"},
    {{'y'},
     IN(LIST) | IN(READ),
     history_rate_right,
     "y",
     "its guess is right (with marks: all marked)",
     "y/n rate"},
    {{'n'},
     IN(LIST) | IN(READ),
     history_rate_wrong,
     "n",
     "it is wrong: a digit or first letters say what it is, Enter leaves it at wrong",
     NULL},
    {{KEY(PRESS_RIGHT), 'l'},
     IN(READ),
     open_next,
     "Right  l",
     "the next message of the list",
     "Left Right other"},
    {{KEY(PRESS_LEFT), 'h', 'p'},
     IN(READ),
     open_previous,
     "Left  h p",
     "the message before it",
     NULL},
    {{'/'},
     IN(LIST),
     history_start_filter,
     "/",
     "filter: words of the text, rated, not:rated, right, wrong, emotion:joy, you:fear, "
     "after:2026-11-01, before:today, hour:21, weekday:mon",
     "/ filter"},
    {{' '},
     IN(LIST),
     turn_mark,
     "Space",
     "mark it or take its mark away: y n d x are about all that are marked",
     "Space mark"},
    {{'s'}, IN(LIST), sort, "s", "sort: newest, oldest, surest, least sure", "s sort"},
    {{'e'}, IN(LIST) | IN(READ), history_edit, "e", "edit it", "e edit"},
    {{'d'},
     IN(LIST) | IN(READ),
     history_ask_delete,
     "d",
     "delete it for good (with marks: all marked)",
     "d delete"},
    {{'u'},
     IN(LIST) | IN(READ),
     history_undo,
     "u",
     "take the last rating back, or all of the last ratings that were one act",
     "u undo"},
    {{'U'}, IN(LIST) | IN(READ), history_redo, "U", "bring back what u took", NULL},
    {{'x'},
     IN(LIST),
     history_ask_for_path,
     "x",
     "export what is shown, or marked, to a file (.csv, .jsonl)",
     "x export"},
    {{'*'}, IN(LIST), mark_all, "*", "mark all that the filter shows", NULL},
    {{'-'}, IN(LIST), unmark_all, "-", "no marks", NULL},
    {{KEY(PRESS_DOWN), 'j'},
     IN(LIST) | IN(READ),
     move_down,
     "Down  j",
     "the next message; in an open one: scroll",
     NULL},
    {{KEY(PRESS_UP), 'k'}, IN(LIST) | IN(READ), move_up, "Up  k", "the message before", NULL},
    {{KEY(PRESS_PAGE_DOWN)}, IN(LIST) | IN(READ), page_down, "Page Down", "a page on", NULL},
    {{KEY(PRESS_PAGE_UP)}, IN(LIST) | IN(READ), page_up, "Page Up", "a page back", NULL},
    {{KEY(PRESS_HOME), 'g'}, IN(LIST) | IN(READ), move_first, "Home  g", "to the start", NULL},
    {{KEY(PRESS_END), 'G'}, IN(LIST) | IN(READ), move_last, "End  G", "to the end", NULL},
    {{' '}, IN(READ), page_down, "Space", "a page on", NULL},
    {{KEY(PRESS_ESCAPE)},
     IN(LIST),
     step_back,
     "Esc",
     "stop an export; else no marks; else no filter",
     NULL},
    {{KEY(PRESS_ESCAPE), KEY(PRESS_ENTER), 'w'},
     IN(READ),
     close_reader,
     "Esc  Enter  w",
     "back to the list",
     "Esc back"},

    {{KEY(PRESS_TAB)},
     IN(FILTER),
     history_complete,
     "Tab",
     "complete the word; again: the next that fits",
     "Tab complete"},
    {{KEY(PRESS_ENTER)},
     IN(FILTER),
     history_keep_filter,
     "Enter",
     "to the list, with this filter",
     "Enter keep"},
    {{KEY(PRESS_ESCAPE)}, IN(FILTER), history_drop_filter, "Esc", "no filter", "Esc all"},
    {{KEY(PRESS_DOWN)}, IN(FILTER), move_down, "Down  Up", "to the list", NULL},
    {{KEY(PRESS_UP)}, IN(FILTER), move_up, NULL, NULL, NULL},

    {{KEY(PRESS_ENTER)},
     IN(EXPORT),
     history_start_export,
     "Enter",
     "write the file",
     "Enter export (.csv or .jsonl)"},
    {{KEY(PRESS_ESCAPE)}, IN(EXPORT), history_leave_path, "Esc", "no export", "Esc back"},
    {.keys = NULL},
};

/* ^C leaves what is asked, then stops what is under way, then the list. */
static void interrupt(struct history *history, struct face *face)
{
    if (history->mode == HISTORY_LIST && worker_job(history->worker) == JOB_EXPORT)
        worker_cancel(history->worker);
    else if (history->mode == HISTORY_LIST)
        face_interrupt(face, &history->asked_to_quit);
    else if (history->mode == HISTORY_READ)
        close_reader(history, face);
    else
        history_go_back(history);
}

/* A click chooses a row, or opens it where it is chosen. */
static void click(struct history *history, struct face *face, const struct press *press)
{
    size_t index = history->top + (size_t)(press->row - history->first_row);

    if (history->mode != HISTORY_LIST || press->row < history->first_row ||
        press->row >= history->first_row + (int)history->rows || index >= history->list.count)
        return;
    if (index == history->list.chosen)
        open_chosen(history, face);
    else
        list_choose(&history->list, (long long)index);
}

static void use_mouse(struct history *history, struct face *face, const struct press *press)
{
    bool moves = history->mode == HISTORY_LIST || history->mode == HISTORY_READ;

    if (press->mouse == MOUSE_CLICK)
        click(history, face, press);
    else if (moves)
        move(history, press->mouse == MOUSE_WHEEL_UP ? -WHEEL : WHEEL);
}

/* What is typed ahead is about the list of the filter that was typed before it, or the first one.
 */
static void in_list(struct history *history, struct face *face, const struct press *press)
{
    if (history->refiltered || (history->stale && history->list.count == 0))
        load(history, face, NULL, NULL);
    if (!binding_press(history_bindings, (int)history->mode, history, face, press))
        face_press(face, press);
}

void history_press(struct history *history, struct face *face, const struct press *press)
{
    if (press->kind == PRESS_CONTROL && press->letter == 'd') {
        face->wish = WISH_QUIT;
        return;
    }
    if (press->kind == PRESS_CONTROL && press->letter == 'c') {
        interrupt(history, face);
        return;
    }
    history->asked_to_quit = false;
    if (press->kind == PRESS_MOUSE) {
        use_mouse(history, face, press);
        return;
    }
    switch (history->mode) {
    case HISTORY_FILTER: history_in_filter(history, face, press); break;
    case HISTORY_PICK: history_pick(history, face, press); break;
    case HISTORY_DELETE: history_forget(history, face, press); break;
    case HISTORY_EXPORT: history_in_path(history, face, press); break;
    case HISTORY_LIST:
    case HISTORY_READ: in_list(history, face, press); break;
    }
}
