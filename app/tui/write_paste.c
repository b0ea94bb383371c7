#include "app/tui/write.h"

#include "base/clock.h"

#include <string.h>

enum { SLICE = 20 /* ms of saving, between which the screen is drawn and keys are read */ };

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
        error = keeper_open(write->keeper, 0, &write->kept_paste);
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
    write->lines = write->line = 0;
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

/* Saves the first line and takes it from what was pasted. */
static enum error save_line(struct write *write, struct face *face)
{
    struct buffer *text = &write->pasted;
    size_t next, length = line_at(text->data, text->length, &next);
    struct entry entry = {0};
    enum error error = ERROR_NONE;

    if (!is_blank(text->data, length)) {
        error = journal_write(face->journal, text->data, length, 0, &entry);
        if (error == ERROR_INVALID) /* signs that nobody sees: no message */
            error = ERROR_NONE;
        if (error)
            return error;
        write->line++;
    }
    text->length -= next;
    memmove(text->data, text->data + next, text->length + 1);
    if (entry.id) {
        entry_clear(&write->last);
        write->last = entry;
    }
    return ERROR_NONE;
}

static void finish(struct write *write, struct face *face)
{
    size_t saved = write->line;

    end(write, face);
    write->mode = WRITE_OUTSIDE;
    face_say(face, "%zu messages saved, one a line, not rated. 2 History shows and deletes them.",
             saved);
}

void write_paste_on(struct write *write, struct face *face)
{
    int64_t until = clock_milliseconds() + SLICE;
    enum error error = ERROR_NONE;

    while (!error && write->pasted.length > 0 && clock_milliseconds() < until)
        error = save_line(write, face);
    keep(write, face);
    if (error && error != ERROR_BUSY) {
        ask(write, face);
        face_say(face, "%zu of %zu lines are saved: %s. [l] goes on, [o] puts the rest in the box.",
                 write->line, write->lines, error_sentence());
        face->complaint = true;
    } else if (write->pasted.length == 0) {
        finish(write, face);
    } else {
        face_say(face, "Saving line %zu of %zu ... Esc stops.", write->line + 1, write->lines);
    }
}
