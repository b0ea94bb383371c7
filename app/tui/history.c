#include "app/tui/history.h"

#include "app/tui/prompt.h"
#include "app/tui/terminal.h"
#include "base/clock.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    FILTER_LENGTH_MAX = 1024,
    AT_ONCE = 60, /* ms that a search may hold up the drawing */
    SOON = 1,     /* ms of rest before one that takes longer */
    LOOK = 100,   /* ms between looks at the worker */
    WHEEL = 3,    /* rows that a turn of the wheel scrolls */
};

#define EXPORT_FILE "emotrack-history.csv"

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

static const char *text_of(const struct editor *editor)
{
    return editor->text.data ? editor->text.data : "";
}

/* Where a question leads back to. */
static void go_back(struct history *history)
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
    const char *awaited = complete_awaited(text_of(&history->filter), history->filter.text.length);
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
    face_complain(face, matches_new(text_of(&history->filter), &history->matches));
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
        journal_find(face->journal, text_of(&history->filter), &search, &ids, &count);

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
static int64_t subject(const struct history *history)
{
    return history->reading ? history->reader.entry.id : list_chosen(&history->list);
}

/* Whether commands are about the marked messages. */
static bool about_marked(const struct history *history)
{
    return !history->reading && history->list.marks > 0;
}

/* Whether there is a message to act on; if not, says so. */
static bool has_subject(const struct history *history, struct face *face)
{
    if (subject(history) || about_marked(history))
        return true;
    face_say(face, "There is no message here.");
    return false;
}

/* ---- rating ---- */

static void rate_one(struct history *history, struct face *face, int64_t id, enum verdict verdict,
                     const char *label)
{
    history->act = (struct rating_act){0};
    if (face_rate(face, id, verdict, label))
        face_say(face, "Message %lld is rated %s; u takes it back.", (long long)id,
                 label                      ? label
                 : verdict == VERDICT_RIGHT ? "right"
                                            : "wrong");
}

static void rate_marked(struct history *history, struct face *face, enum verdict verdict,
                        const char *label)
{
    struct rating_act act = {0};
    int64_t *ids;
    enum error error = list_marked(&history->list, &ids);

    if (!error)
        error = journal_rate_all(face->journal, ids, history->list.marks, verdict, label, &act);
    free(ids);
    if (face_complain(face, error))
        return;
    history->act = act;
    history->act_undone = false;
    list_unmark_all(&history->list);
    face_say(face, "%zu message%s rated %s; u takes all of that back.%s", act.count,
             act.count == 1 ? " is" : "s are",
             label                      ? label
             : verdict == VERDICT_RIGHT ? "right"
                                        : "wrong",
             act.skipped > 0 ? " Those without a guess are left as they were." : "");
    if (act.skipped > 0)
        face_say(face, "%zu rated; %zu without a guess left as they were. u takes all of it back.",
                 act.count, act.skipped);
}

static void rate(struct history *history, struct face *face, enum verdict verdict,
                 const char *label)
{
    if (history->asked)
        rate_one(history, face, history->asked, verdict, label);
    else
        rate_marked(history, face, verdict, label);
    go_back(history);
    history->stale = true;
}

static void pick(struct history *history, struct face *face, const struct press *press)
{
    const struct model *model = journal_model(face->journal);
    int label;
    enum pick picked = picker_press(&history->picker, model, press, &label);

    if (picked == PICK_LABEL)
        rate(history, face, VERDICT_WRONG, model_label(model, label)->name);
    else if (picked == PICK_NONE)
        rate(history, face, VERDICT_WRONG, NULL);
    else if (picked == PICK_BACK)
        go_back(history);
    else
        face_say_pick(face, picked);
}

/* The ratings of an act are one step, as long as they are the ones that the step is about. Returns
 * whether they were. */
static bool turn_act(struct history *history, struct face *face, bool undo)
{
    enum error error;

    if (history->act.count == 0 || history->act_undone == undo)
        return false;
    error = journal_turn_act(face->journal, &history->act, undo);
    if (error == ERROR_NOT_FOUND)
        history->act = (struct rating_act){0};
    if (error == ERROR_NOT_FOUND)
        return false;
    if (face_complain(face, error))
        return true;
    history->act_undone = undo;
    face_say(face, "The ratings of %zu messages are %s.", history->act.count,
             undo ? "taken back" : "back");
    return true;
}

