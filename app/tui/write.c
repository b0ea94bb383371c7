#include "app/tui/write.h"

#include "app/describe.h"
#include "app/tui/keys.h"

#include <string.h>

static const char saving[] = "Saving ...";

/* ---- the newest message ---- */

static enum error take_id(void *context, const struct entry *entry)
{
    *(int64_t *)context = entry->id;
    return ERROR_NONE;
}

static enum error load_newest(struct write *write, struct face *face)
{
    int64_t id = 0;
    enum error error = journal_each(face->journal, NULL, true, 1, take_id, &id);

    entry_clear(&write->last);
    return error || !id ? error : journal_get(face->journal, id, &write->last);
}

static void load_last(struct write *write, struct face *face, int64_t id)
{
    struct entry entry;

    if (face_complain(face, journal_get(face->journal, id, &entry)))
        return;
    entry_clear(&write->last);
    write->last = entry;
}

enum error write_init(struct write *write, struct face *face, struct keeper *keeper)
{
    enum error error;

    *write = (struct write){.keeper = keeper};
    editor_init(&write->box, TEXT_MAX);
    buffer_init(&write->set_aside, TEXT_MAX);
    buffer_init(&write->pasted, KEYS_PASTE_MAX);
    error = write_take_draft(write, face);
    if (!error)
        error = load_newest(write, face);
    if (!error)
        write_resume_edit(write, face, 0);
    return error;
}

/* What the keeper has in hand ends with it. */
void write_free(struct write *write)
{
    editor_free(&write->box);
    buffer_free(&write->set_aside);
    buffer_free(&write->pasted);
    entry_clear(&write->last);
}

void write_reload(struct write *write, struct face *face)
{
    struct entry entry;
    enum error error;

    if (!write->last.id) {
        face_complain(face, load_newest(write, face));
        return;
    }
    error = journal_get(face->journal, write->last.id, &entry);
    if (error == ERROR_NOT_FOUND) {
        write->fresh = false;
        error = load_newest(write, face);
    } else if (!error) {
        entry_clear(&write->last);
        write->last = entry;
    }
    face_complain(face, error);
}

void write_keep(struct write *write, struct face *face)
{
    const struct buffer *text = &write->box.text;

    if (!write->box.changed)
        return;
    if (!face_complain(face, keeper_put(write->keeper, write->kept, text->data ? text->data : "",
                                        text->length)))
        write->box.changed = false;
}

bool write_typing(const struct write *write)
{
    return write->mode == WRITE_TEXT || write->mode == WRITE_EDIT;
}

const char *write_subject(const struct write *write, size_t *length)
{
    if (write->box.text.length == 0 && write->fresh && write->last.id) {
        *length = strlen(write->last.text);
        return write->last.text;
    }
    *length = write->box.text.length;
    return editor_text(&write->box);
}

/* ---- editing an older message ---- */

/* Puts the edit into the box; the draft that was there is in hand still. */
static enum error set_aside(struct write *write, const struct draft *edit)
{
    struct kept *kept;
    enum error error = keeper_open(write->keeper, edit->id, edit->message, &kept);

    if (error)
        return error;
    buffer_clear(&write->set_aside);
    error = buffer_append(&write->set_aside, write->box.text.data, write->box.text.length);
    if (!error)
        error = editor_set(&write->box, edit->text, edit->length);
    if (error) {
        keeper_close(write->keeper, kept);
        return error;
    }
    write->kept_aside = write->kept;
    write->kept = kept;
    return ERROR_NONE;
}

/* An edit that is under way is kept as a draft of its own, so that a crash does not lose it. */
bool write_begin_edit(struct write *write, struct face *face, const struct draft *edit)
{
    write_keep(write, face);
    if (face_complain(face, set_aside(write, edit)))
        return false;
    write->box.changed = false; /* nothing is lost yet */
    write->editing = edit->message;
    write->mode = WRITE_EDIT;
    face_say(face, "Editing message %lld%s: Enter saves it, Esc leaves it as it was.",
             (long long)edit->message, edit->id ? ", where it was left off" : "");
    return true;
}

static void edit_anew(struct write *write, struct face *face, int64_t id)
{
    struct entry entry;

    if (!face_complain(face, journal_get(face->journal, id, &entry)))
        write_begin_edit(
            write, face,
            &(struct draft){.message = id, .text = entry.text, .length = strlen(entry.text)});
    entry_clear(&entry);
}

