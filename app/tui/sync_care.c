#include "app/tui/sync_care.h"

#include "app/erase.h"
#include "app/tui/prompt.h"

#include <stdio.h>
#include <string.h>

enum { FILE_NAME_MAX = PROFILE_NAME_MAX + 32 };

static const char *plural(size_t count)
{
    return count == 1 ? "" : "s";
}

static const char *are(size_t count)
{
    return count == 1 ? "is" : "are";
}

/* Asks for a file; at first its name is made of the profile's. */
static void ask_for_file(struct sync_screen *sync, struct face *face, enum sync_mode mode,
                         const char *suffix)
{
    char name[FILE_NAME_MAX];

    snprintf(name, sizeof name, "emotrack-%s%s", journal_profile(face->journal), suffix);
    sync_ask(sync, face, mode, name);
}

/* ---- backing up and exporting ---- */

void care_ask_backup(void *screen, struct face *face)
{
    ask_for_file(screen, face, SYNC_BACKUP, ".backup");
}

void care_ask_export(void *screen, struct face *face)
{
    ask_for_file(screen, face, SYNC_EXPORT, ".csv");
}

static void write_file(struct sync_screen *sync, struct face *face, enum job job)
{
    if (face_complain(face, prompt_path(&sync->path)) ||
        !face_may_write(face, editor_text(&sync->path), &sync->replacing))
        return;
    sync->mode = SYNC_LOOK;
    sync_want(sync, face, job);
}

void care_back_up(void *screen, struct face *face)
{
    write_file(screen, face, JOB_BACKUP);
}

void care_export(void *screen, struct face *face)
{
    write_file(screen, face, JOB_EXPORT);
}

static void tell_backup(struct face *face, const struct worker_outcome *outcome)
{
    face_say(face,
             "%zu message%s %s in %s, which was read back. Whoever has the file can read it: "
             "`emotrack backup --passphrase` seals one.",
             outcome->count, plural(outcome->count), are(outcome->count), outcome->path);
}

/* ---- restoring ---- */

void care_ask_restore(void *screen, struct face *face)
{
    ask_for_file(screen, face, SYNC_RESTORE, ".backup");
}

void care_inspect(void *screen, struct face *face)
{
    struct sync_screen *sync = screen;

    if (face_complain(face, prompt_path(&sync->path)))
        return;
    sync->mode = SYNC_LOOK;
    sync_want(sync, face, JOB_INSPECT);
}

/* What would happen, before it does. */
static enum error describe_restore(const struct worker_outcome *outcome, const char *profile,
                                   struct buffer *out)
{
    const struct restore_offer *found = &outcome->found;
    enum error error = buffer_format(
        out,
        "%s is sound. It holds %zu message%s and %zu rating%s, which take the place of the %zu "
        "message%s of the profile '%s'.\n\n",
        outcome->path, found->messages, plural(found->messages), found->ratings,
        plural(found->ratings), found->present, plural(found->present), profile);

    if (!error && found->damaged > 0)
        error = buffer_format(out, "%zu of its texts are damaged and stay so.\n\n", found->damaged);
    if (!error && found->empty)
        error = buffer_append_text(out, "Nothing is lost: there is no message here yet.\n\n");
    if (!error && !found->empty)
        error = buffer_format(out, "What is here now is kept in %s.\n\n", outcome->kept);
    if (!error && !found->empty && found->kept_before)
        error = buffer_append_text(out, "The journal that an earlier restore has kept there is "
                                        "deleted for it, for good.\n\n");
    return error ? error
                 : buffer_append_text(out, "The count of contributions never gets smaller; what "
                                           "waits to be sent is withdrawn.\n");
}

static void ask_whether_to_restore(struct sync_screen *sync, struct face *face,
                                   const struct worker_outcome *outcome)
{
    buffer_clear(&sync->words);
    if (face_complain(face,
                      describe_restore(outcome, journal_profile(face->journal), &sync->words)))
        return;
    sync->replacing = outcome->found.kept_before;
    sync->top = 0;
    sync->mode = SYNC_REPLACE;
}

void care_restore(void *screen, struct face *face)
{
    struct sync_screen *sync = screen;

    sync->mode = SYNC_LOOK;
    sync_want(sync, face, JOB_RESTORE);
}

/* The program begins again: everything that a screen knows is of the journal that is gone. */
static void tell_restored(struct face *face, const struct worker_outcome *outcome)
{
    const struct restore_result *restored = &outcome->restored;

    face_say(face, "%zu message%s %s restored%s%s.%s%s", restored->messages,
             plural(restored->messages), are(restored->messages),
             restored->kept ? "; what was there is kept in " : "",
             restored->kept ? outcome->kept : "",
             restored->unjoined ? " The backup had joined a server; you have not: j joins." : "",
             restored->clear ? " They are not encrypted." : "");
    face->wish = WISH_RESTORED;
}

/* ---- deleting ---- */

void care_ask_erase(void *screen, struct face *face)
{
    struct sync_screen *sync = screen;

    buffer_clear(&sync->words);
    if (sync_at_work(sync)) {
        face_say(face, "Something is under way: Esc stops it.");
        return;
    }
    if (face_complain(face, erase_look(journal_profile(face->journal), &sync->words)))
        return;
    sync->top = 0;
    sync_ask(sync, face, SYNC_ERASE, "");
}

void care_erase(void *screen, struct face *face)
{
    struct sync_screen *sync = screen;

    sync->mode = SYNC_LOOK;
    if (strcmp(editor_text(&sync->name), journal_profile(face->journal)) != 0) {
        face_say(face, "That is not the profile's name: nothing was deleted.");
        return;
    }
    face->wish = WISH_ERASE;
}

/* ---- what their work has come to ---- */

void care_take(struct sync_screen *sync, struct face *face, const struct worker_outcome *outcome)
{
    if (outcome->error) {
        face_warn(face, outcome->sentence);
        return;
    }
    switch (outcome->job) {
    case JOB_BACKUP: tell_backup(face, outcome); break;
    case JOB_EXPORT:
        face_say(face, "%zu message%s %s in %s.", outcome->count, plural(outcome->count),
                 are(outcome->count), outcome->path);
        break;
    case JOB_INSPECT: ask_whether_to_restore(sync, face, outcome); break;
    case JOB_RESTORE: tell_restored(face, outcome); break;
    default: break;
    }
}