static void step(struct history *history, struct face *face, bool undo)
{
    int64_t id;

    if (!turn_act(history, face, undo))
        face_undo(face, !undo, &id);
    history->stale = true;
}

/* ---- work beside the screen ---- */

static void start_work(struct history *history, struct face *face,
                       const struct worker_request *request)
{
    if (worker_job(history->worker) != JOB_NONE)
        face_say(face, "Something is under way already; this has to wait for its end.");
    else
        face_complain(face, worker_start(history->worker, request));
}

/* The messages that an act is about. */
static enum error choose_ids(const struct history *history, int64_t **ids, size_t *count)
{
    *count = history->asked ? 1 : history->list.marks;
    if (!history->asked)
        return list_marked(&history->list, ids);
    *ids = malloc(sizeof **ids);
    if (!*ids)
        return error_raise_plain(ERROR_NO_MEMORY);
    **ids = history->asked;
    return ERROR_NONE;
}

static void start_forgetting(struct history *history, struct face *face)
{
    struct worker_request request = {.job = JOB_FORGET};
    int64_t *ids = NULL;

    if (!face_complain(face, choose_ids(history, &ids, &request.count))) {
        request.ids = ids;
        history->forgotten = history->asked;
        start_work(history, face, &request);
    }
    free(ids);
}

static void forget(struct history *history, struct face *face, const struct press *press)
{
    go_back(history);
    if (press_command(press) == 'y')
        start_forgetting(history, face);
    else if (history->asked)
        face_say(face, "Message %lld is kept.", (long long)history->asked);
    else
        face_say(face, "All of them are kept.");
}

static void say_forgotten(struct history *history, struct face *face,
                          const struct worker_outcome *outcome)
{
    if (outcome->notice[0])
        face_say(face, "%s", outcome->notice);
    else if (history->forgotten)
        face_say(face, "Message %lld is gone, its bytes too.", (long long)history->forgotten);
    else
        face_say(face, "%zu message%s gone, their bytes too.", outcome->count,
                 outcome->count == 1 ? " is" : "s are");
}

static void export_messages(struct history *history, struct face *face)
{
    struct worker_request request = {.job = JOB_EXPORT, .filter = text_of(&history->filter)};
    int64_t *ids = NULL;

    if (face_complain(face, prompt_path(&history->path)))
        return;
    request.path = text_of(&history->path);
    if (!face_may_write(face, request.path, &history->replacing))
        return;
    history->mode = HISTORY_LIST;
    if (about_marked(history)) {
        if (face_complain(face, list_marked(&history->list, &ids)))
            return;
        request.count = history->list.marks;
    }
    request.ids = ids;
    start_work(history, face, &request);
    free(ids);
}

/* Returns whether the journal is another now. */
static bool take_outcome(struct history *history, struct face *face)
{
    struct worker_outcome outcome;

    if (!worker_done(history->worker, &outcome))
        return false;
    if (outcome.error == ERROR_CANCELLED)
        face_say(face, "%s", outcome.sentence);
    else if (outcome.error)
        face_warn(face, outcome.sentence);
    else if (outcome.job == JOB_FORGET)
        say_forgotten(history, face, &outcome);
    else
        face_say(face, "%zu message%s in %s.", outcome.count, outcome.count == 1 ? " is" : "s are",
                 outcome.path);
    return outcome.job == JOB_FORGET;
}

bool history_rest(struct history *history, struct face *face)
{
    if (history->late && face->screen == SCREEN_HISTORY)
        load(history, face, key_waits, NULL);
    return take_outcome(history, face);
}

int history_patience(const struct history *history)
{
    if (history->late)
        return SOON;
    return worker_job(history->worker) == JOB_NONE ? 0 : LOOK;
}

/* ---- the filter line ---- */

/* Another filter: another list, looked at from its start. */
static void refilter(struct history *history)
{
    history->stale = true;
    history->late = false;
    history->refiltered = true;
}