void write_edit(struct write *write, struct face *face, int64_t id)
{
    if (write->editing) {
        write->mode = WRITE_EDIT;
        face_say(face, "Message %lld is being edited: Enter saves the change, Esc drops it.",
                 (long long)write->editing);
    } else if (!write_resume_edit(write, face, id)) {
        edit_anew(write, face, id);
    }
}

/* The draft comes back. What was in the box can be yanked. */
static void end_editing(struct write *write, struct face *face)
{
    int64_t id;

    editor_clear(&write->box);
    write_keep(write, face);
    if (keeper_flush(write->keeper, write->kept, &id) != ERROR_NONE)
        face_warn(face, "Another program is using the journal: the change stays as a draft.");
    keeper_close(write->keeper, write->kept);
    write->kept = write->kept_aside;
    write->kept_aside = NULL;
    write->editing = 0;
    write->mode = WRITE_TEXT;
    face_complain(face, editor_set(&write->box, write->set_aside.data, write->set_aside.length));
    write->box.changed = false;
    buffer_free(&write->set_aside);
}

/* The message is gone: its new text is a draft like any other. */
static void end_editing_without(struct write *write, struct face *face)
{
    face_say(face, "Message %lld is gone; its text is in the box: Enter saves it as a new one.",
             (long long)write->editing);
    keeper_close(write->keeper, write->kept_aside); /* it was saved before it was set aside */
    write->kept_aside = NULL;
    write->editing = 0;
    write->mode = WRITE_TEXT;
    write->box.changed = true;
}

static void tell_edited(struct write *write, struct face *face, struct entry *entry)
{
    face_say(face, "Message %lld is changed and guessed anew: %s.", (long long)entry->id,
             entry->guess ? entry->guess : "can't tell");
    if (entry->id == write->last.id) {
        entry_clear(&write->last);
        write->last = *entry;
    } else {
        entry_clear(entry);
    }
}

static enum error save_edited(struct write *write, struct face *face, int64_t draft)
{
    struct entry entry;
    enum error error = journal_edit(face->journal, write->editing, write->box.text.data,
                                    write->box.text.length, &entry);

    if (error == ERROR_NOT_FOUND) {
        end_editing_without(write, face);
        return ERROR_NONE;
    }
    if (error)
        return error;
    if (draft)
        face_complain(face, journal_draft_save(face->journal, &draft, "", 0));
    end_editing(write, face);
    tell_edited(write, face, &entry);
    return ERROR_NONE;
}

/* ---- saving ---- */

/* The draft became a message; the next text is another. */
static void begin_next(struct write *write, struct face *face)
{
    struct kept *kept;

    editor_finish(&write->box);
    write->box.changed = false;
    if (face_complain(face, keeper_open(write->keeper, 0, 0, &kept)))
        return; /* memory is short; the old one does as well, whose number is free again */
    keeper_close(write->keeper, write->kept);
    write->kept = kept;
}

static enum error save_new(struct write *write, struct face *face, int64_t draft)
{
    const struct buffer *text = &write->box.text;
    struct entry entry;
    enum error error =
        journal_write(face->journal, text->data ? text->data : "", text->length, draft, &entry);

    if (error)
        return error;
    entry_clear(&write->last);
    write->last = entry;
    begin_next(write, face);
    write->fresh = true;
    write->mode = WRITE_OUTSIDE;
    write->save = SAVE_SETTLES;
    write->act = journal_acts(face->journal);
    write_count_drafts(write, face);
    face_say(face, "%s", saving);
    return ERROR_NONE;
}

/* Whatever goes wrong, the text stays in the box, and its draft is kept; where another program has
 * the journal, the message is saved as soon as that could be done. */
static void try_to_save(struct write *write, struct face *face)
{
    int64_t draft;
    enum error error = keeper_stop(write->keeper, write->kept, &draft);

    write->save = SAVE_NONE;
    if (!error)
        error = write->editing ? save_edited(write, face, draft) : save_new(write, face, draft);
    if (!error)
        return;
    write->box.changed = true;
    if (error == ERROR_BUSY) {
        write->save = SAVE_WAITS;
        face_say(face, "Not saved yet: another program is using the journal. Saved as soon as that "
                       "lets go.");
    } else {
        face_complain(face, error);
    }
}

static void save(void *state, struct face *face)
{
    try_to_save(state, face);
}

