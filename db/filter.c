#include "db/filter.h"

#include "base/buffer.h"
#include "base/utf8.h"
#include "db/fold.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

enum {
    SHOWN_MAX = 60,  /* bytes of a part that a sentence quotes */
    SHOWN_ROOM = 68, /* those, an ellipsis and a NUL */
};

#define KEYWORDS                                                                                   \
    "rated, not:rated, wrong, right, emotion:NAME, you:NAME, after:DATE, before:DATE, hour:21, "   \
    "weekday:mon; anything else is looked for in the text, \"in quotes\" too"

/* One part of the line. */
struct part {
    const char *text;
    size_t length;
    bool quoted;
};

struct parse {
    const char *at, *end; /* what is left of the line */
    int64_t now;
    bool rated, not_rated; /* asked for so far */
    struct filter *filter;
};

/* The part as a sentence can show it: cut, and without control characters. */
static const char *show(const struct part *part, char shown[SHOWN_ROOM])
{
    size_t from = 0, to = 0;

    while (from < part->length && to < SHOWN_MAX) {
        int32_t codepoint;

        from += utf8_decode(part->text + from, part->length - from, &codepoint);
        if (codepoint < 0x20 || (codepoint >= 0x7F && codepoint < 0xA0))
            codepoint = UTF8_REPLACEMENT;
        to += utf8_encode(codepoint, shown + to);
    }
    memcpy(shown + to, from < part->length ? "..." : "", from < part->length ? 4 : 1);
    return shown;
}

static enum error raise_invalid(const struct part *part, const char *problem)
{
    char shown[SHOWN_ROOM];

    return error_raise(ERROR_INVALID, "filter: '%s' %s. Known are: " KEYWORDS, show(part, shown),
                       problem);
}

static bool is(const struct part *part, const char *word)
{
    return part->length == strlen(word) && strncasecmp(part->text, word, part->length) == 0;
}

/* ---- dates ---- */

static bool read_digits(const char **at, const char *end, int count, int *number)
{
    *number = 0;
    if (end - *at < count)
        return false;
    for (int i = 0; i < count; i++, (*at)++) {
        if (**at < '0' || **at > '9')
            return false;
        *number = *number * 10 + (**at - '0');
    }
    return true;
}

/* "-NN" where there is more to read; else the number is 1. */
static bool read_next(const char **at, const char *end, int *number)
{
    *number = 1;
    if (*at == end)
        return true;
    return *(*at)++ == '-' && read_digits(at, end, 2, number);
}

static bool read_date(const struct part *part, struct tm *date)
{
    const char *at = part->text, *end = part->text + part->length;
    int year, month, day;
    struct tm check;

    if (!read_digits(&at, end, 4, &year) || !read_next(&at, end, &month) ||
        !read_next(&at, end, &day) || at != end)
        return false;
    *date = (struct tm){.tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day};
    check = *date;
    /* timegm carries what is too much into the next month. */
    timegm(&check);
    return check.tm_year == date->tm_year && check.tm_mon == date->tm_mon &&
           check.tm_mday == date->tm_mday;
}

static bool read_day(const struct parse *parse, const struct part *part, struct tm *day)
{
    time_t seconds = (time_t)(parse->now / 1000 - (parse->now % 1000 < 0));
    bool yesterday = is(part, "yesterday");
    struct tm now;

    if (!yesterday && !is(part, "today"))
        return read_date(part, day);
    if (!localtime_r(&seconds, &now))
        return false;
    *day = (struct tm){
        .tm_year = now.tm_year, .tm_mon = now.tm_mon, .tm_mday = now.tm_mday - yesterday};
    return true;
}

/* The start of the day, on whatever clock. */
static enum error parse_date(const struct parse *parse, const struct part *part, int64_t *time)
{
    struct tm day;

    if (!read_day(parse, part, &day) || __builtin_mul_overflow(timegm(&day), 1000, time))
        return raise_invalid(part, "is no date; write YYYY-MM-DD, YYYY-MM, YYYY, today or "
                                   "yesterday");
    return ERROR_NONE;
}

/* ---- keywords ---- */

static enum error set_name(const struct part *part, char name[FILTER_NAME_MAX + 1])
{
    if (part->length > FILTER_NAME_MAX)
        return raise_invalid(part, "is too long for the name of an emotion");
    if (name[0] && !is(part, name))
        return raise_invalid(part, "is a second emotion; a message has one");
    memcpy(name, part->text, part->length);
    name[part->length] = '\0';
    return ERROR_NONE;
}

