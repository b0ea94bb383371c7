#include "app/settings.h"

#include "app/home.h"
#include "app/nearest.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/utf8.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLANKS " \t\r"

enum { TOLD_MAX = 40 /* bytes of what was not understood */ };

const struct setting_about setting_table[SETTINGS] = {
#define X(setting, ...) [setting] = {__VA_ARGS__}
    SETTINGS_TABLE(X),
#undef X
};

struct span {
    const char *text;
    size_t length;
};

static struct span span_of(const char *text)
{
    return (struct span){text, strlen(text)};
}

static bool span_is(struct span span, const char *word)
{
    return strlen(word) == span.length && memcmp(span.text, word, span.length) == 0;
}

/* ---- one setting ---- */

/* The next of the words "a|b|c"; false: there is none. */
static bool next_word(const char **choices, struct span *out)
{
    *choices += strspn(*choices, "|");
    *out = (struct span){*choices, strcspn(*choices, "|")};
    *choices += out->length;
    return out->length > 0;
}

/* The place of a word among a setting's, or -1. */
static int choice_of(enum setting setting, struct span word)
{
    const char *choices = setting_table[setting].choices;
    struct span one;

    for (int i = 0; next_word(&choices, &one); i++)
        if (one.length == word.length && memcmp(one.text, word.text, word.length) == 0)
            return i;
    return -1;
}

int setting_count(enum setting setting)
{
    const char *choices = setting_table[setting].choices;
    struct span word;
    int count = 0;

    while (choices && next_word(&choices, &word))
        count++;
    return count;
}

void setting_word(enum setting setting, int choice, char out[SETTING_WORD_MAX + 1])
{
    const char *choices = setting_table[setting].choices;
    struct span word = {"", 0};

    for (int i = 0; i <= choice && next_word(&choices, &word); i++)
        continue;
    snprintf(out, SETTING_WORD_MAX + 1, "%.*s", (int)word.length, word.text);
}

static bool find(struct span name, enum setting *out)
{
    for (int i = 0; i < SETTINGS; i++) {
        if (span_is(name, setting_table[i].name)) {
            *out = (enum setting)i;
            return true;
        }
    }
    return false;
}

/* As much of what was written as is worth repeating, cut between characters. */
static struct span shown(struct span span)
{
    if (span.length <= TOLD_MAX)
        return span;
    span.length = TOLD_MAX;
    while (span.length > 0 && ((unsigned char)span.text[span.length] & 0xC0) == 0x80)
        span.length--;
    return span;
}

static enum error raise_unknown(struct span name)
{
    char word[TOLD_MAX + 1], known[128] = "";
    struct nearest nearest;

    name = shown(name);
    snprintf(word, sizeof word, "%.*s", (int)name.length, name.text);
    nearest_init(&nearest, word);
    for (int i = 0; i < SETTINGS; i++) {
        size_t used = strlen(known);

        nearest_offer(&nearest, setting_table[i].name);
        snprintf(known + used, sizeof known - used, "%s%s", i > 0 ? ", " : "",
                 setting_table[i].name);
    }
    if (nearest.best)
        return error_raise(ERROR_USAGE, "'%s' is not a setting; did you mean '%s'?", word,
                           nearest.best);
    return error_raise(ERROR_USAGE, "'%s' is not a setting; known are %s", word, known);
}

enum error setting_find(const char *name, enum setting *out)
{
    return find(span_of(name), out) ? ERROR_NONE : raise_unknown(span_of(name));
}

/* ERROR_INVALID: not a value of this setting. */
static enum error check_value(enum setting setting, struct span value)
{
    const struct setting_about *about = &setting_table[setting];
    struct span told = shown(value);
    char name[PROFILE_NAME_MAX + 2]; /* one too many, so that a longer one is none */

    snprintf(name, sizeof name, "%.*s", (int)value.length, value.text);
    if (about->choices ? choice_of(setting, value) >= 0 : profile_name_ok(name))
        return ERROR_NONE;
    if (about->choices)
        return error_raise(ERROR_INVALID, "'%.*s' is no value for '%s', which takes one of %s",
                           (int)told.length, told.text, about->name, about->choices);
    return error_raise(ERROR_INVALID, "'%.*s' cannot be a profile's name", (int)told.length,
                       told.text);
}

/* ---- problems ---- */

static void PRINTF_LIKE(2, 3) add_problem(struct settings *settings, const char *format, ...)
{
    va_list arguments;

    if (settings->problems < SETTINGS_PROBLEMS) {
        va_start(arguments, format);
        vsnprintf(settings->problem[settings->problems], SETTINGS_PROBLEM_MAX, format, arguments);
        va_end(arguments);
    }
    settings->problems++;
}