/* The disk may have lost what it was given: the text is in the box again, if nothing else is. */
static void tell_lost(struct write *write, struct face *face, const char *sentence)
{
    bool back = write->save == SAVE_SETTLES && write->last.id && !write->editing &&
                write->box.text.length == 0 &&
                editor_set(&write->box, write->last.text, strlen(write->last.text)) == ERROR_NONE;

    face_say(face, "The disk has not kept what was saved last: %s.%s", sentence,
             back ? " Its text is in the box again." : "");
    face->complaint = true;
}

void write_settled(struct write *write, struct face *face, const struct keeper_news *news)
{
    if (news->disk)
        tell_lost(write, face, news->disk_sentence);
    if (write->save == SAVE_WAITS && !news->busy && !news->waiting)
        try_to_save(write, face);
    if (write->save != SAVE_SETTLES || (!news->disk && news->durable < write->act))
        return;
    write->save = SAVE_NONE;
    if (strcmp(face->status, saving) == 0)
        face_say(face, "Saved on this device. Nothing was uploaded.");
}

bool write_rest(struct write *write, struct face *face)
{
    if (write->mode != WRITE_LINES)
        return false;
    write_paste_on(write, face);
    return true;
}

/* ---- rating ---- */

/* Back to the box: the next letters are the next message's. */
static void go_to_text(void *state, struct face *face)
{
    struct write *write = state;

    (void)face;
    write->mode = write->editing ? WRITE_EDIT : WRITE_TEXT;
    write->fresh = false;
}

static bool has_last(const struct write *write, struct face *face)
{
    if (!write->last.id)
        face_say(face, "There is no message yet: write one.");
    return write->last.id != 0;
}

static void rate(struct write *write, struct face *face, enum verdict verdict, const char *label)
{
    write->mode = WRITE_OUTSIDE;
    if (!face_rate(face, write->last.id, verdict, label)) {
        write_reload(write, face);
        return;
    }
    load_last(write, face, write->last.id);
    face_say(face, "Rated %s: the next guess has learnt from it.", describe_verdict(&write->last));
    go_to_text(write, face);
}

static void rate_right(void *state, struct face *face)
{
    if (has_last(state, face))
        rate(state, face, VERDICT_RIGHT, NULL);
}

static void rate_wrong(void *state, struct face *face)
{
    struct write *write = state;

    if (!has_last(write, face))
        return;
    picker_start(&write->picker);
    write->mode = WRITE_PICK;
}

static void skip(void *state, struct face *face)
{
    if (has_last(state, face))
        go_to_text(state, face);
}

static void pick(struct write *write, struct face *face, const struct press *press)
{
    const struct model *model = journal_model(face->journal);
    int label;
    enum pick picked = picker_press(&write->picker, model, press, &label);

    if (picked == PICK_LABEL)
        rate(write, face, VERDICT_WRONG, model_label(model, label)->name);
    else if (picked == PICK_NONE)
        rate(write, face, VERDICT_WRONG, NULL);
    else if (picked == PICK_BACK)
        write->mode = WRITE_OUTSIDE;
    else
        face_say_pick(face, picked);
}

static void undo(struct write *write, struct face *face, bool redo)
{
    int64_t id;

    if (face_undo(face, redo, &id) && write->last.id == id)
        load_last(write, face, id);
}

static void undo_rating(void *state, struct face *face)
{
    undo(state, face, false);
}

static void redo_rating(void *state, struct face *face)
{
    undo(state, face, true);
}

static void edit_last(void *state, struct face *face)
{
    const struct write *write = state;

    if (has_last(write, face))
        write_edit(state, face, write->last.id);
}

static void show_why(void *state, struct face *face)
{
    const struct write *write = state;
    size_t length;
    const char *text = write_subject(write, &length);

    if (length == 0 && write->last.id) {
        face_show_message(face, &write->last, write->last.text, strlen(write->last.text));
        return;
    }
    face_show_message(face, NULL, text, length);
}

static void show_all(void *state, struct face *face)
{
    struct write *write = state;

    (void)face;
    write->all_labels = !write->all_labels;
}

/* ---- keys ---- */

static void add_line(void *state, struct face *face)
{
    struct write *write = state;

    face_complain(face, editor_insert(&write->box, "\n", 1));
}

static void leave_box(void *state, struct face *face)
{
    struct write *write = state;

    (void)face;
    write->mode = WRITE_OUTSIDE;
}

static void drop_edit(void *state, struct face *face)
{
    struct write *write = state;

    end_editing(write, face);
    face_say(face, "The message is as it was; ^Y brings your change back.");
}

