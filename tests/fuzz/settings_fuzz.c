#include "app/settings.h"

#include "base/utf8.h"

#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* A byte that chooses a setting and a value, then a configuration file: what is written into it is
 * read back, nothing else of it changes, and what is taken out is gone. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void parse(const struct buffer *text, struct settings *out)
{
    memset(out, 0, sizeof *out);
    settings_parse(text->length > 0 ? text->data : "", text->length, out);
}

static void check(const struct settings *settings)
{
    assert(settings->problems >= 0);
    for (int i = 0; i < SETTING_CHOICES; i++)
        assert(settings->file.choice[i] >= 0 &&
               settings->file.choice[i] < setting_count((enum setting)i));
    assert(settings->file.line[SETTING_PROFILE] == 0 || profile_name_ok(settings->file.profile));
    for (int i = 0; i < settings->problems && i < SETTINGS_PROBLEMS; i++)
        assert(strlen(settings->problem[i]) < SETTINGS_PROBLEM_MAX);
}

/* What the file says of every setting but one. */
static void check_others(const struct settings *before, const struct settings *after,
                         enum setting setting)
{
    for (int i = 0; i < SETTINGS; i++) {
        if (i == (int)setting)
            continue;
        assert(!before->file.line[i] == !after->file.line[i]);
        assert(i == SETTING_PROFILE || before->file.choice[i] == after->file.choice[i]);
    }
    if (setting != SETTING_PROFILE)
        assert(strcmp(before->file.profile, after->file.profile) == 0);
}

static void check_written(const struct settings *settings, enum setting setting, int choice)
{
    assert(settings->file.line[setting] > 0);
    if (setting == SETTING_PROFILE)
        assert(strcmp(settings->file.profile, "alex") == 0);
    else
        assert(settings->file.choice[setting] == choice);
}

static void change(const struct buffer *text, const struct settings *before, uint8_t what)
{
    enum setting setting = (enum setting)(what % SETTINGS);
    int count = setting_count(setting), choice = count > 0 ? what / SETTINGS % count : 0;
    char word[SETTING_WORD_MAX + 1] = "alex";
    struct settings after;
    struct buffer out;

    if (count > 0)
        setting_word(setting, choice, word);
    buffer_init(&out, 2 * SETTINGS_FILE_MAX);
    assert(
        !settings_rewrite(text->length > 0 ? text->data : "", text->length, setting, word, &out));
    parse(&out, &after);
    check_written(&after, setting, choice);
    check_others(before, &after, setting);
    buffer_clear(&out);
    assert(
        !settings_rewrite(text->length > 0 ? text->data : "", text->length, setting, NULL, &out));
    parse(&out, &after);
    assert(after.file.line[setting] == 0);
    check_others(before, &after, setting);
    assert(out.length <= text->length);
    buffer_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct settings settings;
    struct buffer text;

    if (size == 0 || size > SETTINGS_FILE_MAX || !utf8_valid((const char *)data + 1, size - 1))
        return 0;
    buffer_init(&text, SETTINGS_FILE_MAX);
    if (!buffer_append(&text, data + 1, size - 1)) {
        parse(&text, &settings);
        check(&settings);
        change(&text, &settings, data[0]);
    }
    buffer_free(&text);
    return 0;
}
