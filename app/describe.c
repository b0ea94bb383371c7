#include "app/describe.h"

#include "app/display.h"
#include "app/glyph.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

const char *describe_label(const char *name)
{
    return name ? name : "can't tell";
}

const char *describe_guess(const struct model *model, const struct prediction *prediction)
{
    return describe_label(prediction->can_tell ? model_label(model, prediction->label)->name
                                               : NULL);
}

size_t describe_label_columns(const struct model *model)
{
    size_t widest = 0;

    for (int i = 0; i < model_label_count(model); i++) {
        const char *name = model_label(model, i)->name;
        size_t columns = (size_t)glyph_columns(name, strlen(name));

        widest = columns > widest ? columns : widest;
    }
    return widest;
}

size_t describe_guess_columns(const struct model *model)
{
    size_t labels = describe_label_columns(model), none = strlen(describe_label(NULL));

    return labels > none ? labels : none;
}

void describe_order(const struct model *model, const struct prediction *prediction,
                    int order[LABELS_MAX])
{
    for (int i = 0; i < model_label_count(model); i++) {
        int at = i;

        while (at > 0 && prediction->probability[order[at - 1]] < prediction->probability[i]) {
            order[at] = order[at - 1];
            at--;
        }
        order[at] = i;
    }
}

const struct label *describe_second(const struct model *model, const struct prediction *prediction)
{
    uint64_t named = prediction->can_tell ? prediction->labels : 0;
    uint64_t others = named & ~(UINT64_C(1) << prediction->label);

    return others ? model_label(model, prediction_likeliest(prediction, others)) : NULL;
}

const char *describe_sureness(float probability)
{
    return probability < 0.5F ? "more likely wrong" : probability < 0.75F ? "not sure" : "";
}

enum error describe_guess_in_full(const struct model *model, const struct prediction *prediction,
                                  struct buffer *out)
{
    float probability = prediction->probability[prediction->label];
    const struct label *second = describe_second(model, prediction);
    const char *sureness = prediction->can_tell ? describe_sureness(probability) : "";
    enum error error = buffer_format(out, "%s %.0f%%", describe_guess(model, prediction),
                                     100 * (double)probability);

    if (!error && second)
        error = buffer_format(out, ", with some %s", second->name);
    if (!error && sureness[0])
        error = buffer_format(out, " (%s)", sureness);
    return error;
}

static enum error append_safe(struct buffer *out, const char *text)
{
    return display_safe(text, strlen(text), DISPLAY_LINE, out);
}

void describe_time(const struct entry *entry, char out[DESCRIBE_TIME_MAX])
{
    time_t seconds = (time_t)(entry->created / 1000 + (int64_t)entry->offset * 60);
    struct tm local;

    snprintf(out, DESCRIBE_TIME_MAX, "?");
    if (gmtime_r(&seconds, &local))
        strftime(out, DESCRIBE_TIME_MAX, "%Y-%m-%d %H:%M", &local);
}

const char *describe_verdict(const struct entry *entry)
{
    switch (entry->verdict) {
    case VERDICT_RIGHT: return "right";
    case VERDICT_WRONG: return entry->label ? entry->label : "wrong";
    case VERDICT_NONE: break;
    }
    return "?";
}

static const char *verdict_in_words(const struct entry *entry)
{
    if (entry->verdict == VERDICT_NONE)
        return "not rated";
    return entry->label ? "you said " : describe_verdict(entry);
}

enum error describe_rating(const struct entry *entry, struct buffer *out)
{
    enum error error = buffer_format(out, "message %" PRId64 ": ", entry->id);

    if (!error)
        error = append_safe(out, describe_label(entry->guess));
    if (!error)
        error = buffer_format(out, ", %s", verdict_in_words(entry));
    if (!error && entry->verdict == VERDICT_WRONG && entry->label)
        error = append_safe(out, entry->label);
    return error ? error : buffer_append_byte(out, '\n');
}

enum error describe_rating_of(struct journal *journal, int64_t id)
{
    struct entry entry = {0};
    struct buffer text;
    enum error error = journal_get(journal, id, &entry);

    buffer_init(&text, DESCRIBE_MAX);
    if (!error)
        error = describe_rating(&entry, &text);
    if (!error)
        fwrite(text.data, 1, text.length, stdout);
    buffer_free(&text);
    entry_clear(&entry);
    return error;
}

static const char first_mark[] = "<s> ", last_mark[] = " </s>", negated[] = "not:";

static const struct {
    const char *feature, *words;
} marks[] = {
    {"<shout>", "(a SHOUTED word)"},
    {"<shouts>", "(SHOUTED words)"},
    {"<shouting>", "(all is SHOUTED)"},
    {"<stretch>", "(stretched leeetters)"},
    {"<num>", "(a number)"},
    {"<url>", "(a link)"},
    {"<name>", "(a name)"},
    /* of the whole message, in words and signs (classifier/MODEL.md) */
    {"<length:0>", "(length 0)"},
    {"<length:1>", "(length 1)"},
    {"<length:2>", "(length 2)"},
    {"<length:3>", "(length 3-5)"},
    {"<length:4>", "(length 6-9)"},
    {"<length:5>", "(length 10-14)"},
    {"<length:6>", "(length 15 up)"},
};

static bool starts_with(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), wanted = strlen(end);

    return length >= wanted && strcmp(text + length - wanted, end) == 0;
}

