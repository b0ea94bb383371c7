#include "app/import_fields.h"

#include <ctype.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    MINUTE = 60,
    YEAR_LEAST = 1900,
    YEAR_MOST = 9999,
    OFFSET_MOST = 24 * 60, /* minutes */
};

#define ID_MOST 1e12 /* far from where numbers run out */

struct moment {
    int year, month, day, hour, minute, second, millisecond;
};

/* `digits` digits at *at, which moves behind them; -1: they are not there. */
static int number_at(const char **at, int digits)
{
    int number = 0;

    for (int i = 0; i < digits; i++, ++*at) {
        if (!isdigit((unsigned char)**at))
            return -1;
        number = 10 * number + (**at - '0');
    }
    return number;
}

static bool skip(const char **at, char wanted)
{
    if (**at != wanted)
        return false;
    ++*at;
    return true;
}

static int days_in(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return days[month - 1] + (month == 2 && leap);
}

static bool read_date(const char **at, struct moment *out)
{
    out->year = number_at(at, 4);
    if (!skip(at, '-'))
        return false;
    out->month = number_at(at, 2);
    if (!skip(at, '-'))
        return false;
    out->day = number_at(at, 2);
    return out->year >= YEAR_LEAST && out->year <= YEAR_MOST && out->month >= 1 &&
           out->month <= 12 && out->day >= 1 && out->day <= days_in(out->year, out->month);
}

/* ".25" is 250 ms; more than three digits are cut off. */
static bool read_fraction(const char **at, int *milliseconds)
{
    int unit = 100;

    *milliseconds = 0;
    if (!skip(at, '.'))
        return true;
    if (!isdigit((unsigned char)**at))
        return false;
    for (; isdigit((unsigned char)**at); ++*at, unit /= 10)
        *milliseconds += unit * (**at - '0');
    return true;
}

static bool read_clock(const char **at, struct moment *out)
{
    out->hour = number_at(at, isdigit((unsigned char)(*at)[0]) && (*at)[1] == ':' ? 1 : 2);
    if (!skip(at, ':'))
        return false;
    out->minute = number_at(at, 2);
    out->second = skip(at, ':') ? number_at(at, 2) : 0;
    return out->hour >= 0 && out->hour < 24 && out->minute >= 0 && out->minute < 60 &&
           out->second >= 0 && out->second < 60 && read_fraction(at, &out->millisecond);
}

/* "Z", "+01:00", "-0330"; `*offset` in minutes east. False where it is neither. */
static bool read_offset(const char **at, int32_t *offset)
{
    int sign = **at == '-' ? -1 : 1, hours, minutes;

    *offset = 0;
    if (skip(at, 'Z'))
        return true;
    if (!skip(at, '+') && !skip(at, '-'))
        return false;
    hours = number_at(at, 2);
    skip(at, ':');
    minutes = number_at(at, 2);
    *offset = (int32_t)(sign * (hours * MINUTE + minutes));
    return hours >= 0 && minutes >= 0 && minutes < MINUTE && hours * MINUTE < OFFSET_MOST;
}

static struct tm parts_of(const struct moment *moment)
{
    return (struct tm){.tm_year = moment->year - 1900,
                       .tm_mon = moment->month - 1,
                       .tm_mday = moment->day,
                       .tm_hour = moment->hour,
                       .tm_min = moment->minute,
                       .tm_sec = moment->second,
                       .tm_isdst = -1};
}

static void set_local(const struct moment *moment, struct entry *out)
{
    struct tm parts = parts_of(moment);

    out->created = (int64_t)mktime(&parts) * 1000 + moment->millisecond;
    out->offset = (int32_t)(parts.tm_gmtoff / MINUTE);
}

static enum error no_time(const char *text)
{
    return error_raise(ERROR_INVALID, "'%.60s' is not a time that can be read", text);
}

enum error fields_time(const char *text, struct entry *out)
{
    struct moment moment = {0};
    const char *at = text;
    struct tm parts;

    if (!read_date(&at, &moment) || (!skip(&at, 'T') && !skip(&at, ' ')) ||
        !read_clock(&at, &moment))
        return no_time(text);
    if (!*at) {
        set_local(&moment, out);
        return ERROR_NONE;
    }
    if (!read_offset(&at, &out->offset) || *at)
        return no_time(text);
    parts = parts_of(&moment);
    out->created =
        ((int64_t)timegm(&parts) - (int64_t)out->offset * MINUTE) * 1000 + moment.millisecond;
    return ERROR_NONE;
}

/* "PM" behind a clock, parted by blanks of any kind. False: something else is there. */
static bool apply_half(const char *at, struct moment *moment)
{
    while (*at == ' ' || (unsigned char)*at >= 0x80)
        at++;
    if (!*at)
        return true;
    if (strcspn(at, "aApP") != 0 || strcspn(at + 1, "mM") != 0 || at[2] || moment->hour < 1 ||
        moment->hour > 12)
        return false;
    moment->hour = moment->hour % 12 + (*at == 'p' || *at == 'P' ? 12 : 0);
    return true;
}

enum error fields_local(const char *date, const char *clock, struct entry *out)
{
    struct moment moment = {0};
    const char *at = date;

    if (!read_date(&at, &moment) || *at)
        return no_time(date);
    at = clock;
    if (!read_clock(&at, &moment) || !apply_half(at, &moment))
        return no_time(clock);
    set_local(&moment, out);
    return ERROR_NONE;
}

enum error fields_rating(const char *text, struct entry *out)
{
    out->verdict = VERDICT_NONE;
    if (!text || !*text)
        return ERROR_NONE;
    if (strcmp(text, "right") != 0 && strcmp(text, "wrong") != 0)
        return error_raise(ERROR_INVALID, "'%.60s' is not a rating: right or wrong", text);
    out->verdict = *text == 'r' ? VERDICT_RIGHT : VERDICT_WRONG;
    return ERROR_NONE;
}

enum error fields_number(const char *name, const char *text, double *out)
{
    char *end;

    *out = strtod(text, &end);
    if (end == text || *end || !isfinite(*out))
        return error_raise(ERROR_INVALID, "its %s '%.60s' is not a number", name, text);
    return ERROR_NONE;
}

int64_t fields_id(double number)
{
    return number >= 1 && number <= ID_MOST && number == floor(number) ? (int64_t)number : 0;
}
