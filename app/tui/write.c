#include "app/tui/write.h"

#include "app/describe.h"

#include <string.h>

const struct binding write_bindings[] = {
    {.keys = "Enter", .what = "save the message, then rate its guess"},
    {.keys = "Alt-Enter  ^J", .what = "a new line"},
    {.keys = "Tab", .what = "rate the last message"},
    {.keys = "Esc", .what = "leave the box: letters are commands then"},
    {.keys = "i  Enter", .what = "back to the box"},
    {.keys = "y", .what = "the guess is right"},
    {.keys = "n",
     .what = "it is wrong: a digit or first letters say what it is, Enter leaves it at wrong"},
    {.keys = "s", .what = "skip the rating"},
    {.keys = "u  U", .what = "take the last rating back, bring it back"},
    {.keys = "e", .what = "edit the last message"},
    {.keys = "w  m", .what = "the full why, all emotions"},
    {.keys = "1 to 5",
     .what = "Write, History, Insights, Sync, Settings (Alt with the digit: from the box too)"},
    {.keys = "^A ^E, arrows", .what = "move (Alt-b, Alt-f, Ctrl-arrows: by words)"},
    {.keys = "^W ^U ^K", .what = "cut a word, to the line's start, to its end"},
    {.keys = "^Y", .what = "bring back what was cut"},
    {.keys = "^C", .what = "clear the box; twice: quit"},
    {.keys = "^D  q", .what = "quit (q: outside the box); the draft is kept"},
    {.keys = "^Z ^L", .what = "suspend, draw the screen anew"},
    {.keys = NULL},
};

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

enum error write_init(struct write *write, struct face *face)
{
    struct draft *drafts = NULL;
    size_t count = 0;
    enum error error;

    *write = (struct write){0};
    editor_init(&write->box, TEXT_MAX);
    buffer_init(&write->set_aside, TEXT_MAX);
    error = journal_draft_list(face->journal, &drafts, &count);
    if (!error && count > 0) {
        write->draft = drafts[0].id;
        error = editor_set(&write->box, drafts[0].text, drafts[0].length);
    }
    if (!error)
        error = load_newest(write, face);
    write->box.changed = false;
    drafts_free(drafts, count);
    return error;
}