/* One word of a feature, which ends at a blank or the text's end. */
static enum error append_word(const char *word, size_t length, bool after_negator,
                              struct buffer *out)
{
    enum error error = ERROR_NONE;

    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        if (strlen(marks[i].feature) == length && memcmp(word, marks[i].feature, length) == 0)
            return buffer_append_text(out, marks[i].words);
    }
    if (starts_with(word, negated)) {
        word += strlen(negated);
        length -= strlen(negated);
        error = after_negator ? ERROR_NONE : buffer_append_text(out, "not ");
    }
    return error ? error : display_safe(word, length, DISPLAY_LINE, out);
}

/* Words that are written as one, as the tokens split them. */
static const struct {
    const char *tokens, *word;
} contractions[] = {{"can n't", "can't"}, {"will n't", "won't"}, {"shall n't", "shan't"}};

/* "do n't" as "don't", "it 's" as "it's": whether nothing stands between a word and the one before.
 */
static bool is_suffix(const char *word)
{
    return word[0] == '\'' || starts_with(word, "n't");
}

static enum error append_words(const char *word, const char *end, struct buffer *out)
{
    enum error error = ERROR_NONE;
    bool inner = false;

    for (size_t i = 0; i < sizeof contractions / sizeof *contractions; i++) {
        if (strlen(contractions[i].tokens) == (size_t)(end - word) &&
            starts_with(word, contractions[i].tokens))
            return buffer_append_text(out, contractions[i].word);
    }
    while (word < end && !error) {
        const char *blank = memchr(word, ' ', (size_t)(end - word));
        size_t length = (size_t)((blank ? blank : end) - word);

        if (inner && !is_suffix(word))
            error = buffer_append_byte(out, ' ');
        if (!error)
            error = append_word(word, length, inner, out);
        word += length + 1;
        inner = true;
    }
    return error;
}

enum error describe_feature(const char *feature, struct buffer *out)
{
    bool first = starts_with(feature, first_mark), last = ends_with(feature, last_mark);
    const char *word = first ? feature + strlen(first_mark) : feature;
    const char *end = feature + strlen(feature) - (last ? strlen(last_mark) : 0);
    enum error error = append_words(word, end, out);

    if (!error && (first || last))
        error = buffer_append_text(out, first ? " (first)" : " (last)");
    return error;
}

bool describe_is_words(const struct contribution *contribution)
{
    const char *feature = contribution->feature;
    bool mark = feature[0] == '<' && isalpha((unsigned char)feature[1]);

    return !mark && !ends_with(feature, last_mark);
}

enum error describe_why(const struct prediction *prediction, const struct why *why,
                        struct buffer *out)
{
    enum error error = ERROR_NONE;

    for (size_t i = 0; i < why->count && !error; i++) {
        error = buffer_format(out, "    %+9.4f  ", (double)why->items[i].value);
        if (!error)
            error = describe_feature(why->items[i].feature, out);
        if (!error)
            error = buffer_append_text(out, why->items[i].personal ? " (your word)\n" : "\n");
    }
    if (!error)
        error = buffer_format(out, "    %+9.4f  (before any word)\n", (double)why->bias);
    if (!error)
        error = buffer_format(out,
                              "  = %+9.4f  (its lead over the others; %" PRIu32 " of %" PRIu32
                              " words and signs are known)\n",
                              (double)why->score, prediction->known, prediction->tokens);
    return error;
}

enum error describe_message(const struct entry *entry, struct buffer *out)
{
    char when[DESCRIBE_TIME_MAX];
    enum error error;

    describe_time(entry, when);
    error = buffer_format(out, "Message %" PRId64 ", %s\n\n", entry->id, when);
    if (!error)
        error = display_safe(entry->text, strlen(entry->text), DISPLAY_LINES, out);
    if (!error)
        error = buffer_append_text(out, "\n\nGuess then  ");
    if (!error)
        error = display_safe(describe_label(entry->guess), strlen(describe_label(entry->guess)),
                             DISPLAY_LINE, out);
    if (!error)
        error = buffer_format(out, " %.0f%%%s%s\nYou said    ", entry->probability * 100,
                              entry->model ? ", model " : "", entry->model ? entry->model : "");
    if (!error)
        error = display_safe(describe_verdict(entry), strlen(describe_verdict(entry)), DISPLAY_LINE,
                             out);
    return error ? error : buffer_append_byte(out, '\n');
}

enum error describe_now(struct journal *journal, const char *text, size_t length,
                        struct buffer *out)
{
    const struct model *model = journal_model(journal);
    size_t ratings = journal_rating_count(journal);
    struct prediction prediction;
    enum error error;
    struct why why;

    journal_guess(journal, text, length, &prediction, &why);
    error = buffer_append_text(out, "Guess now   ");
    if (!error)
        error = describe_guess_in_full(model, &prediction, out);
    if (!error)
        error = buffer_format(out, ", model %s and %zu rating%s of yours\n\n", model_id(model),
                              ratings, ratings == 1 ? "" : "s");
    for (int i = 0; i < model_label_count(model) && !error; i++)
        error = buffer_format(out, "    %8.1f%%  %s\n", 100.0 * (double)prediction.probability[i],
                              model_label(model, i)->name);
    if (!error)
        error = buffer_format(out, "\nWhy %s, word by word:\n\n",
                              model_label(model, prediction.label)->name);
    return error ? error : describe_why(&prediction, &why, out);
}