/* The draft is kept; a message that is being edited is asked about. */
static void quit(void *state, struct face *face)
{
    struct write *write = state;

    if (!write->editing || write->asked_to_quit) {
        if (write->editing)
            end_editing(write, face);
        face->wish = WISH_QUIT;
        return;
    }
    write->asked_to_quit = true;
    face_say(face, "Message %lld is being edited: Enter saves the change, ^D again drops it.",
             (long long)write->editing);
}

static void interrupt(void *state, struct face *face)
{
    struct write *write = state;

    if (write_typing(write) && write->box.text.length > 0) {
        editor_clear(&write->box);
        face_say(face, "Cleared; ^Y or ^_ brings it back.");
        return;
    }
    face_interrupt(face, &write->asked_to_quit);
}

static void ask_to_delete(void *state, struct face *face)
{
    struct write *write = state;

    if (write->box.text.length == 0 || write->editing) {
        face_say(face, "There is no draft in the box.");
        return;
    }
    write->mode = WRITE_DELETE;
    face_say(face, "Delete this draft? y deletes it, n keeps it.");
}

static void keep_draft(void *state, struct face *face)
{
    leave_box(state, face);
    face_say(face, "The draft is kept.");
}

static void stop_lines(void *state, struct face *face)
{
    struct write *write = state;

    write->mode = WRITE_PASTE;
    face_say(face, "%zu of %zu lines are saved. [l] goes on, [o] puts the rest in the box.",
             write->line, write->lines);
}

enum {
    TEXT = 1 << WRITE_TEXT,
    EDIT = 1 << WRITE_EDIT,
    OUTSIDE = 1 << WRITE_OUTSIDE,
    PICK = 1 << WRITE_PICK,
    DELETE = 1 << WRITE_DELETE,
    PASTE = 1 << WRITE_PASTE,
    LINES = 1 << WRITE_LINES,
    BOX = TEXT | EDIT,
};

const char *const write_modes[] = {
    "In the text",      "While a message is edited", "Outside the text",  "Which emotion it is",
    "Deleting a draft", "A paste of several lines",  "While it is saved", NULL};

