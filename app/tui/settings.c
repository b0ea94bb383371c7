#include "app/tui/settings.h"

#include <stdio.h>
#include <string.h>

void settings_init(struct settings_state *settings, struct face *face)
{
    *settings = (struct settings_state){.settings.count = SETTINGS_ROW_COUNT};
    editor_init(&settings->name, PROFILE_NAME_MAX);
    if (face->settings->problems > 0)
        face_warn(face, face->settings->problem[0]);
}

void settings_free(struct settings_state *settings)
{
    if (settings->names)
        profile_list_free(settings->names, settings->profiles.count - 1);
    editor_free(&settings->name);
    *settings = (struct settings_state){0};
}

/* ---- the values ---- */

int settings_kept(const struct settings *settings, enum setting setting)
{
    return settings->file.line[setting] > 0 ? settings->file.choice[setting] : 0;
}

static void say_changed(struct face *face, enum setting setting, const char *word)
{
    char origin[SETTINGS_ORIGIN_MAX];

    settings_origin(face->settings, setting, origin);
    if (face->settings->source[setting] > FROM_FILE)
        face_say(face, "The configuration file says %s = %s now; %s counts before it.",
                 setting_table[setting].name, word, origin);
    else
        face_say(face, "%s: %s. The configuration file has it now.", setting_table[setting].title,
                 word);
}

/* Takes the choice that is `step` further, round and round. */
static void change(struct settings_state *settings, struct face *face, int step)
{
    enum setting setting = (enum setting)settings->settings.chosen;
    int count = setting_count(setting);
    char word[SETTING_WORD_MAX + 1];

    setting_word(setting, (settings_kept(face->settings, setting) + step + count) % count, word);
    if (face_complain(face, settings_set(face->settings, setting, word)))
        return;
    say_changed(face, setting, word);
    face->wish = WISH_SETTINGS;
}

/* ---- the profiles ---- */

static void open_profiles(struct settings_state *settings, struct face *face)
{
    struct settings_list *list = &settings->profiles;
    char **names;
    size_t count;

    if (face_complain(face, profile_list(&names, &count)))
        return;
    if (settings->names)
        profile_list_free(settings->names, list->count - 1);
    settings->names = names;
    *list = (struct settings_list){.count = count + 1};
    for (size_t i = 0; i < count; i++) {
        if (strcmp(names[i], journal_profile(face->journal)) == 0)
            list->chosen = i;
    }
    settings->mode = SETTINGS_PROFILES;
}

static void go_over(struct settings_state *settings, struct face *face, const char *name)
{
    settings->mode = SETTINGS_ROWS;
    if (strcmp(name, journal_profile(face->journal)) == 0) {
        face_say(face, "This is the profile '%s' already.", name);
        return;
    }
    snprintf(face->profile, sizeof face->profile, "%s", name);
    face->wish = WISH_REOPEN;
}

static void make_profile(struct settings_state *settings, struct face *face)
{
    const char *name = editor_text(&settings->name);

    if (!face_complain(face, profile_new(name)))
        go_over(settings, face, name);
}

/* ---- what keys do ---- */

static struct settings_list *list_of(struct settings_state *settings)
{
    return settings->mode == SETTINGS_PROFILES ? &settings->profiles : &settings->settings;
}

static void choose(struct settings_list *list, long place)
{
    long last = (long)list->count - 1;

    list->chosen = (size_t)(place < 0 ? 0 : place > last ? last : place);
}

static void go_up(void *screen, struct face *face)
{
    struct settings_list *list = list_of(screen);

    (void)face;
    choose(list, (long)list->chosen - 1);
}

static void go_down(void *screen, struct face *face)
{
    struct settings_list *list = list_of(screen);

    (void)face;
    choose(list, (long)list->chosen + 1);
}

static void go_first(void *screen, struct face *face)
{
    (void)face;
    choose(list_of(screen), 0);
}

static void go_last(void *screen, struct face *face)
{
    struct settings_list *list = list_of(screen);

    (void)face;
    choose(list, (long)list->count);
}

static void use_step(struct settings_state *settings, struct face *face, int step)
{
    switch (settings->settings.chosen) {
    case SETTING_PROFILE: open_profiles(settings, face); break;
    case SETTINGS_ENCRYPTION: face->wish = WISH_ENCRYPT; break;
    default: change(settings, face, step); break;
    }
}

static void use(void *screen, struct face *face)
{
    use_step(screen, face, 1);
}

static void use_back(void *screen, struct face *face)
{
    use_step(screen, face, -1);
}

static void ask_name(void *screen, struct face *face)
{
    struct settings_state *settings = screen;

    (void)face;
    editor_clear(&settings->name);
    settings->mode = SETTINGS_NAME;
}

static void use_profile(void *screen, struct face *face)
{
    struct settings_state *settings = screen;
    size_t chosen = settings->profiles.chosen;

    if (chosen + 1 == settings->profiles.count)
        ask_name(settings, face);
    else
        go_over(settings, face, settings->names[chosen]);
}