/* Whether no message can be rated in all the ways that are asked for so far. */
static bool contradicts(const struct parse *parse)
{
    const struct filter *filter = parse->filter;

    if (filter->right && filter->wrong)
        return true;
    return parse->not_rated && (parse->rated || filter->right || filter->wrong || filter->you[0]);
}

static enum error apply_emotion(struct parse *parse, const struct part *value)
{
    return set_name(value, parse->filter->emotion);
}

static enum error apply_you(struct parse *parse, const struct part *value)
{
    return set_name(value, parse->filter->you);
}

static enum error apply_after(struct parse *parse, const struct part *value)
{
    int64_t time = 0;
    enum error error = parse_date(parse, value, &time);

    if (!error && time > parse->filter->after)
        parse->filter->after = time;
    return error;
}

static enum error apply_before(struct parse *parse, const struct part *value)
{
    int64_t time = 0;
    enum error error = parse_date(parse, value, &time);

    if (!error && time < parse->filter->before)
        parse->filter->before = time;
    return error;
}

static enum error set_number(const struct part *part, int number, int *out)
{
    if (*out >= 0 && *out != number)
        return raise_invalid(part, "is a second one; a message is written once");
    *out = number;
    return ERROR_NONE;
}

static enum error apply_hour(struct parse *parse, const struct part *value)
{
    const char *at = value->text;
    int hour;

    if (value->length > 2 || !read_digits(&at, at + value->length, (int)value->length, &hour) ||
        hour > 23)
        return raise_invalid(value, "is no hour; write 0 to 23");
    return set_number(value, hour, &parse->filter->hour);
}

static enum error apply_weekday(struct parse *parse, const struct part *value)
{
    static const char *const names[] = {"sunday",   "monday", "tuesday", "wednesday",
                                        "thursday", "friday", "saturday"};

    for (int day = 0; day < 7 && value->length >= 2; day++)
        if (value->length <= strlen(names[day]) &&
            strncasecmp(value->text, names[day], value->length) == 0)
            return set_number(value, day, &parse->filter->weekday);
    return raise_invalid(value, "is no day of the week; write mon, tue and so on");
}

static enum error apply_not(struct parse *parse, const struct part *value)
{
    if (!is(value, "rated"))
        return raise_invalid(value, "cannot stand behind 'not:'; only 'rated' can");
    parse->not_rated = true;
    parse->filter->rated = FILTER_NOT_RATED;
    return ERROR_NONE;
}

static const struct keyword {
    const char *name;
    enum error (*apply)(struct parse *parse, const struct part *value);
} keywords[] = {
    {"emotion", apply_emotion}, {"you", apply_you}, {"after", apply_after},
    {"before", apply_before},   {"not", apply_not}, {"hour", apply_hour},
    {"weekday", apply_weekday},
};

static const struct keyword *find_keyword(const struct part *name)
{
    for (size_t i = 0; i < sizeof keywords / sizeof keywords[0]; i++)
        if (is(name, keywords[i].name))
            return &keywords[i];
    return NULL;
}

static bool is_letters(const struct part *part)
{
    for (size_t i = 0; i < part->length; i++) {
        char c = part->text[i] | 0x20;

        if (c < 'a' || c > 'z')
            return false;
    }
    return part->length > 0;
}

/* ---- parts ---- */

static enum error add_term(const struct part *part, struct filter *filter)
{
    enum error error;

    if (filter->terms == FILTER_TERMS_MAX)
        return raise_invalid(part, "is one word too many; put words that belong together in "
                                   "quotes");
    error = fold_text(part->text, part->length, &filter->term[filter->terms]);
    if (!error)
        filter->terms++;
    return error;
}

static enum error apply_word(struct parse *parse, const struct part *part)
{
    struct filter *filter = parse->filter;

    if (is(part, "rated")) {
        parse->rated = true;
        filter->rated = FILTER_RATED;
    } else if (is(part, "wrong")) {
        filter->wrong = true;
    } else if (is(part, "right")) {
        filter->right = true;
    } else {
        return add_term(part, filter);
    }
    return ERROR_NONE;
}