const struct binding write_bindings[] = {
    {{KEY(PRESS_ENTER)},
     TEXT,
     save,
     "Enter",
     "save the message, then rate its guess",
     "Enter save"},
    {{KEY(PRESS_ENTER)}, EDIT, save, "Enter", "save the change", "Enter save the change"},
    {{KEY(PRESS_NEWLINE)}, BOX, add_line, "Alt-Enter  ^J", "a new line", "Alt-Enter new line"},
    {{KEY(PRESS_TAB)}, TEXT, leave_box, "Tab", "rate the last message", "Tab rate"},
    {{KEY(PRESS_ESCAPE)},
     TEXT,
     leave_box,
     "Esc",
     "leave the text: letters are commands then",
     "Esc commands"},
    {{KEY(PRESS_ESCAPE)},
     EDIT,
     drop_edit,
     "Esc",
     "leave the message as it was",
     "Esc leave it as it was"},
    {{0}, TEXT, NULL, "^A ^E, arrows", "move (Alt-b, Alt-f, Ctrl-arrows: by words)", NULL},
    {{0}, TEXT, NULL, "Page Up, Down", "to the start of the text, to its end", NULL},
    {{0}, TEXT, NULL, "^W ^U ^K", "cut a word, to the line's start, to its end", NULL},
    {{0}, TEXT, NULL, "^Y", "bring back what was cut; again: what was cut before", NULL},
    {{0}, TEXT, NULL, "^_  ^R", "undo, redo", NULL},
    {{0}, TEXT, NULL, "^T", "swap the letters around the cursor", NULL},
    {{KEY(PRESS_OLDER)}, TEXT, write_older_draft, "Alt-Up", "the draft before this one", NULL},
    {{KEY(PRESS_NEWER)},
     TEXT,
     write_newer_draft,
     "Alt-Down",
     "the draft after it; behind the last, a new one",
     NULL},
    {{KEY(PRESS_OLDER)}, OUTSIDE, write_older_draft, NULL, NULL, NULL},
    {{KEY(PRESS_NEWER)}, OUTSIDE, write_newer_draft, NULL, NULL, NULL},
    {{CONTROL('c')},
     TEXT,
     interrupt,
     "^C",
     "clear the text; where there is none, twice: quit",
     NULL},
    {{CONTROL('d')}, TEXT, quit, "^D", "quit; the draft is kept", "^D quit"},
    {{CONTROL('d')}, EDIT | OUTSIDE | PICK | DELETE | PASTE | LINES, quit, NULL, NULL, NULL},
    {{CONTROL('c')}, EDIT | OUTSIDE | PICK | DELETE | PASTE | LINES, interrupt, NULL, NULL, NULL},

    {{'y'}, OUTSIDE, rate_right, "y", "the guess is right", "y right"},
    {{'n'}, OUTSIDE, rate_wrong, "n", "it is wrong, and which emotion it is", "n wrong"},
    {{'s'}, OUTSIDE, skip, "s", "skip the rating", "s skip"},
    {{'i', KEY(PRESS_ENTER), KEY(PRESS_TAB), KEY(PRESS_ESCAPE)},
     OUTSIDE,
     go_to_text,
     "i  Enter  Tab  Esc",
     "back to the text",
     "i text"},
    {{'u'}, OUTSIDE, undo_rating, "u", "take the last rating back", "u undo"},
    {{'U'}, OUTSIDE, redo_rating, "U", "bring it back", NULL},
    {{'e'}, OUTSIDE, edit_last, "e", "edit the last message", "e edit"},
    {{'w'}, OUTSIDE, show_why, "w", "the full why", "w why"},
    {{'m'}, OUTSIDE, show_all, "m", "all emotions, or the first few", "m all"},
    {{'['}, OUTSIDE, write_older_draft, "[", "the draft before this one", NULL},
    {{']'}, OUTSIDE, write_newer_draft, "]", "the draft after it", NULL},
    {{'N'}, OUTSIDE, write_new_draft, "N", "a new draft beside this one", "N new draft"},
    {{'D'}, OUTSIDE, ask_to_delete, "D", "delete the draft", NULL},

    {{0}, PICK, NULL, "a digit, letters", "the emotion, by its number or how it begins", NULL},
    {{0}, PICK, NULL, "Enter", "just wrong", NULL},
    {{0}, PICK, NULL, "Esc", "no rating", NULL},

    {{'y'}, DELETE, write_delete_draft, "y", "delete it", "y delete"},
    {{'n', KEY(PRESS_ESCAPE)}, DELETE, keep_draft, "n  Esc", "keep it", "n keep"},

    {{'o', KEY(PRESS_ENTER)},
     PASTE,
     write_paste_whole,
     "o  Enter",
     "one message: into the text",
     "o one message"},
    {{'l'},
     PASTE,
     write_paste_lines,
     "l",
     "save each line as a message, without a rating",
     "l one a line"},
    {{KEY(PRESS_ESCAPE)},
     PASTE,
     write_paste_drop,
     "Esc",
     "neither; ^Y in the text brings it",
     "Esc neither"},
    {{KEY(PRESS_ESCAPE)}, LINES, stop_lines, "Esc", "stop", "Esc stop"},
    {.keys = NULL},
};

static void in_text(struct write *write, struct face *face, const struct press *press)
{
    bool taken;

    if (face_complain(face, editor_press(&write->box, press, &taken)) || taken)
        write->fresh = false;
    if (write->box.changed)
        write->save = SAVE_NONE; /* it is another text now, which is not done yet */
}

static void outside(struct write *write, struct face *face, const struct press *press)
{
    if (press_command(press) == 'q')
        quit(write, face);
    else
        face_press(face, press);
}

void write_press(struct write *write, struct face *face, const struct press *press)
{
    bool leaving = press->kind == PRESS_CONTROL && (press->letter == 'c' || press->letter == 'd');

    if (!leaving)
        write->asked_to_quit = false;
    if (binding_press(write_bindings, (int)write->mode, write, face, press))
        return;
    if (press->kind == PRESS_PASTE) {
        write_paste(write, face, press->text, press->length);
        return;
    }
    switch (write->mode) {
    case WRITE_TEXT:
    case WRITE_EDIT: in_text(write, face, press); break;
    case WRITE_OUTSIDE: outside(write, face, press); break;
    case WRITE_PICK: pick(write, face, press); break;
    case WRITE_DELETE: face_say(face, "Delete this draft? y deletes it, n keeps it."); break;
    case WRITE_PASTE: face_say(face, "[o]ne message or one a [l]ine? Esc: neither."); break;
    case WRITE_LINES: break;
    }
}
