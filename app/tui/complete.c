#include "app/tui/complete.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static const char *const keywords[] = {
    "rated", "not:rated", "right",   "wrong", "emotion:",
    "you:",  "after:",    "before:", "hour:", "weekday:",
};

static const char *const days[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

/* A word's beginning, as it is typed. */
struct typed {
    const char *text;
    size_t length;
};

static bool begins(const char *word, const struct typed *typed)
{
    return typed->length <= strlen(word) && strncasecmp(word, typed->text, typed->length) == 0;
}

/* Where the keyword that the word begins with ends, behind its colon; 0: it is not this one. */
static size_t behind(const struct typed *typed, const char *keyword)
{
    size_t length = strlen(keyword);

    return typed->length >= length && strncasecmp(typed->text, keyword, length) == 0 ? length : 0;
}

/* Adds "emotion:joy" where what is typed of it fits; a name with a blank is typed in quotes. */
static void add(struct candidates *out, const struct typed *typed, const char *keyword,
                const char *value)
{
    char word[CANDIDATE_MAX];
    int length = snprintf(word, sizeof word, "%s%s", keyword, value);

    if (out->count < CANDIDATES_MAX && length < CANDIDATE_MAX && !strpbrk(word, " \t\"") &&
        begins(word, typed))
        memcpy(out->word[out->count++], word, sizeof word);
}

static void add_dates(struct candidates *out, const struct typed *typed, const char *keyword,
                      const struct filter_names *names)
{
    add(out, typed, keyword, "today");
    add(out, typed, keyword, "yesterday");
    for (size_t i = 0; i < names->month_count; i++)
        add(out, typed, keyword, names->months[i]);
}

static void add_emotions(struct candidates *out, const struct typed *typed, const char *keyword,
                         const struct filter_names *names)
{
    for (size_t i = 0; i < names->emotion_count; i++)
        add(out, typed, keyword, names->emotions[i]);
}

static void add_words(struct candidates *out, const struct typed *typed,
                      const struct filter_names *names)
{
    if (behind(typed, "emotion:")) {
        add_emotions(out, typed, "emotion:", names);
        add(out, typed, "emotion:", "none");
    } else if (behind(typed, "you:")) {
        add_emotions(out, typed, "you:", names);
    } else if (behind(typed, "after:")) {
        add_dates(out, typed, "after:", names);
    } else if (behind(typed, "before:")) {
        add_dates(out, typed, "before:", names);
    } else if (behind(typed, "weekday:")) {
        for (size_t i = 0; i < sizeof days / sizeof *days; i++)
            add(out, typed, "weekday:", days[i]);
    } else if (!behind(typed, "hour:")) {
        for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++)
            add(out, typed, keywords[i], "");
    }
}

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Where the last word of line[0..end) starts; `*quoted`: a quote is open there. */
static size_t last_word(const char *line, size_t end, bool *quoted)
{
    size_t start = 0;

    *quoted = false;
    for (size_t i = 0; i < end; i++) {
        if (line[i] == '"' && (*quoted || i == start))
            *quoted = !*quoted;
        if (!*quoted && (is_blank(line[i]) || line[i] == '"'))
            start = i + 1;
    }
    return start;
}

void complete_list(const char *line, size_t cursor, const struct filter_names *names,
                   struct candidates *out)
{
    struct typed typed;
    bool quoted;

    out->count = 0;
    out->start = last_word(line, cursor, &quoted);
    out->end = cursor;
    typed = (struct typed){line + out->start, cursor - out->start};
    if (!quoted)
        add_words(out, &typed, names);
}

size_t complete_common(const struct candidates *candidates)
{
    size_t length = candidates->count > 0 ? strlen(candidates->word[0]) : 0;

    for (size_t i = 1; i < candidates->count; i++)
        while (strncmp(candidates->word[0], candidates->word[i], length) != 0)
            length--;
    while (length > 0 && (candidates->word[0][length] & 0xC0) == 0x80)
        length--; /* not within a character */
    return length;
}

const char *complete_shown(const char *candidate)
{
    const char *colon = strchr(candidate, ':');

    return colon && colon[1] && strncmp(candidate, "not:", 4) != 0 ? colon + 1 : candidate;
}

const char *complete_awaited(const char *line, size_t length)
{
    static const struct {
        const char *keyword, *awaited;
    } awaiting[] = {
        {"emotion:", "the name of an emotion, or none"},
        {"you:", "the name of an emotion"},
        {"after:", "a date: today, yesterday, 2026, 2026-11 or 2026-11-22"},
        {"before:", "a date: today, yesterday, 2026, 2026-11 or 2026-11-22"},
        {"not:", "rated, as in not:rated"},
        {"hour:", "an hour, 0 to 23"},
        {"weekday:", "a day of the week, as mon"},
    };
    struct typed typed;
    bool quoted;
    size_t start = last_word(line, length, &quoted);

    if (quoted)
        return "the closing quote";
    typed = (struct typed){line + start, length - start};
    for (size_t i = 0; i < sizeof awaiting / sizeof *awaiting; i++) {
        if (behind(&typed, awaiting[i].keyword))
            return awaiting[i].awaited;
    }
    return NULL;
}