void history_show(struct history *history, struct face *face, const char *filter)
{
    if (face_complain(face, editor_set(&history->filter, filter, strlen(filter))))
        return;
    history->filter.changed = false;
    history->reading = false;
    history->mode = HISTORY_LIST;
    refilter(history);
}

static void load_names(struct history *history, struct face *face)
{
    if (!history->names_stale)
        return;
    history->names_stale = false;
    filter_names_free(&history->names);
    face_complain(face, journal_filter_names(face->journal, &history->names));
}

void history_load_candidates(struct history *history, struct face *face)
{
    if (history->cycling)
        return;
    load_names(history, face);
    complete_list(text_of(&history->filter), history->filter.cursor, &history->names,
                  &history->candidates);
}

/* Puts a word, or a beginning that several share, in the place of the one that is typed. */
static void put_word(struct history *history, struct face *face, const char *word, size_t length)
{
    struct candidates *candidates = &history->candidates;
    const char *line = text_of(&history->filter);
    struct buffer changed;
    enum error error;

    buffer_init(&changed, FILTER_LENGTH_MAX);
    error = buffer_append(&changed, line, candidates->start);
    if (!error)
        error = buffer_append(&changed, word, length);
    candidates->end = changed.length;
    if (!error)
        error = buffer_append_text(&changed, line + history->filter.cursor);
    if (!error)
        error = editor_set(&history->filter, changed.data, changed.length);
    buffer_free(&changed);
    if (face_complain(face, error))
        return;
    history->filter.cursor = candidates->end;
    history->filter.changed = false;
    refilter(history);
}

static void complete_next(struct history *history, struct face *face)
{
    struct candidates *candidates = &history->candidates;
    const char *word = candidates->word[history->next_candidate];

    put_word(history, face, word, strlen(word));
    history->next_candidate = (history->next_candidate + 1) % candidates->count;
    history->cycling = true;
}

/* Tab: the one word that fits, else what all that fit begin with, else one after the other. */
static void complete(void *screen, struct face *face)
{
    struct history *history = screen;
    struct candidates *candidates = &history->candidates;
    size_t common;

    history_load_candidates(history, face);
    common = complete_common(candidates);
    if (candidates->count == 0)
        face_say(face, "Nothing that a filter knows begins like this.");
    else if (history->cycling)
        complete_next(history, face);
    else if (common > candidates->end - candidates->start)
        put_word(history, face, candidates->word[0], common);
    else if (candidates->count > 1) {
        history->next_candidate = 0;
        complete_next(history, face);
    }
}

static void keep_filter(void *screen, struct face *face)
{
    struct history *history = screen;

    (void)face;
    history->mode = HISTORY_LIST;
    history->stale = true; /* what is wrong with it is told in full now */
}

static void drop_filter(void *screen, struct face *face)
{
    struct history *history = screen;

    (void)face;
    editor_clear(&history->filter);
    history->filter.changed = false;
    history->mode = HISTORY_LIST;
    refilter(history);
}

