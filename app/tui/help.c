#include "app/tui/help.h"

#include "app/glyph.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum {
    NARROW = 60,        /* columns */
    INDENT = 21,        /* of what a key does, behind the keys */
    INDENT_NARROW = 12, /* ... in a narrow window */
    INDENT_UNDER = 4,   /* ... under them: there a result has no room behind them */
    WHEEL = 3,          /* rows a turn */
    TOP = 2,            /* rows above the lines */
    GROUP_MAX = 128,    /* bytes */
};

static const char *const about[] = {
    "EmoTrack guesses emotions from words alone. It is no diagnosis and no judgement of you, and "
    "it is often wrong: your rating is what counts.",
    "",
    "If you are in a crisis or think of harming yourself, please call your local emergency number "
    "(112 in Europe, 911 in North America) or talk to somebody you trust. findahelpline.com lists "
    "free helplines for most countries.",
    "",
    "Everything is on this device, and no server is talked to unless you join one (4 Sync).",
};

void help_init(struct help *help, const struct screen *const *screens, int count)
{
    *help = (struct help){.screens = screens, .screen_count = count};
    editor_init(&help->query, HELP_QUERY_MAX);
}

void help_free(struct help *help)
{
    editor_free(&help->query);
}

const char *help_place(const struct help *help, int screen)
{
    return screen == HELP_EVERYWHERE ? "all" : help->screens[screen]->name;
}

/* ---- the keys of a screen ---- */

static void add(struct help *help, const struct help_line *line)
{
    assert(help->count < HELP_LINES_MAX);
    help->lines[help->count++] = *line;
}

static void add_text(struct help *help, enum help_kind kind, const char *text)
{
    add(help, &(struct help_line){.kind = kind, .text = text});
}

static void add_keys(struct help *help, int screen, const struct binding *binding)
{
    add(help, &(struct help_line){HELP_KEY, screen, binding->keys, binding->what});
}

static void add_title(struct help *help, const char *title)
{
    if (help->count > 0)
        add_text(help, HELP_TEXT, "");
    add_text(help, HELP_TITLE, title);
}

/* A key that is told of for no mode holds in the first. */
static bool holds(const struct binding *binding, int mode)
{
    return binding->keys && ((binding->modes ? binding->modes : 1U) & 1U << mode);
}

static void add_mode(struct help *help, int screen, int mode, const char *title)
{
    const struct binding *binding = help->screens[screen]->bindings;
    bool titled = false;

    for (; !binding_last(binding); binding++) {
        if (!title[0] || !holds(binding, mode))
            continue;
        if (!titled)
            add_title(help, title);
        titled = true;
        add_keys(help, screen, binding);
    }
}

static void add_screen(struct help *help, int number)
{
    const struct screen *screen = help->screens[number];
    const struct binding *binding = screen->bindings;

    for (int mode = 0; screen->modes && screen->modes[mode]; mode++)
        add_mode(help, number, mode, screen->modes[mode]);
    for (; !screen->modes && !binding_last(binding); binding++) {
        if (binding->keys)
            add_keys(help, number, binding);
    }
}

static void add_everywhere(struct help *help)
{
    add_title(help, "On every screen");
    for (const struct binding *binding = face_bindings; !binding_last(binding); binding++)
        add_keys(help, HELP_EVERYWHERE, binding);
}

static void list_keys(struct help *help)
{
    help->count = 0;
    add_screen(help, help->about);
    add_everywhere(help);
    add_title(help, "What EmoTrack is not");
    for (size_t i = 0; i < sizeof about / sizeof *about; i++)
        add_text(help, HELP_TEXT, about[i]);
}

/* The lines so far; a title without a place stands alone ("On every screen"). */
static void tell(const struct help *help, const char *place, help_told *told)
{
    char group[GROUP_MAX];

    snprintf(group, sizeof group, "%s", place);
    for (size_t i = 0; i < help->count; i++) {
        const struct help_line *line = &help->lines[i];

        if (line->kind == HELP_TITLE && strcmp(line->text, place) != 0)
            snprintf(group, sizeof group, "%s%s%s", place, place[0] ? ": " : "", line->text);
        else if (line->kind == HELP_TITLE)
            snprintf(group, sizeof group, "%s", place);
        else if (line->kind == HELP_KEY)
            told(group, line->keys, line->text);
    }
}

void help_tell(const struct screen *const *screens, int count, help_told *told)
{
    struct help help;

    help_init(&help, screens, count);
    for (int i = 0; i < count; i++) {
        help.count = 0;
        add_screen(&help, i);
        tell(&help, screens[i]->name, told);
    }
    help.count = 0;
    add_everywhere(&help);
    tell(&help, "", told);
    help_free(&help);
}

static void start(struct help *help, int screen, enum help_mode mode)
{
    help->open = true;
    help->about = screen;
    help->mode = mode;
    help->chosen = help->part = help->top = 0;
}

void help_open(struct help *help, int screen)
{
    start(help, screen, HELP_KEYS);
    list_keys(help);
}

/* ---- the search ---- */

