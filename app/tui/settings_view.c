#include "app/tui/paint.h"
#include "app/tui/prompt.h"
#include "app/tui/screen.h"
#include "app/tui/settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    NARROW = 60,
    TITLE_COLUMN = 3,
    VALUE_COLUMN = 16,
    CHOICES_COLUMN = 31,
    KEYS_COLUMNS = 21,
    ABOUT_ROWS = 4, /* that are left beneath the list, where the window has them */
    PATH_LENGTH = 512,
    TEXT_LENGTH = 512,
};

/* ---- lists ---- */

/* How many rows the list gets, with its choice among them. */
static void fit_list(struct settings_list *list, int row, int rows)
{
    list->row = row;
    list->rows = (size_t)(rows > 1 ? rows : 1);
    if (list->rows > list->count)
        list->rows = list->count;
    if (list->chosen < list->top)
        list->top = list->chosen;
    if (list->chosen >= list->top + list->rows)
        list->top = list->chosen - list->rows + 1;
    if (list->top + list->rows > list->count)
        list->top = list->count - list->rows;
}

static void choices_of(enum setting setting, char out[TEXT_LENGTH])
{
    int count = setting_count(setting);

    snprintf(out, TEXT_LENGTH, "%s", count == 0 ? "Enter: switch, new" : "");
    for (int i = 0; i < count; i++) {
        char word[SETTING_WORD_MAX + 1];
        size_t used = strlen(out);

        setting_word(setting, i, word);
        snprintf(out + used, TEXT_LENGTH - used, "%s%s", i > 0 ? " / " : "", word);
    }
}

static void draw_cells(int row, const char *title, const char *value, const char *choices,
                       const char *origin)
{
    int column = VALUE_COLUMN;

    paint_format(row, TITLE_COLUMN, VALUE_COLUMN - TITLE_COLUMN, A_NORMAL, "%s", title);
    column += paint_format(row, column, COLS, A_BOLD, "%s", value) + 2;
    if (COLS >= NARROW) {
        column = column > CHOICES_COLUMN ? column : CHOICES_COLUMN;
        column += paint_format(row, column, COLS, A_NORMAL, "%s", choices) + 2;
    }
    paint_format(row, column, COLS, A_NORMAL, "%s", origin);
}

static void draw_encryption(const struct face *face, int row)
{
    bool on = journal_key(face->journal) != NULL;

    draw_cells(row, "Encryption", on ? "on" : "off", on ? "Enter: turn off" : "Enter: turn on", "");
}

static void draw_setting(const struct face *face, enum setting setting, int row)
{
    const struct settings *settings = face->settings;
    char word[SETTING_WORD_MAX + 1], choices[TEXT_LENGTH], origin[SETTINGS_ORIGIN_MAX] = "";

    if (setting == SETTING_PROFILE)
        snprintf(word, sizeof word, "%s", journal_profile(face->journal));
    else
        settings_word(settings, setting, word);
    choices_of(setting, choices);
    if (settings->source[setting] > FROM_FILE)
        settings_origin(settings, setting, origin);
    draw_cells(row, setting_table[setting].title, word, choices, origin);
}

static void draw_profile(const struct settings_state *settings, const struct face *face,
                         size_t place, int row)
{
    const char *name;

    if (place + 1 == settings->profiles.count) {
        paint_format(row, TITLE_COLUMN, COLS, A_NORMAL, "a new profile");
        return;
    }
    name = settings->names[place];
    paint_format(row, TITLE_COLUMN, COLS, A_NORMAL, "%s%s", name,
                 strcmp(name, journal_profile(face->journal)) == 0 ? "  (this one)" : "");
}

/* Returns the row of what is chosen. */
static int draw_list(struct settings_state *settings, const struct face *face, int row, int rows)
{
    bool profiles = settings->mode == SETTINGS_PROFILES;
    struct settings_list *list = profiles ? &settings->profiles : &settings->settings;
    int chosen;

    fit_list(list, row, rows);
    for (size_t i = 0; i < list->rows; i++) {
        size_t place = list->top + i;

        if (profiles)
            draw_profile(settings, face, place, row + (int)i);
        else if (place == SETTINGS_ENCRYPTION)
            draw_encryption(face, row + (int)i);
        else
            draw_setting(face, (enum setting)place, row + (int)i);
    }
    chosen = row + (int)(list->chosen - list->top);
    paint_format(chosen, 1, 1, A_NORMAL, ">");
    paint_chosen(chosen);
    return chosen;
}

/* ---- what is told beneath ---- */

/* Paragraphs from the row on, as far as there is room. */
struct page {
    int row, bottom;
};

static void tell(struct page *page, attr_t attributes, const char *text)
{
    if (page->row < page->bottom)
        page->row += paint_wrapped(page->row, 1, page->bottom - page->row, text, attributes);
}

static void tell_setting(struct page *page, const struct settings *settings, enum setting setting)
{
    const struct setting_about *about = &setting_table[setting];
    char origin[SETTINGS_ORIGIN_MAX], kept[SETTING_WORD_MAX + 1], text[TEXT_LENGTH];

    snprintf(text, sizeof text, "%s: %s.", about->title, about->help);
    tell(page, A_NORMAL, text);
    settings_origin(settings, setting, origin);
    if (setting == SETTING_PROFILE)
        snprintf(kept, sizeof kept, "%s",
                 settings->file.line[setting] > 0 ? settings->file.profile : PROFILE_DEFAULT);
    else
        setting_word(setting, settings_kept(settings, setting), kept);
    if (settings->source[setting] > FROM_FILE)
        snprintf(text, sizeof text,
                 "From %s: a change here counts when that is gone. Without it: %s.", origin, kept);
    else
        snprintf(text, sizeof text, "%s.",
                 settings->source[setting] == FROM_FILE ? "From the configuration file"
                                                        : "This is the default");
    tell(page, A_NORMAL, text);
}

