#include "app/tui/face.h"

#include "app/describe.h"
#include "app/display.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

void face_init(struct face *face, struct journal *journal, struct settings *settings)
{
    *face = (struct face){.journal = journal, .settings = settings};
    buffer_init(&face->page, PAGE_MAX);
}

void face_free(struct face *face)
{
    buffer_free(&face->page);
}

void face_say(struct face *face, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(face->status, sizeof face->status, format, arguments);
    va_end(arguments);
    face->complaint = false;
}

bool face_complain(struct face *face, enum error error)
{
    if (!error)
        return false;
    face_warn(face, error_sentence());
    return true;
}

void face_warn(struct face *face, const char *sentence)
{
    face_say(face, "%s", sentence);
    face->complaint = true;
}

void face_interrupt(struct face *face, bool *asked)
{
    if (*asked)
        face->wish = WISH_QUIT;
    *asked = true;
    face_say(face, "^C again quits.");
}

bool face_go(struct face *face, int number)
{
    if (number < 1 || number > SCREENS)
        return false;
    face->screen = (enum face_screen)(number - 1);
    return true;
}

static void quit(void *screen, struct face *face)
{
    (void)screen;
    face->wish = WISH_QUIT;
}

static void ask_help(void *screen, struct face *face)
{
    (void)screen;
    face->wish = WISH_HELP;
}

static void go_to_text(void *screen, struct face *face)
{
    (void)screen;
    face->screen = SCREEN_WRITE;
}

const struct binding face_bindings[] = {
    {.keys = "1 to 5", .what = "Write, History, Insights, Sync, Settings (Alt with it: from text)"},
    {.key = {'i', KEY(PRESS_TAB)},
     .modes = 1,
     .act = go_to_text,
     .keys = "i  Tab",
     .what = "to the text on Write"},
    {.key = {'?'}, .modes = 1, .act = ask_help, .keys = "?  F1", .what = "the keys, all of them"},
    {.key = {'q', CONTROL('d')},
     .modes = 1,
     .act = quit,
     .keys = "q  ^D",
     .what = "quit; the draft is kept"},
    {.keys = "^C", .what = "leave what is asked or stop what is under way; else, twice: quit"},
    {.keys = "^Z  ^L", .what = "suspend, draw the screen anew"},
    {.keys = NULL},
};

void face_press(struct face *face, const struct press *press)
{
    if (binding_press(face_bindings, 0, NULL, face, press) ||
        face_go(face, press_command(press) - '0'))
        return;
    if (press->kind == PRESS_TEXT)
        face_say(face, "Letters are commands here; ? lists them.");
}

bool face_may_write(struct face *face, const char *path, bool *replacing)
{
    if (*replacing || access(path, F_OK) != 0)
        return true;
    *replacing = true;
    face_say(face, "'%s' is there already: Enter again replaces it.", path);
    return false;
}

bool face_undo(struct face *face, bool redo, int64_t *id)
{
    enum error error = redo ? journal_redo(face->journal, id) : journal_undo(face->journal, id);

    if (face_complain(face, error))
        return false;
    face_say(face, "The rating of message %lld is %s.", (long long)*id,
             redo ? "back" : "taken back");
    return true;
}

bool face_rate(struct face *face, int64_t id, enum verdict verdict, const char *label)
{
    struct entry entry;
    enum error error = journal_get(face->journal, id, &entry);
    bool nothing_to_rate = !error && !entry.guess && !label;

    entry_clear(&entry);
    if (nothing_to_rate) {
        face_say(face, "There is no guess to rate: n, then the emotion, says what it is.");
        return false;
    }
    if (!error)
        error = journal_rate(face->journal, id, verdict, label);
    return !face_complain(face, error);
}

void face_say_pick(struct face *face, enum pick pick)
{
    if (pick == PICK_NO_SUCH)
        face_say(face, "No emotion goes on like this.");
    if (pick == PICK_SEVERAL)
        face_say(face, "More than one emotion begins like this: type more of its name.");
}

const char *face_push(float contribution)
{
    static const char *const pluses[] = {"+", "++", "+++"};
    static const char *const minuses[] = {"-", "--", "---"};
    float size = fabsf(contribution);
    int strength = size >= 1.0f ? 2 : size >= 0.4f ? 1 : 0;

    return contribution >= 0 ? pluses[strength] : minuses[strength];
}

void face_show_message(struct face *face, const struct entry *entry, const char *text,
                       size_t length)
{
    enum error error;

    buffer_clear(&face->page);
    error = entry ? describe_message(entry, &face->page)
                  : display_safe(text, length, DISPLAY_LINES, &face->page);
    if (!error && !entry)
        error = buffer_append_text(&face->page, "\n\n");
    if (!error)
        error = describe_now(face->journal, text, length, &face->page);
    if (face_complain(face, error))
        return;
    face->page_title = entry ? "Message" : "Why";
    face->wish = WISH_READ;
}