size_t help_word(const char *query, size_t *at)
{
    *at += strspn(query + *at, " ");
    return strcspn(query + *at, " ");
}

const char *help_find(const char *text, const char *word, size_t length)
{
    for (const char *at = text; *at; at++) {
        bool begins =
            at == text || !isalnum((unsigned char)at[-1]) || !isalnum((unsigned char)word[0]);

        if (begins && strncasecmp(at, word, length) == 0)
            return at;
    }
    return NULL;
}

/* Whether the word is the name of one of the keys: "d" is not "D" here. */
static bool is_key(const char *keys, const char *word, size_t length)
{
    for (size_t at = 0, key; (key = help_word(keys, &at)) > 0; at += key) {
        if (key == length && strncmp(keys + at, word, length) == 0)
            return true;
    }
    return false;
}

/* How well a key fits: 2 where a word is its very name and the others are found; 1 where all are
 * found; 0: not at all. */
static int fit(const struct help *help, int screen, const struct binding *binding)
{
    const char *query = editor_text(&help->query);
    int best = 1;

    for (size_t at = 0, length; (length = help_word(query, &at)) > 0; at += length) {
        const char *word = query + at;

        if (is_key(binding->keys, word, length))
            best = 2;
        else if (!help_find(binding->keys, word, length) &&
                 !help_find(binding->what, word, length) &&
                 !help_find(help_place(help, screen), word, length))
            return 0;
    }
    return best;
}

static void add_found(struct help *help, int screen, int wanted)
{
    const struct binding *binding =
        screen == HELP_EVERYWHERE ? face_bindings : help->screens[screen]->bindings;

    for (; !binding_last(binding); binding++) {
        if (binding->keys && fit(help, screen, binding) == wanted)
            add_keys(help, screen, binding);
    }
}

static void find(struct help *help)
{
    help->count = 0;
    help->chosen = help->part = help->top = 0;
    for (int wanted = 2; wanted > 0; wanted--) {
        for (int screen = 0; screen < help->screen_count; screen++)
            add_found(help, screen, wanted);
        add_found(help, HELP_EVERYWHERE, wanted);
    }
}

static void begin_search(void *state, struct face *face)
{
    struct help *help = state;

    (void)face;
    help->mode = HELP_SEARCH;
    editor_clear(&help->query);
    find(help);
}

void help_search(struct help *help, int screen)
{
    start(help, screen, HELP_SEARCH);
    help->direct = true;
    begin_search(help, NULL);
}

/* ---- lines as rows ---- */

static int indent_of(const struct help *help, const struct help_line *line)
{
    if (line->kind != HELP_KEY)
        return HELP_MARGIN;
    if (help->mode == HELP_SEARCH)
        return help->width < NARROW ? INDENT_UNDER : INDENT + HELP_PLACE;
    return help->width < NARROW ? INDENT_NARROW : INDENT;
}

/* The columns of the keys, and of the screen's name before them. */
static int head_of(const struct help *help, const struct help_line *line)
{
    return HELP_MARGIN + (help->mode == HELP_SEARCH ? HELP_PLACE : 0) + (int)strlen(line->keys);
}

bool help_row(const struct help *help, const struct help_line *line, size_t part,
              struct help_row *out)
{
    size_t length = strlen(line->text);
    struct wrapped wrapped = {0};
    int width;

    *out = (struct help_row){.column = indent_of(help, line)};
    width = help->width - out->column - 1 > 1 ? help->width - out->column - 1 : 1;
    if (line->kind == HELP_KEY) {
        out->head = part == 0;
        if (head_of(help, line) + 2 > out->column && part-- == 0)
            return true; /* the keys have a row of their own */
    }
    for (size_t number = 0; number <= part; number++) {
        if (number > 0 && wrapped.next >= length)
            return false;
        out->start = wrapped.next;
        glyph_wrap(line->text, length, out->start, width, &wrapped);
        out->end = wrapped.end;
    }
    return true;
}

static size_t rows_of(const struct help *help, const struct help_line *line)
{
    struct help_row row;
    size_t rows = 0;

    while (help_row(help, line, rows, &row))
        rows++;
    return rows;
}

size_t help_cursor(const struct help *help)
{
    size_t row = help->part;

    for (size_t i = 0; i < help->chosen; i++)
        row += rows_of(help, &help->lines[i]);
    return row;
}

/* Puts the cursor on a row of all, the last one where there are not so many. */
static void go_to(struct help *help, size_t row)
{
    help->chosen = help->part = 0;
    for (size_t i = 0; i < help->count; i++) {
        size_t rows = rows_of(help, &help->lines[i]);

        help->chosen = i;
        help->part = row < rows ? row : rows - 1;
        if (row < rows)
            return;
        row -= rows;
    }
}

/* ---- keys ---- */

static void move(struct help *help, long rows)
{
    long row = (long)help_cursor(help) + rows;

    go_to(help, row > 0 ? (size_t)row : 0);
}

static void up(void *state, struct face *face)
{
    (void)face;
    move(state, -1);
}

static void down(void *state, struct face *face)
{
    (void)face;
    move(state, 1);
}