static void go_back(void *screen, struct face *face)
{
    struct settings_state *settings = screen;

    (void)face;
    settings->mode = SETTINGS_ROWS;
}

static void search_keys(void *screen, struct face *face)
{
    (void)screen;
    face->wish = WISH_SEARCH;
}

enum {
    IN_ROWS = 1U << SETTINGS_ROWS,
    IN_PROFILES = 1U << SETTINGS_PROFILES,
    IN_NAME = 1U << SETTINGS_NAME,
    IN_LISTS = IN_ROWS | IN_PROFILES,
};

const struct binding settings_bindings[] = {
    {.modes = IN_LISTS,
     .keys = "Up Down  k j",
     .what = "choose a row (a click does too)",
     .hint = "Up Down choose"},
    {.key = {KEY(PRESS_UP), 'k'}, .modes = IN_LISTS, .act = go_up},
    {.key = {KEY(PRESS_DOWN), 'j'}, .modes = IN_LISTS, .act = go_down},
    {.key = {KEY(PRESS_HOME), KEY(PRESS_PAGE_UP), 'g'},
     .modes = IN_LISTS,
     .act = go_first,
     .keys = "Home  Page Up  g",
     .what = "the first row"},
    {.key = {KEY(PRESS_END), KEY(PRESS_PAGE_DOWN), 'G'},
     .modes = IN_LISTS,
     .act = go_last,
     .keys = "End  Page Down  G",
     .what = "the last row"},
    {.key = {KEY(PRESS_ENTER), ' ', KEY(PRESS_RIGHT)},
     .modes = IN_ROWS,
     .act = use,
     .keys = "Enter  Space  Right",
     .what = "its next choice, kept at once; Profile: the profiles",
     .hint = "Enter change"},
    {.key = {KEY(PRESS_LEFT)},
     .modes = IN_ROWS,
     .act = use_back,
     .keys = "Left",
     .what = "the choice before"},
    {.key = {KEY(PRESS_ENTER), ' '},
     .modes = IN_PROFILES,
     .act = use_profile,
     .keys = "Enter  Space",
     .what = "go on with this profile, now and from the next start on",
     .hint = "Enter go on with it"},
    {.key = {'n'},
     .modes = IN_LISTS,
     .act = ask_name,
     .keys = "n",
     .what = "make a new profile",
     .hint = "n new profile"},
    {.key = {KEY(PRESS_ESCAPE), KEY(PRESS_LEFT)},
     .modes = IN_PROFILES,
     .act = go_back,
     .keys = "Esc  Left",
     .what = "back to the settings",
     .hint = "Esc back"},
    {.key = {'/'},
     .modes = IN_LISTS,
     .act = search_keys,
     .keys = "/",
     .what = "search the keys of all screens",
     .hint = "/ all keys"},
    {.modes = IN_NAME,
     .keys = "Enter",
     .what = "make the profile of this name and go on with it",
     .hint = "Enter make it"},
    {.modes = IN_NAME, .keys = "Esc  ^C", .what = "make none", .hint = "Esc back"},
    {.keys = NULL},
};

/* ---- what is pressed ---- */

static bool is_control(const struct press *press, char letter)
{
    return press->kind == PRESS_CONTROL && press->letter == letter;
}

static void press_name(struct settings_state *settings, struct face *face,
                       const struct press *press)
{
    bool taken = false;

    if (press->kind == PRESS_ENTER)
        make_profile(settings, face);
    else if (press->kind == PRESS_ESCAPE || is_control(press, 'c'))
        settings->mode = SETTINGS_ROWS;
    else
        face_complain(face, editor_press(&settings->name, press, &taken));
}

static void click(struct settings_state *settings, struct face *face, const struct press *press)
{
    struct settings_list *list = list_of(settings);
    size_t place = list->top + (size_t)(press->row - list->row);

    if (press->row < list->row || press->row >= list->row + (int)list->rows || place >= list->count)
        return;
    if (place != list->chosen)
        choose(list, (long)place);
    else if (settings->mode == SETTINGS_PROFILES)
        use_profile(settings, face);
    else
        use(settings, face);
}

static void press_mouse(struct settings_state *settings, struct face *face,
                        const struct press *press)
{
    switch (press->mouse) {
    case MOUSE_CLICK: click(settings, face, press); break;
    case MOUSE_WHEEL_UP: go_up(settings, face); break;
    case MOUSE_WHEEL_DOWN: go_down(settings, face); break;
    }
}

void settings_press(struct settings_state *settings, struct face *face, const struct press *press)
{
    if (settings->mode == SETTINGS_NAME) {
        press_name(settings, face, press);
        return;
    }
    if (is_control(press, 'c')) {
        face_interrupt(face, &settings->asked_to_quit);
        return;
    }
    settings->asked_to_quit = false;
    if (press->kind == PRESS_MOUSE)
        press_mouse(settings, face, press);
    else if (!binding_press(settings_bindings, (int)settings->mode, settings, face, press))
        face_press(face, press);
}