/* ---- the file's bytes ---- */

/* A line, taken apart; parts without blanks around them. */
struct line {
    struct span all;         /* with its line break */
    struct span name, value; /* the name is empty: nothing but blanks and a comment */
    bool assigns;            /* there is a '=' */
};

static struct span trim(const char *start, const char *end)
{
    while (start < end && strchr(BLANKS, *start))
        start++;
    while (end > start && strchr(BLANKS, end[-1]))
        end--;
    return (struct span){start, (size_t)(end - start)};
}

/* The first of this byte, or `end`. */
static const char *seek(const char *start, const char *end, char byte)
{
    const char *found = start < end ? memchr(start, byte, (size_t)(end - start)) : NULL;

    return found ? found : end;
}

/* U+FEFF, which editors of some systems put before UTF-8. */
static const char *skip_mark(const char *start, const char *end)
{
    return end - start >= 3 && memcmp(start, "\xEF\xBB\xBF", 3) == 0 ? start + 3 : start;
}

/* The line at `*at`, which moves on behind it; false: there is none. */
static bool next_line(const char **at, const char *end, struct line *out)
{
    const char *start = *at, *stop = seek(start, end, '\n');
    const char *comment = seek(start, stop, '#'), *equals = seek(start, comment, '=');

    if (start == end)
        return false;
    *at = stop < end ? stop + 1 : end;
    *out = (struct line){
        .all = {start, (size_t)(*at - start)},
        .name = trim(skip_mark(start, equals), equals),
        .value = {comment, 0},
        .assigns = equals < comment,
    };
    if (out->assigns)
        out->value = trim(equals + 1, comment);
    return true;
}

static void take_value(struct settings_file *file, enum setting setting, struct span value,
                       int number)
{
    file->line[setting] = number;
    if (setting < SETTING_CHOICES)
        file->choice[setting] = choice_of(setting, value);
    else
        snprintf(file->profile, sizeof file->profile, "%.*s", (int)value.length, value.text);
}

static enum error take_line(struct settings_file *file, const struct line *line, int number)
{
    struct span told = shown(line->name);
    enum setting setting;
    enum error error;

    if (line->name.length == 0 && !line->assigns)
        return ERROR_NONE;
    if (!line->assigns)
        return error_raise(ERROR_INVALID, "'%.*s' sets nothing; write NAME = VALUE",
                           (int)told.length, told.text);
    if (!find(line->name, &setting))
        return raise_unknown(line->name);
    error = check_value(setting, line->value);
    if (!error)
        take_value(file, setting, line->value, number);
    return error;
}

void settings_parse(const char *text, size_t length, struct settings *settings)
{
    const char *at = text, *end = text + length;
    struct line line;

    settings->file = (struct settings_file){0};
    for (int number = 1; next_line(&at, end, &line); number++) {
        if (take_line(&settings->file, &line, number))
            add_problem(settings, "config: line %d: %s", number, error_sentence());
    }
}

static bool sets(const struct line *line, enum setting setting)
{
    return line->assigns && span_is(line->name, setting_table[setting].name);
}

/* The last line that sets it, whatever to; NULL: none does. */
static const char *last_setting(const char *at, const char *end, enum setting setting)
{
    const char *last = NULL;
    struct line line;

    while (next_line(&at, end, &line)) {
        if (sets(&line, setting))
            last = line.all.text;
    }
    return last;
}

/* The line with another value: the blanks and the comment behind it stay. */
static enum error write_line(const struct line *line, const char *word, struct buffer *out)
{
    const char *value = line->value.text, *rest = value + line->value.length;
    const char *start = line->all.text;
    enum error error = buffer_append(out, start, (size_t)(value - start));

    if (!error && value[-1] == '=')
        error = buffer_append_byte(out, ' ');
    if (!error)
        error = buffer_append_text(out, word);
    return error ? error : buffer_append(out, rest, (size_t)(start + line->all.length - rest));
}

static enum error add_line(enum setting setting, const char *word, struct buffer *out)
{
    enum error error = ERROR_NONE;

    if (out->length > 0 && out->data[out->length - 1] != '\n')
        error = buffer_append_byte(out, '\n');
    return error ? error : buffer_format(out, "%s = %s\n", setting_table[setting].name, word);
}

enum error settings_rewrite(const char *text, size_t length, enum setting setting, const char *word,
                            struct buffer *out)
{
    const char *at = text, *end = text + length, *last = last_setting(at, end, setting);
    enum error error = ERROR_NONE;
    struct line line;

