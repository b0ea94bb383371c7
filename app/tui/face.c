#include "app/tui/face.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

void face_init(struct face *face, struct journal *journal)
{
    *face = (struct face){.journal = journal};
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
    face_say(face, "%s", error_sentence());
    face->complaint = true;
    return true;
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

const char *face_push(float contribution)
{
    static const char *const pluses[] = {"+", "++", "+++"};
    static const char *const minuses[] = {"-", "--", "---"};
    float size = fabsf(contribution);
    int strength = size >= 1.0f ? 2 : size >= 0.4f ? 1 : 0;

    return contribution >= 0 ? pluses[strength] : minuses[strength];
}

const char *face_rating(const struct entry *entry)
{
    switch (entry->verdict) {
    case VERDICT_RIGHT: return "right";
    case VERDICT_WRONG: return entry->label ? entry->label : "wrong";
    case VERDICT_NONE: break;
    }
    return "?";
}

/* ---- the page of one message ---- */

static enum error add_entry(struct buffer *page, const struct entry *entry)
{
    time_t seconds = (time_t)(entry->created / 1000) + entry->offset * 60;
    struct tm clock;
    char when[32];

    gmtime_r(&seconds, &clock);
    strftime(when, sizeof when, "%Y-%m-%d %H:%M", &clock);
    return buffer_format(page,
                         "Message %lld, written %s\nGuessed then: %s (%.0f%%), by model %s\n"
                         "You said: %s\n\n",
                         (long long)entry->id, when, entry->guess ? entry->guess : "can't tell",
                         100 * entry->probability, entry->model,
                         entry->verdict == VERDICT_NONE ? "nothing yet" : face_rating(entry));
}

static enum error add_probabilities(struct buffer *page, const struct model *model,
                                    const struct prediction *prediction)
{
    enum error error = ERROR_NONE;

    for (int i = 0; !error && i < model_label_count(model); i++)
        error = buffer_format(page, "  %5.1f%%  %s\n", 100.0 * (double)prediction->probability[i],
                              model_label(model, i)->name);
    return error;
}

static enum error add_why(struct buffer *page, const struct model *model,
                          const struct prediction *prediction, const struct why *why)
{
    const char *label = model_label(model, prediction->label)->name;
    enum error error =
        buffer_format(page,
                      "\nWhy %s: what each word adds to its lead over the other emotions\n"
                      "  %+7.3f  (before any word)\n",
                      label, (double)why->bias);

    for (size_t i = 0; !error && i < why->count; i++)
        error =
            buffer_format(page, "  %+7.3f  %s%s\n", (double)why->items[i].value,
                          why->items[i].feature, why->items[i].personal ? "  (your own word)" : "");
    if (!error)
        error = buffer_format(page, "  %+7.3f  together; %u of %u words and signs are known\n",
                              (double)why->score, prediction->known, prediction->tokens);
    return error;
}

void face_show_message(struct face *face, const struct entry *entry, const char *text,
                       size_t length)
{
    const struct model *model = journal_model(face->journal);
    struct prediction prediction;
    struct why why;
    enum error error;

    journal_guess(face->journal, text, length, &prediction, &why);
    buffer_clear(&face->page);
    error = buffer_append(&face->page, text, length);
    if (!error)
        error = buffer_append_text(&face->page, "\n\n");
    if (!error && entry)
        error = add_entry(&face->page, entry);
    if (!error)
        error = buffer_format(&face->page, "The guess now: %s\n",
                              prediction.can_tell ? model_label(model, prediction.label)->name
                                                  : "can't tell");
    if (!error)
        error = add_probabilities(&face->page, model, &prediction);
    if (!error)
        error = add_why(&face->page, model, &prediction, &why);
    if (face_complain(face, error))
        return;
    face->page_title = entry ? "Message" : "Why";
    face->wish = WISH_READ;
}

/* ---- help ---- */

static const char about[] =
    "\nEmoTrack guesses emotions from words alone. It is no diagnosis and no judgement of you, and "
    "it is often wrong: your rating is what counts.\n"
    "\nIf you are in a crisis or think of harming yourself, please call your local emergency "
    "number (112 in Europe, 911 in North America) or talk to somebody you trust. "
    "findahelpline.com lists free helplines for most countries.\n"
    "\nEverything is on this device; this version talks to no server.\n";

void face_show_help(struct face *face, const struct key_help *keys)
{
    enum error error = ERROR_NONE;

    buffer_clear(&face->page);
    for (; !error && keys->keys; keys++)
        error = buffer_format(&face->page, "  %-18s %s\n", keys->keys, keys->what);
    if (!error)
        error = buffer_append_text(&face->page, about);
    if (face_complain(face, error))
        return;
    face->page_title = "Help";
    face->wish = WISH_READ;
}
