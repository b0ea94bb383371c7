#include "app/tui/write.h"

#include <string.h>

/* How much is saved in one act, between which the screen is drawn and keys are read. */
enum { SLICE_LINES = 16, SLICE_BYTES = 16 * 1024 };

/* The line at the start of a text, without its end; `*next`: where the next begins. CR LF, LF and
 * CR end a line. */
static size_t line_at(const char *text, size_t length, size_t *next)
{
    size_t end = 0;

    while (end < length && text[end] != '\n' && text[end] != '\r')
        end++;
    *next = end + (end < length);
    if (*next < length && text[end] == '\r' && text[*next] == '\n')
        ++*next;
    return end;
}

static bool is_blank(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (text[i] != ' ' && text[i] != '\t')
            return false;
    }
    return true;
}

/* Lines that are not empty. */
static size_t count_lines(const char *text, size_t length)
{
    size_t count = 0, next;

    for (size_t at = 0; at < length; at += next)
        count += !is_blank(text + at, line_at(text + at, length - at, &next));
    return count;
}

/* So that a crash does not lose it: it comes back as a draft, where it can be one. */
static void keep(struct write *write, struct face *face)
{
    const struct buffer *text = &write->pasted;
    size_t length = text->length <= TEXT_MAX ? text->length : 0;
    enum error error = ERROR_NONE;

    if (!write->kept_paste)
        error = keeper_open(write->keeper, 0, 0, &write->kept_paste);
    if (!error)
        error = keeper_put(write->keeper, write->kept_paste, text->data ? text->data : "", length);
    face_complain(face, error);
}

/* It is done with: nothing of it stays. */
static void end(struct write *write, struct face *face)
{
    int64_t id;

    buffer_free(&write->pasted);
    keep(write, face);
    if (write->kept_paste && keeper_flush(write->keeper, write->kept_paste, &id) == ERROR_NONE) {
        keeper_close(write->keeper, write->kept_paste);
        write->kept_paste = NULL;
    }
    write->lines = write->line = write->saved = 0;
}

static void ask(struct write *write, struct face *face)
{
    write->mode = WRITE_PASTE;
    face_say(face, "%zu lines: [o]ne message or one a [l]ine?", write->lines - write->line);
}

/* Behind what is still asked about. */
static enum error take(struct write *write, const char *text, size_t length)
{
    enum error error = buffer_reserve(&write->pasted, length + 1);

    if (!error && write->pasted.length > 0)
        error = buffer_append_byte(&write->pasted, '\n');
    return error ? error : buffer_append(&write->pasted, text, length);
}

static void into_box(struct write *write, struct face *face, const char *text, size_t length)
{
    write->mode = write->editing ? WRITE_EDIT : WRITE_TEXT;
    write->fresh = false;
    face_complain(face, editor_insert(&write->box, text, length));
}

void write_paste(struct write *write, struct face *face, const char *text, size_t length)
{
    int choice = face->settings->choice[SETTING_PASTE];
    bool asked = write->mode == WRITE_PASTE || write->mode == WRITE_LINES;
    size_t lines = count_lines(text, length);

    if (!asked && (lines < 2 || choice == PASTE_ONE || write->editing)) {
        into_box(write, face, text, length);
        return;
    }
    if (face_complain(face, take(write, text, length)))
        return;
    write->lines += lines;
    keep(write, face);
    if (write->mode == WRITE_LINES)
        return;
    if (!asked && choice == PASTE_LINES)
        write_paste_lines(write, face);
    else
        ask(write, face);
}

void write_paste_whole(void *state, struct face *face)
{
    struct write *write = state;

    if (face_complain(face, editor_insert(&write->box, write->pasted.data, write->pasted.length)))
        return;
    write->mode = WRITE_TEXT;
    write_keep(write, face);
    end(write, face);
}

void write_paste_drop(void *state, struct face *face)
{
    struct write *write = state;

    kills_add(&write->box.kills, write->pasted.data, write->pasted.length);
    write->mode = WRITE_TEXT;
    end(write, face);
    face_say(face, "Not pasted; ^Y brings it.");
}

void write_paste_lines(void *state, struct face *face)
{
    struct write *write = state;

    write->mode = WRITE_LINES;
    write_paste_on(write, face);
}

/* The first lines that are not blank. Returns how many; `*end`: where they end. */
static size_t cut(const struct buffer *text, struct passage out[SLICE_LINES], size_t *end)
{
    size_t count = 0, next, at = 0;

    for (; at < text->length && count < SLICE_LINES && at < SLICE_BYTES; at += next) {
        const char *line = text->data + at;
        size_t length = line_at(line, text->length - at, &next);

        if (length > TEXT_MAX && count > 0)
            break; /* no message: those before it are */
        if (!is_blank(line, length))
            out[count++] = (struct passage){line, length};
    }
    *end = at;
    return count;
}

/* What was pasted, without what is saved, is the draft then, in the same act: a line that is a
 * message is no part of a draft, however the program ends. */
static enum error save_slice(struct write *write, struct face *face, int64_t draft)
{
    struct buffer *text = &write->pasted;
    struct passage lines[SLICE_LINES];
    size_t end, count = cut(text, lines, &end), saved = count;
    struct draft rest = {.id = draft, .text = text->data + end, .length = text->length - end};
    struct entry last;
    enum error error = journal_write_all(face->journal, lines, &saved, &rest, &last);

    if (error)
        return error;
    text->length -= end;
    memmove(text->data, text->data + end, text->length + 1);
    write->line += count;
    write->saved += saved;
    if (last.id) {
        entry_clear(&write->last);
        write->last = last;
    }
    return ERROR_NONE;
}

static void finish(struct write *write, struct face *face)
{
    size_t saved = write->saved;

    end(write, face);
    write->mode = WRITE_OUTSIDE;
    face_say(face, "%zu messages saved, one a line, not rated. 2 History shows and deletes them.",
             saved);
}

static void stop_at(struct write *write, struct face *face, const char *sentence)
{
    write->mode = WRITE_PASTE;
    face_say(face, "%zu of %zu lines are saved: %s. [l] goes on, [o] puts the rest in the box.",
             write->line, write->lines, sentence);
    face->complaint = true;
}

void write_paste_on(struct write *write, struct face *face)
{
    int64_t draft = 0;
    enum error error =
        write->kept_paste ? keeper_stop(write->keeper, write->kept_paste, &draft) : ERROR_NONE;

    if (!error)
        error = save_slice(write, face, draft);
    if (error && error != ERROR_BUSY)
        stop_at(write, face, error_sentence());
    else if (write->pasted.length == 0)
        finish(write, face);
    else
        face_say(face, "Saving line %zu of %zu ... Esc stops.", write->line + 1, write->lines);
    /* The keeper was stopped before it had saved it as a draft. */
    if (write->pasted.length > 0 && (error || !draft))
        keep(write, face);
}
