#include "app/tui/history_parts.h"

#include "app/tui/prompt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What is done about the open message, the chosen one, or those that are marked. */

#define EXPORT_FILE "emotrack-history.csv"

/* ---- rating ---- */

/* What a rating is called. */
static const char *rated(enum verdict verdict, const char *label)
{
    if (label)
        return label;
    return verdict == VERDICT_RIGHT ? "right" : "wrong";
}

static void rate_one(struct history *history, struct face *face, int64_t id, enum verdict verdict,
                     const char *label)
{
    history->act = (struct rating_act){0};
    if (face_rate(face, id, verdict, label))
        face_say(face, "Message %lld is rated %s; u takes it back.", (long long)id,
                 rated(verdict, label));
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
    if (act.skipped > 0)
        face_say(face, "%zu rated; %zu without a guess left as they were. u takes all of it back.",
                 act.count, act.skipped);
    else
        face_say(face, "%zu message%s rated %s; u takes all of that back.", act.count,
                 act.count == 1 ? " is" : "s are", rated(verdict, label));
}

static void rate(struct history *history, struct face *face, enum verdict verdict,
                 const char *label)
{
    if (history->asked)
        rate_one(history, face, history->asked, verdict, label);
    else
        rate_marked(history, face, verdict, label);
    history_go_back(history);
    history->stale = true;
}

void history_pick(struct history *history, struct face *face, const struct press *press)
{
    const struct model *model = journal_model(face->journal);
    int label;
    enum pick picked = picker_press(&history->picker, model, press, &label);

    if (picked == PICK_LABEL)
        rate(history, face, VERDICT_WRONG, model_label(model, label)->name);
    else if (picked == PICK_NONE)
        rate(history, face, VERDICT_WRONG, NULL);
    else if (picked == PICK_BACK)
        history_go_back(history);
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

void history_forget(struct history *history, struct face *face, const struct press *press)
{
    history_go_back(history);
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
    struct worker_request request = {.job = JOB_EXPORT, .filter = editor_text(&history->filter)};
    int64_t *ids = NULL;

    if (face_complain(face, prompt_path(&history->path)))
        return;
    request.path = editor_text(&history->path);
    if (!face_may_write(face, request.path, &history->replacing))
        return;
    history->mode = HISTORY_LIST;
    if (history_about_marked(history)) {
        if (face_complain(face, list_marked(&history->list, &ids)))
            return;
        request.count = history->list.marks;
    }
    request.ids = ids;
    start_work(history, face, &request);
    free(ids);
}

/* Returns whether the journal is another now. */
bool history_take_outcome(struct history *history, struct face *face)
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

/* ---- commands ---- */

/* Asks something about the open or chosen message, or the marked ones; the answer is about those,
 * whatever the list does meanwhile. */
static bool ask(struct history *history, struct face *face, enum history_mode mode)
{
    if (!history_has_subject(history, face))
        return false;
    history->asked = history_about_marked(history) ? 0 : history_subject(history);
    history->mode = mode;
    return true;
}

void history_rate_right(void *screen, struct face *face)
{
    if (ask(screen, face, HISTORY_LIST))
        rate(screen, face, VERDICT_RIGHT, NULL);
}

void history_rate_wrong(void *screen, struct face *face)
{
    struct history *history = screen;

    picker_start(&history->picker);
    ask(history, face, HISTORY_PICK);
}

void history_ask_delete(void *screen, struct face *face)
{
    ask(screen, face, HISTORY_DELETE);
}

void history_edit(void *screen, struct face *face)
{
    struct history *history = screen;

    if (!history_subject(history)) {
        face_say(face, "There is no message here.");
        return;
    }
    face->wish = WISH_EDIT;
    face->message = history_subject(history);
}

void history_undo(void *screen, struct face *face)
{
    step(screen, face, true);
}

void history_redo(void *screen, struct face *face)
{
    step(screen, face, false);
}

void history_ask_for_path(void *screen, struct face *face)
{
    struct history *history = screen;

    if (history->path.text.length == 0 &&
        face_complain(face, editor_set(&history->path, EXPORT_FILE, strlen(EXPORT_FILE))))
        return;
    history->replacing = false;
    history->mode = HISTORY_EXPORT;
}

void history_start_export(void *screen, struct face *face)
{
    export_messages(screen, face);
}

void history_leave_path(void *screen, struct face *face)
{
    struct history *history = screen;

    (void)face;
    history->mode = HISTORY_LIST;
}

void history_in_path(struct history *history, struct face *face, const struct press *press)
{
    bool taken;

    if (press->kind != PRESS_ENTER)
        history->replacing = false;
    if (binding_press(history_bindings, HISTORY_EXPORT, history, face, press) ||
        press->kind == PRESS_NEWLINE)
        return;
    face_complain(face, editor_press(&history->path, press, &taken));
}