static long page(const struct help *help)
{
    return help->rows > 1 ? (long)help->rows - 1 : 1;
}

static void page_up(void *state, struct face *face)
{
    (void)face;
    move(state, -page(state));
}

static void page_down(void *state, struct face *face)
{
    (void)face;
    move(state, page(state));
}

static void to_start(void *state, struct face *face)
{
    (void)face;
    go_to(state, 0);
}

static void to_end(void *state, struct face *face)
{
    (void)face;
    go_to(state, SIZE_MAX);
}

static void leave(void *state, struct face *face)
{
    struct help *help = state;

    (void)face;
    help->open = false;
    help->direct = false;
}

static void leave_search(void *state, struct face *face)
{
    struct help *help = state;

    if (help->direct)
        leave(help, face);
    else
        help_open(help, help->about);
}

/* Goes where the chosen key holds, and tells it there. */
static void go_there(void *state, struct face *face)
{
    struct help *help = state;
    const struct help_line *line = &help->lines[help->chosen];

    if (help->count == 0)
        return;
    if (line->screen != HELP_EVERYWHERE)
        face_go(face, help->screens[line->screen]->number);
    face_say(face, "%s: %s", line->keys, line->text);
    leave(help, face);
}

enum { KEYS = 1U << HELP_KEYS, SEARCH = 1U << HELP_SEARCH, BOTH = KEYS | SEARCH };

const struct binding help_bindings[] = {
    {.key = {KEY(PRESS_ENTER)},
     .modes = SEARCH,
     .act = go_there,
     .keys = "Enter",
     .what = "go to the screen of the key",
     .hint = "Enter go there"},
    {.key = {KEY(PRESS_ESCAPE)},
     .modes = SEARCH,
     .act = leave_search,
     .keys = "Esc",
     .what = "back",
     .hint = "Esc back"},
    {.key = {KEY(PRESS_ESCAPE), KEY(PRESS_ENTER), 'q', '?'},
     .modes = KEYS,
     .act = leave,
     .keys = "Esc  Enter  q  ?",
     .what = "back",
     .hint = "Esc back"},
    {.key = {KEY(PRESS_HELP)}, .modes = BOTH, .act = leave, .keys = "F1", .what = "back"},
    {.key = {'/'},
     .modes = KEYS,
     .act = begin_search,
     .keys = "/",
     .what = "search the keys of all screens",
     .hint = "/ search all keys"},
    {.key = {KEY(PRESS_UP)}, .modes = BOTH, .act = up, .keys = "Up", .what = "a row up"},
    {.key = {KEY(PRESS_DOWN)},
     .modes = BOTH,
     .act = down,
     .keys = "Up  Down",
     .what = "a row up, a row down",
     .hint = "Up/Down move"},
    {.key = {KEY(PRESS_PAGE_UP)},
     .modes = BOTH,
     .act = page_up,
     .keys = "Page Up",
     .what = "a page up"},
    {.key = {KEY(PRESS_PAGE_DOWN)},
     .modes = BOTH,
     .act = page_down,
     .keys = "Page Down",
     .what = "a page down"},
    {.key = {KEY(PRESS_HOME), 'g'},
     .modes = KEYS,
     .act = to_start,
     .keys = "Home  g",
     .what = "to the start"},
    {.key = {KEY(PRESS_END), 'G'},
     .modes = KEYS,
     .act = to_end,
     .keys = "End  G",
     .what = "to the end"},
    {.key = {'k'}, .modes = KEYS, .act = up, .keys = "k", .what = "a row up"},
    {.key = {'j'}, .modes = KEYS, .act = down, .keys = "j", .what = "a row down"},
    {.key = {' '}, .modes = KEYS, .act = page_down, .keys = "Space", .what = "a page down"},
    {.keys = NULL},
};

/* A click chooses a row; on the chosen one of the search it goes there. */
static void click(struct help *help, struct face *face, int row)
{
    size_t before = help->chosen;
    bool within = row >= TOP && (size_t)(row - TOP) < help->rows;

    if (!within)
        return;
    go_to(help, help->top + (size_t)(row - TOP));
    if (help->mode == HELP_SEARCH && help->chosen == before)
        go_there(help, face);
}

static void mouse(struct help *help, struct face *face, const struct press *press)
{
    if (press->mouse == MOUSE_CLICK)
        click(help, face, press->row);
    else
        move(help, press->mouse == MOUSE_WHEEL_UP ? -WHEEL : WHEEL);
}

void help_press(struct help *help, struct face *face, const struct press *press)
{
    bool taken;

    if (press->kind == PRESS_MOUSE) {
        mouse(help, face, press);
        return;
    }
    if (press->kind == PRESS_CONTROL && (press->letter == 'c' || press->letter == 'd')) {
        leave(help, face);
        return;
    }
    if (binding_press(help_bindings, help->mode, help, face, press) || help->mode == HELP_KEYS)
        return;
    help->query.changed = false;
    face_complain(face, editor_press(&help->query, press, &taken));
    if (help->query.changed)
        find(help);
}