static void in_filter(struct history *history, struct face *face, const struct press *press)
{
    bool taken, tab = press->kind == PRESS_TAB;

    history->cycling = history->cycling && tab;
    if (binding_press(history_bindings, HISTORY_FILTER, history, face, press))
        return;
    if (!face_complain(face, editor_press(&history->filter, press, &taken)) &&
        history->filter.changed) {
        history->filter.changed = false;
        refilter(history);
    }
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
    if (face_complain(face, reader_open(&history->reader, face->journal, id)))
        return;
    history->reading = true;
    history->mode = HISTORY_READ;
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

/* ---- commands ---- */

/* Asks something about the open or chosen message, or the marked ones; the answer is about those,
 * whatever the list does meanwhile. */
static bool ask(struct history *history, struct face *face, enum history_mode mode)
{
    if (!has_subject(history, face))
        return false;
    history->asked = about_marked(history) ? 0 : subject(history);
    history->mode = mode;
    return true;
}

static void rate_right(void *screen, struct face *face)
{
    if (ask(screen, face, HISTORY_LIST))
        rate(screen, face, VERDICT_RIGHT, NULL);
}

static void rate_wrong(void *screen, struct face *face)
{
    struct history *history = screen;

    picker_start(&history->picker);
    ask(history, face, HISTORY_PICK);
}

static void ask_delete(void *screen, struct face *face)
{
    ask(screen, face, HISTORY_DELETE);
}

static void edit(void *screen, struct face *face)
{
    struct history *history = screen;

    if (!subject(history)) {
        face_say(face, "There is no message here.");
        return;
    }
    face->wish = WISH_EDIT;
    face->message = subject(history);
}

static void undo(void *screen, struct face *face)
{
    step(screen, face, true);
}

static void redo(void *screen, struct face *face)
{
    step(screen, face, false);
}

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

static void start_filter(void *screen, struct face *face)
{
    struct history *history = screen;

    (void)face;
    history->cycling = false;
    history->mode = HISTORY_FILTER;
}

static void ask_for_path(void *screen, struct face *face)
{
    struct history *history = screen;

    if (history->path.text.length == 0 &&
        face_complain(face, editor_set(&history->path, EXPORT_FILE, strlen(EXPORT_FILE))))
        return;
    history->replacing = false;
    history->mode = HISTORY_EXPORT;
}

static void start_export(void *screen, struct face *face)
{
    export_messages(screen, face);
}

static void leave_path(void *screen, struct face *face)
{
    struct history *history = screen;

    (void)face;
    history->mode = HISTORY_LIST;
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
        drop_filter(history, face);
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
     rate_right,
     "y",
     "its guess is right (with marks: all marked)",
     "y/n rate"},
    {{'n'},
     IN(LIST) | IN(READ),
     rate_wrong,
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
     start_filter,
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
    {{'e'}, IN(LIST) | IN(READ), edit, "e", "edit it", "e edit"},
    {{'d'},
     IN(LIST) | IN(READ),
     ask_delete,
     "d",
     "delete it for good (with marks: all marked)",
     "d delete"},
    {{'u'},
     IN(LIST) | IN(READ),
     undo,
     "u",
     "take the last rating back, or all of the last ratings that were one act",
     "u undo"},
    {{'U'}, IN(LIST) | IN(READ), redo, "U", "bring back what u took", NULL},
    {{'x'},
     IN(LIST),
     ask_for_path,
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
     complete,
     "Tab",
     "complete the word; again: the next that fits",
     "Tab complete"},
    {{KEY(PRESS_ENTER)},
     IN(FILTER),
     keep_filter,
     "Enter",
     "to the list, with this filter",
     "Enter keep"},
    {{KEY(PRESS_ESCAPE)}, IN(FILTER), drop_filter, "Esc", "no filter", "Esc all"},
    {{KEY(PRESS_DOWN)}, IN(FILTER), move_down, "Down  Up", "to the list", NULL},
    {{KEY(PRESS_UP)}, IN(FILTER), move_up, NULL, NULL, NULL},

    {{KEY(PRESS_ENTER)},
     IN(EXPORT),
     start_export,
     "Enter",
     "write the file",
     "Enter export (.csv or .jsonl)"},
    {{KEY(PRESS_ESCAPE)}, IN(EXPORT), leave_path, "Esc", "no export", "Esc back"},
    {.keys = NULL},
};

static void in_path(struct history *history, struct face *face, const struct press *press)
{
    bool taken;

    if (press->kind != PRESS_ENTER)
        history->replacing = false;
    if (binding_press(history_bindings, HISTORY_EXPORT, history, face, press) ||
        press->kind == PRESS_NEWLINE)
        return;
    face_complain(face, editor_press(&history->path, press, &taken));
}

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
        go_back(history);
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

/* What is typed ahead is about the list of the filter that was typed before it. */
static void in_list(struct history *history, struct face *face, const struct press *press)
{
    if (history->refiltered)
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
    case HISTORY_FILTER: in_filter(history, face, press); break;
    case HISTORY_PICK: pick(history, face, press); break;
    case HISTORY_DELETE: forget(history, face, press); break;
    case HISTORY_EXPORT: in_path(history, face, press); break;
    case HISTORY_LIST:
    case HISTORY_READ: in_list(history, face, press); break;
    }
}
