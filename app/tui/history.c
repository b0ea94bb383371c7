#include "app/tui/history.h"

#include "app/export.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum { FILTER_LENGTH_MAX = 1024 };

#define EXPORT_FILE "emotrack-history.csv"

const struct binding history_bindings[] = {
    {.keys = "Up Down  k j", .what = "choose a message (Page Up, Page Down, Home, End)"},
    {.keys = "Enter  w", .what = "open it: the message in full and the why"},
    {.keys = "y", .what = "its guess is right"},
    {.keys = "n",
     .what = "it is wrong: a digit or first letters say what it is, Enter leaves it at wrong"},
    {.keys = "u  U", .what = "take the last rating back, bring it back"},
    {.keys = "e", .what = "edit it"},
    {.keys = "d", .what = "delete it for good"},
    {.keys = "/",
     .what = "filter: words of the text, rated, not:rated, right, wrong, emotion:joy, you:fear, "
             "after:2026-11-01, before:today"},
    {.keys = "Esc", .what = "no filter"},
    {.keys = "x", .what = "export what is shown to a file (.csv, .jsonl)"},
    {.keys = "1 to 5", .what = "Write, History, Insights, Sync, Settings (Alt with the digit too)"},
    {.keys = "q  ^D", .what = "quit"},
    {.keys = "^Z ^L", .what = "suspend, draw the screen anew"},
    {.keys = NULL},
};

void history_init(struct history *history)
{
    *history = (struct history){.stale = true};
    editor_init(&history->filter, FILTER_LENGTH_MAX);
    editor_init(&history->path, PATH_MAX);
}

void history_free(struct history *history)
{
    editor_free(&history->filter);
    editor_free(&history->path);
    free(history->ids);
}

static const char *text_of(const struct editor *editor)
{
    return editor->text.data ? editor->text.data : "";
}

/* The list is another: the choice stays on its message, or, where that is gone, in its place. */
static void keep_choice(struct history *history, int64_t id)
{
    for (size_t i = 0; i < history->count; i++) {
        if (history->ids[i] == id)
            history->chosen = i;
    }
    if (history->chosen >= history->count)
        history->chosen = history->count > 0 ? history->count - 1 : 0;
}

void history_load(struct history *history, struct face *face)
{
    int64_t *ids, chosen = history_chosen(history);
    size_t count;

    if (!history->stale)
        return;
    history->stale = false;
    if (face_complain(face, journal_find(face->journal, text_of(&history->filter),
                                         &(struct search){.order = DB_NEWEST_FIRST}, &ids, &count)))
        return;
    free(history->ids);
    history->ids = ids;
    history->count = count;
    if (!history->refiltered)
        keep_choice(history, chosen);
    history->refiltered = false;
    face_complain(face, journal_count(face->journal, &history->total));
}

int64_t history_chosen(const struct history *history)
{
    return history->count > 0 ? history->ids[history->chosen] : 0;
}

/* ---- acts on the chosen message ---- */

/* Asks something about the chosen message; the answer is about this one, whatever the list does
 * meanwhile. */
static void ask(struct history *history, enum history_mode mode)
{
    history->asked = history_chosen(history);
    history->mode = mode;
}

static void rate(struct history *history, struct face *face, int64_t id, enum verdict verdict,
                 const char *label)
{
    history->mode = HISTORY_LIST;
    history->stale = true;
    if (face_rate(face, id, verdict, label))
        face_say(face, "Message %lld is rated %s; u takes it back.", (long long)id,
                 label                      ? label
                 : verdict == VERDICT_RIGHT ? "right"
                                            : "wrong");
}

static void pick(struct history *history, struct face *face, const struct press *press)
{
    const struct model *model = journal_model(face->journal);
    int64_t id = history->asked;
    int label;
    enum pick picked = picker_press(&history->picker, model, press, &label);

    if (picked == PICK_LABEL)
        rate(history, face, id, VERDICT_WRONG, model_label(model, label)->name);
    else if (picked == PICK_NONE)
        rate(history, face, id, VERDICT_WRONG, NULL);
    else if (picked == PICK_BACK)
        history->mode = HISTORY_LIST;
    else
        face_say_pick(face, picked);
}

static void undo(struct history *history, struct face *face, bool redo)
{
    int64_t id;

    if (face_undo(face, redo, &id))
        history->stale = true;
}

static void open_chosen(const struct history *history, struct face *face)
{
    struct entry entry;

    if (!face_complain(face, journal_get(face->journal, history_chosen(history), &entry)))
        face_show_message(face, &entry, entry.text, strlen(entry.text));
    entry_clear(&entry);
}

static void forget(struct history *history, struct face *face, const struct press *press)
{
    int64_t id = history->asked;

    history->mode = HISTORY_LIST;
    if (press_command(press) != 'y') {
        face_say(face, "Message %lld is kept.", (long long)id);
        return;
    }
    history->stale = true;
    if (face_complain(face, journal_forget(face->journal, &id, 1)))
        return;
    if (journal_notice(face->journal))
        face_say(face, "%s", journal_notice(face->journal));
    else
        face_say(face, "Message %lld is gone, its bytes too.", (long long)id);
}

static void export_view(struct history *history, struct face *face)
{
    const char *path = text_of(&history->path);
    size_t count;

    if (!face_may_write(face, path, &history->replacing))
        return;
    history->mode = HISTORY_LIST;
    if (!face_complain(face,
                       export_file(face->journal, path,
                                   &(struct export_options){.format = export_format_of(path),
                                                            .filter = text_of(&history->filter)},
                                   &count)))
        face_say(face, "%zu messages are in %s.", count, path);
}

