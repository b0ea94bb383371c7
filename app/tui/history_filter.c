#include "app/tui/history_parts.h"

#include <string.h>

/* The filter line and its completion. */

/* Another filter: another list, looked at from its start. */
void history_refilter(struct history *history)
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
    history_refilter(history);
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
    complete_list(editor_text(&history->filter), history->filter.cursor, &history->names,
                  &history->candidates);
}

/* Puts a word, or a beginning that several share, in the place of the one that is typed. */
static void put_word(struct history *history, struct face *face, const char *word, size_t length)
{
    struct candidates *candidates = &history->candidates;
    const char *line = editor_text(&history->filter);
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
    history_refilter(history);
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
void history_complete(void *screen, struct face *face)
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

void history_keep_filter(void *screen, struct face *face)
{
    struct history *history = screen;

    (void)face;
    history->mode = HISTORY_LIST;
    history->stale = true; /* what is wrong with it is told in full now */
}

void history_drop_filter(void *screen, struct face *face)
{
    struct history *history = screen;

    (void)face;
    editor_clear(&history->filter);
    history->filter.changed = false;
    history->mode = HISTORY_LIST;
    history_refilter(history);
}

void history_in_filter(struct history *history, struct face *face, const struct press *press)
{
    bool taken, tab = press->kind == PRESS_TAB;

    history->cycling = history->cycling && tab;
    if (binding_press(history_bindings, HISTORY_FILTER, history, face, press))
        return;
    if (!face_complain(face, editor_press(&history->filter, press, &taken)) &&
        history->filter.changed) {
        history->filter.changed = false;
        history_refilter(history);
    }
}

void history_start_filter(void *screen, struct face *face)
{
    struct history *history = screen;

    (void)face;
    history->cycling = false;
    history->mode = HISTORY_FILTER;
}