    while (!error && next_line(&at, end, &line)) {
        if (word && line.all.text == last)
            error = write_line(&line, word, out);
        else if (word || !sets(&line, setting))
            error = buffer_append(out, line.all.text, line.all.length);
    }
    return error || !word || last ? error : add_line(setting, word, out);
}

/* ---- the file ---- */

static enum error find_path(char out[SETTINGS_PATH_MAX])
{
    struct buffer path;
    enum error error;

    buffer_init(&path, SETTINGS_PATH_MAX - 1);
    error = home_folder("XDG_CONFIG_HOME", ".config", &path);
    if (!error)
        error = buffer_append_text(&path, "/config");
    snprintf(out, SETTINGS_PATH_MAX, "%s", error ? "" : path.data);
    buffer_free(&path);
    return error;
}

/* A file that is not there is empty. Opening anything but a file could wait for ever. */
static enum error read_file(const char *path, struct buffer *text)
{
    struct stat status;
    enum error error;

    if (lstat(path, &status) != 0 && errno == ENOENT)
        return ERROR_NONE;
    if (stat(path, &status) != 0)
        return errno == ENOENT
                   ? error_raise(ERROR_NOT_FOUND, "'%s' is a link that leads nowhere", path)
                   : error_raise_errno("read", path);
    if (!S_ISREG(status.st_mode))
        return error_raise(ERROR_INVALID, "'%s' is %s", path,
                           S_ISDIR(status.st_mode) ? "a folder, not a file" : "not a regular file");
    error = file_read(path, text);
    if (!error && text->length > 0 && !utf8_valid(text->data, text->length))
        error = error_raise(ERROR_INVALID, "'%s' is not text in UTF-8", path);
    return error;
}

static void load_file(struct settings *settings)
{
    struct buffer text;
    enum error error = find_path(settings->path);

    buffer_init(&text, SETTINGS_FILE_MAX);
    if (!error)
        error = read_file(settings->path, &text);
    if (error)
        add_problem(settings, "config: %s; the defaults hold", error_sentence());
    else if (text.length > 0)
        settings_parse(text.data, text.length, settings);
    buffer_free(&text);
}

/* ---- what counts ---- */

static void take(struct settings *settings, enum setting setting, enum settings_source source,
                 const char *word)
{
    settings->source[setting] = source;
    if (setting < SETTING_CHOICES)
        settings->choice[setting] = choice_of(setting, span_of(word));
    else
        settings->profile = word;
}

static bool take_variable(struct settings *settings, enum setting setting, const char *variable)
{
    const char *word = getenv(variable);

    if (!word || !*word)
        return false;
    if (setting < SETTING_CHOICES && check_value(setting, span_of(word))) {
        add_problem(settings, "$%s: %s", variable, error_sentence());
        return false;
    }
    take(settings, setting, FROM_ENVIRONMENT, word);
    settings->variable[setting] = variable;
    return true;
}

/* NO_COLOR is every program's (no-color.org): any word in it means none. */
static bool take_no_color(struct settings *settings)
{
    const char *value = getenv("NO_COLOR");

    if (!value || !*value)
        return false;
    take(settings, SETTING_COLOUR, FROM_ENVIRONMENT, "none");
    settings->variable[SETTING_COLOUR] = "NO_COLOR";
    return true;
}

/* What neither the command line nor the environment decides. */
static void take_from_file(struct settings *settings, enum setting setting)
{
    const struct settings_file *file = &settings->file;
    bool there = file->line[setting] > 0;

    if (settings->source[setting] > FROM_FILE)
        return;
    if (there && setting == SETTING_PROFILE && profile_check(file->profile)) {
        add_problem(settings, "config: line %d: %s", file->line[setting], error_sentence());
        there = false;
    }
    settings->source[setting] = there ? FROM_FILE : FROM_DEFAULT;
    if (setting < SETTING_CHOICES)
        settings->choice[setting] = there ? file->choice[setting] : 0;
    else
        settings->profile = there ? file->profile : PROFILE_DEFAULT;
}

void settings_load(struct settings *out, const char *const flag[SETTINGS])
{
    *out = (struct settings){0};
    load_file(out);
    for (int i = 0; i < SETTINGS; i++) {
        enum setting setting = (enum setting)i;

        if (flag[i])
            take(out, setting, FROM_FLAG, flag[i]);
        else if (!take_variable(out, setting, setting_table[i].variable) &&
                 !(setting == SETTING_COLOUR && take_no_color(out)))
            take_from_file(out, setting);
    }
}