void write_free(struct write *write)
{
    editor_free(&write->box);
    buffer_free(&write->set_aside);
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

enum error write_keep_draft(struct write *write, struct face *face)
{
    const struct buffer *text = &write->box.text;
    enum error error;

    if (!write->box.changed || write->editing)
        return ERROR_NONE;
    error = journal_draft_save(face->journal, &write->draft, text->data ? text->data : "",
                               text->length);
    write->box.changed = error == ERROR_BUSY; /* then the next rest tries again */
    return error;
}

const char *write_subject(const struct write *write, size_t *length)
{
    if (write->box.text.length == 0 && write->fresh && write->last.id) {
        *length = strlen(write->last.text);
        return write->last.text;
    }
    *length = write->box.text.length;
    return write->box.text.data ? write->box.text.data : "";
}

/* ---- editing an older message ---- */

void write_edit(struct write *write, struct face *face, int64_t id)
{
    struct entry entry;

    if (face_complain(face, journal_get(face->journal, id, &entry)))
        return;
    if (face_complain(face, write_keep_draft(write, face))) {
        entry_clear(&entry);
        return;
    }
    if (!write->editing) {
        buffer_clear(&write->set_aside);
        if (face_complain(face, buffer_append(&write->set_aside, write->box.text.data,
                                              write->box.text.length))) {
            entry_clear(&entry);
            return;
        }
    }
    if (!face_complain(face, editor_set(&write->box, entry.text, strlen(entry.text)))) {
        write->editing = id;
        write->mode = WRITE_TEXT;
        face_say(face, "Editing message %lld: Enter saves it, Esc leaves it as it was.",
                 (long long)id);
    }
    entry_clear(&entry);
}

/* The draft comes back; it is saved still. What was in the box can be yanked. */
static void end_editing(struct write *write, struct face *face)
{
    write->editing = 0;
    editor_clear(&write->box);
    if (!face_complain(face,
                       editor_set(&write->box, write->set_aside.data, write->set_aside.length)))
        write->box.changed = false;
    buffer_free(&write->set_aside);
}

static void save_edited(struct write *write, struct face *face)
{
    struct entry entry;
    enum error error = journal_edit(face->journal, write->editing, write->box.text.data,
                                    write->box.text.length, &entry);

    if (error == ERROR_NOT_FOUND) {
        face_say(face, "Message %lld is gone; its text is in the box: Enter saves it as a new one.",
                 (long long)write->editing);
        write->editing = 0;
        write->box.changed = true;
        return;
    }
    if (face_complain(face, error))
        return;
    face_say(face, "Message %lld is changed and guessed anew: %s.", (long long)entry.id,
             entry.guess ? entry.guess : "can't tell");
    if (entry.id == write->last.id) {
        entry_clear(&write->last);
        write->last = entry;
    } else {
        entry_clear(&entry);
    }
    end_editing(write, face);
}

/* ---- saving and rating ---- */

static void save(struct write *write, struct face *face)
{
    const struct buffer *text = &write->box.text;
    struct entry entry;

    if (write->editing) {
        save_edited(write, face);
        return;
    }
    if (face_complain(face, journal_write(face->journal, text->data ? text->data : "", text->length,
                                          write->draft, &entry)))
        return;
    entry_clear(&write->last);
    write->last = entry;
    editor_clear(&write->box);
    write->draft = 0; /* it went with the message */
    write->box.changed = false;
    write->fresh = true;
    write->mode = WRITE_OUTSIDE;
    face_say(face, "Saved on this device. Nothing was uploaded.");
}

/* Back to the box: the next letters are the next message's. */
static void back_to_text(struct write *write)
{
    write->mode = WRITE_TEXT;
    write->fresh = false;
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
    back_to_text(write);
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

/* ---- keys ---- */

/* A command about the last message; returns whether the letter is one. */
static bool last_command(struct write *write, struct face *face, char letter)
{
    if (!strchr("ynse", letter))
        return false;
    if (!write->last.id) {
        face_say(face, "There is no message yet: write one.");
        return true;
    }
    switch (letter) {
    case 'y': rate(write, face, VERDICT_RIGHT, NULL); break;
    case 'n':
        picker_start(&write->picker);
        write->mode = WRITE_PICK;
        break;
    case 's': back_to_text(write); break;
    default: write_edit(write, face, write->last.id); break;
    }
    return true;
}

/* The draft is kept; a message that is being edited is asked about. */
static void quit(struct write *write, struct face *face)
{
    if (!write->editing || write->asked_to_quit) {
        face->wish = WISH_QUIT;
        return;
    }
    write->asked_to_quit = true;
    face_say(face, "Message %lld is being edited: Enter saves the change, ^D again drops it.",
             (long long)write->editing);
}

static void show_why(const struct write *write, struct face *face)
{
    size_t length;
    const char *text = write_subject(write, &length);

    if (length == 0 && write->last.id) {
        face_show_message(face, &write->last, write->last.text, strlen(write->last.text));
        return;
    }
    face_show_message(face, NULL, text, length);
}

static void command(struct write *write, struct face *face, char letter)
{
    if (letter && last_command(write, face, letter))
        return;
    switch (letter) {
    case 'u': undo(write, face, false); break;
    case 'U': undo(write, face, true); break;
    case 'i': back_to_text(write); break;
    case 'w': show_why(write, face); break;
    case 'm': write->all_labels = !write->all_labels; break;
    case '?': face->wish = WISH_HELP; break;
    case 'q': quit(write, face); break;
    default:
        if (!face_go(face, letter - '0'))
            face_say(face, "Letters are commands here (? lists them); i goes back to the text.");
    }
}

static void outside(struct write *write, struct face *face, const struct press *press)
{
    switch (press->kind) {
    case PRESS_TEXT: command(write, face, press_command(press)); break;
    case PRESS_ENTER:
    case PRESS_TAB: back_to_text(write); break;
    case PRESS_PASTE:
        back_to_text(write);
        face_complain(face, editor_insert(&write->box, press->text, press->length));
        break;
    default: break;
    }
}

static void interrupt(struct write *write, struct face *face)
{
    if (write->mode == WRITE_TEXT && write->box.text.length > 0) {
        editor_clear(&write->box);
        face_say(face, "Cleared; ^Y brings it back.");
        return;
    }
    face_interrupt(face, &write->asked_to_quit);
}

static void in_text(struct write *write, struct face *face, const struct press *press)
{
    bool taken;

    if (face_complain(face, editor_press(&write->box, press, &taken)) || taken) {
        write->fresh = false;
        return;
    }
    switch (press->kind) {
    case PRESS_NEWLINE: face_complain(face, editor_insert(&write->box, "\n", 1)); break;
    case PRESS_ENTER: save(write, face); break;
    case PRESS_TAB: write->mode = WRITE_OUTSIDE; break;
    case PRESS_ESCAPE:
        if (write->editing) {
            end_editing(write, face);
            face_say(face, "The message is as it was; ^Y brings your change back.");
        } else
            write->mode = WRITE_OUTSIDE;
        break;
    default: break;
    }
}

void write_press(struct write *write, struct face *face, const struct press *press)
{
    bool is_control = press->kind == PRESS_CONTROL;

    if (is_control && press->letter == 'c') {
        interrupt(write, face);
        return;
    }
    if (is_control && press->letter == 'd') {
        quit(write, face);
        return;
    }
    write->asked_to_quit = false;
    switch (write->mode) {
    case WRITE_TEXT: in_text(write, face, press); break;
    case WRITE_OUTSIDE: outside(write, face, press); break;
    case WRITE_PICK: pick(write, face, press); break;
    }
}