static void tell_encryption(struct page *page)
{
    tell(page, A_NORMAL,
         "Encryption: keep the texts of messages and drafts encrypted on the disk. The screen is "
         "left to ask for a passphrase, then and at every start; if it is forgotten, the texts are "
         "lost. `emotrack encrypt`, `decrypt` and `passphrase` do the same.");
}

/* A path with ~ for the home folder. */
static void tell_path(struct page *page, const char *title, const char *path, size_t length)
{
    const char *home = getenv("HOME");
    size_t skip = home ? strlen(home) : 0;
    bool below = skip > 1 && length > skip && strncmp(path, home, skip) == 0 && path[skip] == '/';
    char text[PATH_LENGTH];

    if (!below)
        skip = 0;
    snprintf(text, sizeof text, "%-12s %s%.*s", title, below ? "~" : "", (int)(length - skip),
             path + skip);
    tell(page, A_NORMAL, text);
}

static void tell_paths(struct page *page, const struct face *face)
{
    const char *config = face->settings->path, *data = journal_path(face->journal);
    const char *slash = strrchr(data, '/');

    if (config[0])
        tell_path(page, "Config file", config, strlen(config));
    tell_path(page, "Data folder", data, slash ? (size_t)(slash - data) : strlen(data));
}

static void tell_keys(struct page *page, enum settings_mode mode)
{
    tell(page, A_BOLD, "Keys on this screen  (/ searches all keys)");
    for (const struct binding *row = settings_bindings; !binding_last(row); row++) {
        if (!(row->modes & 1U << mode) || !row->keys || page->row >= page->bottom)
            continue;
        paint_text(page->row, 2, KEYS_COLUMNS, A_NORMAL, row->keys, strlen(row->keys));
        paint_text(page->row++, 2 + KEYS_COLUMNS, COLS, A_NORMAL, row->what, strlen(row->what));
    }
}

static void tell_problems(struct page *page, const struct settings *settings)
{
    for (int i = 0; i < settings->problems && i < SETTINGS_PROBLEMS; i++)
        tell(page, A_BOLD, settings->problem[i]);
}

static void tell_all(struct page *page, const struct settings_state *settings,
                     const struct face *face)
{
    if (settings->mode == SETTINGS_ROWS && settings->settings.chosen == SETTINGS_ENCRYPTION)
        tell_encryption(page);
    else if (settings->mode == SETTINGS_ROWS)
        tell_setting(page, face->settings, (enum setting)settings->settings.chosen);
    else
        tell(page, A_NORMAL,
             "Each profile is a journal of its own, with its own messages, ratings and server. "
             "`emotrack profile` deletes and renames them.");
    page->row++;
    tell_paths(page, face);
    tell_problems(page, face->settings);
    page->row++;
    tell_keys(page, settings->mode);
}

/* ---- the screen ---- */

static void draw_name(struct settings_state *settings, const struct area *area, struct spot *spot)
{
    struct page page = {.row = area->top + 1, .bottom = area->bottom};

    *spot = (struct spot){.row = area->top,
                          .column = prompt_draw(area->top, "New profile: ", &settings->name, 0)};
    tell(&page, A_NORMAL,
         "Its name: letters A to Z, digits, '.', '_' and '-', with a letter, digit or '_' first.");
}

static void draw(void *state, struct face *face, const struct area *area, struct spot *spot)
{
    struct settings_state *settings = state;
    int height = area->bottom - area->top, rows = height;
    const struct settings_list *list;
    struct page page = {.bottom = area->bottom};

    if (settings->mode == SETTINGS_NAME) {
        draw_name(settings, area, spot);
        return;
    }
    list = settings->mode == SETTINGS_PROFILES ? &settings->profiles : &settings->settings;
    if (height > 2 * ABOUT_ROWS)
        rows = height - ABOUT_ROWS;
    *spot = (struct spot){.row = draw_list(settings, face, area->top, rows), .column = 1};
    page.row = area->top + (int)list->rows;
    if (page.row + 1 < page.bottom) {
        paint_rule(page.row++);
        tell_all(&page, settings, face);
    }
}

static const char *hints(void *state, struct face *face)
{
    const struct settings_state *settings = state;
    static char line[HINTS_MAX];

    (void)face;
    binding_hints(settings_bindings, (int)settings->mode, settings->mode == SETTINGS_NAME, COLS - 2,
                  line);
    return line;
}

static void press(void *state, struct face *face, const struct press *press)
{
    settings_press(state, face, press);
}

/* Nothing here is read of the journal. */
static void outdated(void *state, struct face *face, bool changed)
{
    (void)state;
    (void)face;
    (void)changed;
}

static const char *const modes[] = {
    [SETTINGS_ROWS] = "Settings",
    [SETTINGS_PROFILES] = "In the list of profiles",
    [SETTINGS_NAME] = "In the name of a new profile",
    NULL,
};

const struct screen settings_screen = {
    .number = 5,
    .name = "Settings",
    .bindings = settings_bindings,
    .modes = modes,
    .press = press,
    .draw = draw,
    .hints = hints,
    .outdated = outdated,
};
