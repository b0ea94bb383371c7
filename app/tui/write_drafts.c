#include "app/tui/write.h"

#include <stdlib.h>

/* Drafts have the order of their numbers; a new one, which has none yet, comes last. The new text
 * of a message is none of them. */

static bool is_free(struct write *write, const struct draft *draft)
{
    return !draft->message && keeper_free(write->keeper, draft->id);
}

static enum error in_hand(struct write *write, int64_t id, const char *text, size_t length)
{
    struct kept *kept;
    enum error error = keeper_open(write->keeper, id, 0, &kept);

    if (!error)
        error = editor_set(&write->box, text, length);
    if (error) {
        keeper_close(write->keeper, kept);
        return error;
    }
    keeper_close(write->keeper, write->kept);
    write->kept = kept;
    write->box.changed = false;
    return ERROR_NONE;
}

/* Sets how many there are and which is in the box, whose number is `id` (0: it has none). */
static void count(struct write *write, const struct draft *drafts, size_t total, int64_t id)
{
    write->drafts = 0;
    write->position = 1;
    for (size_t i = 0; i < total; i++) {
        if (!is_free(write, &drafts[i]))
            continue;
        write->drafts++;
        write->position += !id || drafts[i].id < id;
    }
}

enum error write_take_draft(struct write *write, struct face *face)
{
    struct draft *drafts = NULL;
    size_t total = 0, i = 0;
    enum error error = journal_draft_list(face->journal, &drafts, &total);
    int64_t id = 0;

    /* One that another window has, or that is longer than a message can be, stays where it is. */
    while (!error && i < total && !write->kept) {
        if (!drafts[i].message &&
            in_hand(write, drafts[i].id, drafts[i].text, drafts[i].length) == ERROR_NONE)
            id = drafts[i].id;
        i++;
    }
    if (!error && !write->kept)
        error = in_hand(write, 0, "", 0);
    if (!error)
        count(write, drafts, total, id);
    drafts_free(drafts, total);
    return error;
}

bool write_resume_edit(struct write *write, struct face *face, int64_t message)
{
    struct draft *drafts = NULL;
    size_t total = 0;
    bool resumed = false;

    if (face_complain(face, journal_draft_list(face->journal, &drafts, &total)))
        return false;
    for (size_t i = 0; i < total && !resumed; i++) {
        const struct draft *draft = &drafts[i];

        if (draft->message && (!message || draft->message == message) &&
            keeper_free(write->keeper, draft->id))
            resumed = write_begin_edit(write, face, draft);
    }
    drafts_free(drafts, total);
    return resumed;
}

void write_renumber(struct write *write, struct face *face)
{
    struct kept *kept;

    if (face_complain(face, keeper_open(write->keeper, 0, 0, &kept)))
        return;
    keeper_close(write->keeper, write->kept);
    write->kept = kept;
    write->box.changed = write->box.text.length > 0;
}

/* The drafts, and the number of the one in the box, which is saved. */
static bool list(struct write *write, struct face *face, struct draft **drafts, size_t *total,
                 int64_t *id)
{
    enum error error;

    *drafts = NULL;
    *total = 0;
    write_keep(write, face);
    error = keeper_flush(write->keeper, write->kept, id);
    if (error == ERROR_BUSY) {
        face_say(face, "Another program is using the journal: the draft stays here until it is "
                       "kept.");
        return false;
    }
    if (!error)
        error = journal_draft_list(face->journal, drafts, total);
    return !face_complain(face, error);
}

void write_count_drafts(struct write *write, struct face *face)
{
    struct draft *drafts = NULL;
    size_t total = 0;
    int64_t id;

    if (keeper_flush(write->keeper, write->kept, &id) == ERROR_NONE &&
        !face_complain(face, journal_draft_list(face->journal, &drafts, &total)))
        count(write, drafts, total, id);
    drafts_free(drafts, total);
}

/* Of those that are free the next one in this direction; NULL: there is none. */
static const struct draft *find(struct write *write, const struct draft *drafts, size_t total,
                                int64_t id, bool newer)
{
    const struct draft *found = NULL;

    for (size_t i = 0; i < total; i++) {
        const struct draft *draft = &drafts[i];
        bool behind = newer ? id && draft->id > id : !id || draft->id < id;

        if (behind && (!found || (draft->id < found->id) == newer) && draft->id != id &&
            is_free(write, draft))
            found = draft;
    }
    return found;
}

static void say_where(const struct write *write, struct face *face)
{
    if (write->box.text.length == 0)
        face_say(face, "A new draft; the others are kept.");
    else
        face_say(face, "Draft %zu of %zu.", write->position, write->drafts);
}

static void walk(struct write *write, struct face *face, bool newer)
{
    struct draft *drafts;
    size_t total;
    int64_t id;
    const struct draft *next;
    enum error error = ERROR_NONE;

    if (write->editing) {
        face_say(face, "Message %lld is being edited: Enter saves the change, Esc drops it.",
                 (long long)write->editing);
        return;
    }
    if (!list(write, face, &drafts, &total, &id)) {
        drafts_free(drafts, total);
        return;
    }
    next = find(write, drafts, total, id, newer);
    if (next)
        error = in_hand(write, next->id, next->text, next->length);
    else if (newer && write->box.text.length > 0)
        error = in_hand(write, 0, "", 0);
    if (!face_complain(face, error)) {
        count(write, drafts, total, next ? next->id : write->box.text.length ? id : 0);
        if (next || (newer && id))
            say_where(write, face);
        else
            face_say(face, newer ? "There is no newer draft." : "There is no older draft.");
    }
    drafts_free(drafts, total);
}

void write_older_draft(void *state, struct face *face)
{
    walk(state, face, false);
}

void write_newer_draft(void *state, struct face *face)
{
    walk(state, face, true);
}

void write_new_draft(void *state, struct face *face)
{
    struct write *write = state;
    struct draft *drafts;
    size_t total;
    int64_t id;

    if (!write->editing && list(write, face, &drafts, &total, &id)) {
        if (!face_complain(face, in_hand(write, 0, "", 0))) {
            count(write, drafts, total, 0);
            write->mode = WRITE_TEXT;
            say_where(write, face);
        }
        drafts_free(drafts, total);
    }
}

void write_delete_draft(void *state, struct face *face)
{
    struct write *write = state;

    editor_finish(&write->box);
    write->mode = WRITE_OUTSIDE;
    write_keep(write, face);
    write_count_drafts(write, face);
    face_say(face, "The draft is deleted; ^_ in the box brings it back until you type another.");
}