static void ask_for_path(struct history *history, struct face *face)
{
    if (history->path.text.length == 0 &&
        face_complain(face, editor_set(&history->path, EXPORT_FILE, strlen(EXPORT_FILE))))
        return;
    history->replacing = false;
    history->mode = HISTORY_EXPORT;
}

/* ---- keys ---- */

static void choose(struct history *history, long long index)
{
    long long last = (long long)history->count - 1;

    if (index > last)
        index = last;
    history->chosen = index > 0 ? (size_t)index : 0;
}

/* Moves the choice; returns whether the press does that. */
static bool move_key(struct history *history, const struct press *press)
{
    long long chosen = (long long)history->chosen;
    long long page = history->rows > 1 ? (long long)history->rows - 1 : 1;
    char letter = press_command(press);

    if (press->kind == PRESS_UP || letter == 'k')
        choose(history, chosen - 1);
    else if (press->kind == PRESS_DOWN || letter == 'j')
        choose(history, chosen + 1);
    else if (press->kind == PRESS_PAGE_UP)
        choose(history, chosen - page);
    else if (press->kind == PRESS_PAGE_DOWN || letter == ' ')
        choose(history, chosen + page);
    else if (press->kind == PRESS_HOME || letter == 'g')
        choose(history, 0);
    else if (press->kind == PRESS_END || letter == 'G')
        choose(history, (long long)history->count - 1);
    else
        return false;
    return true;
}

/* A command about the chosen message; returns whether the letter is one. */
static bool chosen_command(struct history *history, struct face *face, char letter)
{
    if (!strchr("ynedw", letter))
        return false;
    if (history->count == 0) {
        face_say(face, "There is no message here.");
        return true;
    }
    switch (letter) {
    case 'y': rate(history, face, history_chosen(history), VERDICT_RIGHT, NULL); break;
    case 'n':
        picker_start(&history->picker);
        ask(history, HISTORY_PICK);
        break;
    case 'e':
        face->wish = WISH_EDIT;
        face->message = history_chosen(history);
        break;
    case 'd': ask(history, HISTORY_DELETE); break;
    default: open_chosen(history, face); break;
    }
    return true;
}

static void command(struct history *history, struct face *face, char letter)
{
    if (letter && chosen_command(history, face, letter))
        return;
    switch (letter) {
    case 'u': undo(history, face, false); break;
    case 'U': undo(history, face, true); break;
    case 'x': ask_for_path(history, face); break;
    case '/': history->mode = HISTORY_FILTER; break;
    case 'i': face->screen = SCREEN_WRITE; break;
    case '?': face->wish = WISH_HELP; break;
    case 'q': face->wish = WISH_QUIT; break;
    default:
        if (!face_go(face, letter - '0'))
            face_say(face, "Letters are commands here; ? lists them.");
    }
}

/* Another filter: another list, looked at from its start. */
static void refilter(struct history *history)
{
    history->stale = true;
    history->refiltered = true;
    history->chosen = 0;
}

void history_show(struct history *history, struct face *face, const char *filter)
{
    if (face_complain(face, editor_set(&history->filter, filter, strlen(filter))))
        return;
    history->mode = HISTORY_LIST;
    refilter(history);
}

static void drop_filter(struct history *history)
{
    editor_clear(&history->filter);
    history->mode = HISTORY_LIST;
    refilter(history);
}

static void in_list(struct history *history, struct face *face, const struct press *press)
{
    if (move_key(history, press))
        return;
    switch (press->kind) {
    case PRESS_TEXT: command(history, face, press_command(press)); break;
    case PRESS_ENTER: chosen_command(history, face, 'w'); break;
    case PRESS_ESCAPE: drop_filter(history); break;
    case PRESS_TAB: face->screen = SCREEN_WRITE; break;
    default: break;
    }
}

static void in_filter(struct history *history, struct face *face, const struct press *press)
{
    bool taken;

    if (press->kind == PRESS_ENTER || press->kind == PRESS_UP || press->kind == PRESS_DOWN) {
        history->mode = HISTORY_LIST;
        move_key(history, press);
    } else if (press->kind == PRESS_ESCAPE) {
        drop_filter(history);
    } else if (!face_complain(face, editor_press(&history->filter, press, &taken)) &&
               history->filter.changed) {
        history->filter.changed = false;
        refilter(history);
    }
}

/* ^C leaves what is being asked, then the list. */
static void interrupt(struct history *history, struct face *face)
{
    if (history->mode != HISTORY_LIST) {
        history->mode = HISTORY_LIST;
        return;
    }
    face_interrupt(face, &history->asked_to_quit);
}

static void in_path(struct history *history, struct face *face, const struct press *press)
{
    bool taken;

    if (press->kind == PRESS_ENTER) {
        export_view(history, face);
        return;
    }
    history->replacing = false;
    if (press->kind == PRESS_ESCAPE)
        history->mode = HISTORY_LIST;
    else if (press->kind != PRESS_NEWLINE)
        face_complain(face, editor_press(&history->path, press, &taken));
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
    switch (history->mode) {
    case HISTORY_LIST: in_list(history, face, press); break;
    case HISTORY_FILTER: in_filter(history, face, press); break;
    case HISTORY_PICK: pick(history, face, press); break;
    case HISTORY_DELETE: forget(history, face, press); break;
    case HISTORY_EXPORT: in_path(history, face, press); break;
    }
}