void settings_word(const struct settings *settings, enum setting setting,
                   char out[SETTING_WORD_MAX + 1])
{
    if (setting < SETTING_CHOICES)
        setting_word(setting, settings->choice[setting], out);
    else
        snprintf(out, SETTING_WORD_MAX + 1, "%s", settings->profile);
}

int settings_week_start(const struct settings *settings)
{
    static const int day[] = {[WEEK_MONDAY] = 1, [WEEK_SUNDAY] = 0, [WEEK_SATURDAY] = 6};

    return day[settings->choice[SETTING_WEEK_START]];
}

void settings_origin(const struct settings *settings, enum setting setting,
                     char out[SETTINGS_ORIGIN_MAX])
{
    switch (settings->source[setting]) {
    case FROM_DEFAULT: snprintf(out, SETTINGS_ORIGIN_MAX, "default"); break;
    case FROM_FILE:
        snprintf(out, SETTINGS_ORIGIN_MAX, "line %d of the file", settings->file.line[setting]);
        break;
    case FROM_ENVIRONMENT:
        snprintf(out, SETTINGS_ORIGIN_MAX, "$%s", settings->variable[setting]);
        break;
    case FROM_FLAG: snprintf(out, SETTINGS_ORIGIN_MAX, "the command line"); break;
    }
}

/* ---- changing ---- */

static enum error check_word(enum setting setting, const char *word)
{
    enum error error = check_value(setting, span_of(word));

    return error || setting < SETTING_CHOICES ? error : profile_check(word);
}

/* ---- one change at a time ---- */

enum { PATIENCE = 2000 /* ms that one waits for another program's change */, STEP = 5 /* ms */ };

/* A disk that knows no locks has none. */
static enum error wait_for(int folder)
{
    int64_t deadline = clock_milliseconds() + PATIENCE;

    while (flock(folder, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
        if (clock_milliseconds() >= deadline)
            return error_raise(ERROR_BUSY,
                               "another program is changing the configuration file and does not "
                               "come to an end; try again later");
        clock_sleep(STEP);
    }
    return ERROR_NONE;
}

/* The file is read, changed and replaced by one program at a time: its folder is locked. `*folder`:
 * to be closed; -1: there is none, and no file in it. */
static enum error lock_folder(const char *path, int *folder)
{
    char name[SETTINGS_PATH_MAX];

    snprintf(name, sizeof name, "%.*s", (int)(strrchr(path, '/') - path), path);
    *folder = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (*folder < 0)
        return errno == ENOENT ? ERROR_NONE : error_raise_errno("open", name);
    return wait_for(*folder);
}

/* ---- what is changed ---- */

/* What the new text says counts from now on. */
static void follow(struct settings *settings, const struct buffer *text)
{
    settings->problems = 0;
    settings_parse(text->length > 0 ? text->data : "", text->length, settings);
    for (int i = 0; i < SETTINGS; i++)
        take_from_file(settings, (enum setting)i);
}

static bool same_text(const struct buffer *one, const struct buffer *other)
{
    return one->length == other->length &&
           (one->length == 0 || memcmp(one->data, other->data, one->length) == 0);
}

static enum error change_file(struct settings *settings, const char *path, enum setting setting,
                              const char *word)
{
    struct buffer before, after;
    enum error error;

    buffer_init(&before, SETTINGS_FILE_MAX);
    buffer_init(&after, SETTINGS_FILE_MAX);
    error = read_file(path, &before);
    if (!error)
        error = settings_rewrite(before.length > 0 ? before.data : "", before.length, setting, word,
                                 &after);
    if (!error && !same_text(&before, &after))
        error = file_replace(path, after.length > 0 ? after.data : "", after.length);
    if (!error)
        follow(settings, &after);
    buffer_free(&before);
    buffer_free(&after);
    return error;
}

enum error settings_set(struct settings *settings, enum setting setting, const char *word)
{
    char path[SETTINGS_PATH_MAX]; /* where no home was known, the sentence says so again */
    int folder = -1;
    enum error error = word ? check_word(setting, word) : ERROR_NONE;

    if (!error)
        error = find_path(path);
    if (!error && word)
        error = file_make_folder(path);
    if (!error)
        error = lock_folder(path, &folder);
    if (!error)
        error = change_file(settings, path, setting, word);
    if (folder >= 0)
        close(folder);
    return error;
}

enum error settings_follow_profile(struct settings *settings, const char *from, const char *to)
{
    const struct settings_file *file = &settings->file;

    if (file->line[SETTING_PROFILE] == 0 || strcmp(file->profile, from) != 0)
        return ERROR_NONE;
    return settings_set(settings, SETTING_PROFILE, to);
}