/* "word:rest" is a keyword, or a mistyped one; "http://", "10:30", ":)" and "note:" are text. */
static enum error apply(struct parse *parse, const struct part *part)
{
    const char *colon = part->quoted ? NULL : memchr(part->text, ':', part->length);
    struct part name, value;
    const struct keyword *keyword;

    if (part->quoted)
        return add_term(part, parse->filter);
    if (!colon)
        return apply_word(parse, part);
    name = (struct part){.text = part->text, .length = (size_t)(colon - part->text)};
    value = (struct part){.text = colon + 1, .length = part->length - name.length - 1};
    keyword = find_keyword(&name);
    if (keyword && value.length > 1 && value.text[0] == '"')
        value = (struct part){.text = value.text + 1, .length = value.length - 2};
    if (keyword && value.length == 0)
        return raise_invalid(part, "lacks what belongs behind the colon");
    if (keyword)
        return keyword->apply(parse, &value);
    if (is_letters(&name) && value.length > 0 && value.text[0] != '/')
        return raise_invalid(part, "is not known; in quotes it is looked for in the text");
    return add_term(part, parse->filter);
}

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static enum error next_quoted(struct parse *parse, struct part *part)
{
    const char *start = parse->at + 1;
    const char *close = memchr(start, '"', (size_t)(parse->end - start));

    *part = (struct part){.text = start, .length = (size_t)(parse->end - start), .quoted = true};
    if (!close)
        return raise_invalid(part, "lacks its closing quote");
    part->length = (size_t)(close - start);
    parse->at = close + 1;
    return part->length ? ERROR_NONE : raise_invalid(part, "is nothing to look for");
}

/* What stands behind the colon of a keyword may be quoted: then blanks are a part of it. */
static enum error extend_quoted(struct parse *parse, struct part *part)
{
    const char *colon = memchr(part->text, ':', part->length), *close;
    struct part name = {.text = part->text};

    if (!colon || colon + 1 == parse->at || colon[1] != '"')
        return ERROR_NONE;
    name.length = (size_t)(colon - part->text);
    if (!find_keyword(&name))
        return ERROR_NONE;
    close = memchr(colon + 2, '"', (size_t)(parse->end - colon - 2));
    if (!close)
        return raise_invalid(part, "lacks its closing quote");
    parse->at = close + 1;
    part->length = (size_t)(parse->at - part->text);
    return ERROR_NONE;
}

/* `part->length` is 0 at the end of the line. */
static enum error next_part(struct parse *parse, struct part *part)
{
    const char *start;

    while (parse->at < parse->end && is_blank(*parse->at))
        parse->at++;
    if (parse->at < parse->end && *parse->at == '"')
        return next_quoted(parse, part);
    start = parse->at;
    while (parse->at < parse->end && !is_blank(*parse->at))
        parse->at++;
    *part = (struct part){.text = start, .length = (size_t)(parse->at - start)};
    return extend_quoted(parse, part);
}

static enum error parse_parts(struct parse *parse)
{
    struct part part;
    enum error error;

    for (;;) {
        error = next_part(parse, &part);
        if (error || part.length == 0)
            return error;
        error = apply(parse, &part);
        if (!error && contradicts(parse))
            error = raise_invalid(&part, "contradicts what stands before it");
        if (error)
            return error;
    }
}

void filter_init(struct filter *filter)
{
    *filter = (struct filter){.after = INT64_MIN, .before = INT64_MAX, .hour = -1, .weekday = -1};
}

void filter_clear(struct filter *filter)
{
    for (int i = 0; i < filter->terms; i++)
        free(filter->term[i]);
    filter_init(filter);
}

enum error filter_parse(const char *line, size_t length, int64_t now, struct filter *out)
{
    struct buffer repaired;
    struct parse parse;
    enum error error;

    filter_init(out);
    if (length > FILTER_TEXT_MAX)
        return error_raise(ERROR_INVALID, "filter: it is longer than %d bytes", FILTER_TEXT_MAX);
    buffer_init(&repaired, 3 * FILTER_TEXT_MAX);
    error = utf8_repair(length ? line : "", length, &repaired);
    if (!error) {
        parse = (struct parse){.at = repaired.data ? repaired.data : "", .now = now, .filter = out};
        parse.end = parse.at + repaired.length;
        error = parse_parts(&parse);
    }
    buffer_free(&repaired);
    if (error)
        filter_clear(out);
    return error;
}
