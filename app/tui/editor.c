#include "app/tui/editor.h"

#include "app/glyph.h"
#include "base/utf8.h"

#include <string.h>
#include <utf8proc.h>

enum { TRANSPOSE_MAX = 256 /* bytes of two clusters; longer ones stay where they are */ };

void editor_init(struct editor *editor, size_t limit)
{
    *editor = (struct editor){.width = 1, .column = -1};
    buffer_init(&editor->text, limit);
}

void editor_free(struct editor *editor)
{
    buffer_free(&editor->text);
    kills_free(&editor->kills);
    undo_free(&editor->undo);
}

/* What may stand in the box: valid UTF-8, line feeds alone as line ends, no other controls. */
static enum error clean(const char *text, size_t length, struct buffer *out)
{
    enum error error = utf8_repair(text, length, out);
    size_t kept = 0;

    if (error)
        return error;
    for (size_t i = 0; i < out->length; i++) {
        unsigned char byte = (unsigned char)out->data[i];

        if (byte == '\r')
            byte = i + 1 < out->length && out->data[i + 1] == '\n' ? 0 : '\n';
        if (byte >= ' ' ? byte != 0x7F : byte == '\n' || byte == '\t')
            out->data[kept++] = (char)byte;
    }
    out->length = kept;
    return ERROR_NONE;
}

/* ---- places ---- */

static size_t left(const struct editor *editor, size_t at)
{
    return at > 0 ? glyph_before(editor->text.data, at) : 0;
}

static size_t right(const struct editor *editor, size_t at)
{
    struct glyph glyph;

    if (at >= editor->text.length)
        return editor->text.length;
    glyph_read(editor->text.data + at, editor->text.length - at, &glyph);
    return at + glyph.length;
}

/* What a word is made of: a run of one of these kinds. */
enum kind { BETWEEN, LETTERS, HAN, HIRAGANA, KATAKANA, SYMBOLS };

static enum kind kind_of_letter(int32_t codepoint)
{
    if (codepoint >= 0x3041 && codepoint <= 0x309F)
        return HIRAGANA;
    if ((codepoint >= 0x30A0 && codepoint <= 0x30FF) ||
        (codepoint >= 0xFF66 && codepoint <= 0xFF9F))
        return KATAKANA;
    if (codepoint == 0x3005 || (codepoint >= 0x3400 && codepoint <= 0x9FFF) ||
        (codepoint >= 0xF900 && codepoint <= 0xFAFF) ||
        (codepoint >= 0x20000 && codepoint <= 0x3FFFF))
        return HAN;
    return LETTERS;
}

static enum kind kind_at(const struct editor *editor, size_t at)
{
    int32_t codepoint;

    utf8_decode(editor->text.data + at, editor->text.length - at, &codepoint);
    switch (utf8proc_category(codepoint)) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ME:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO: return kind_of_letter(codepoint);
    case UTF8PROC_CATEGORY_SO: return SYMBOLS;
    default: return codepoint == '\'' || codepoint == 0x2019 ? LETTERS : BETWEEN;
    }
}

static size_t word_left(const struct editor *editor, size_t at)
{
    enum kind kind;

    while (at > 0 && kind_at(editor, left(editor, at)) == BETWEEN)
        at = left(editor, at);
    kind = at > 0 ? kind_at(editor, left(editor, at)) : BETWEEN;
    while (at > 0 && kind_at(editor, left(editor, at)) == kind)
        at = left(editor, at);
    return at;
}

static size_t word_right(const struct editor *editor, size_t at)
{
    enum kind kind;

    while (at < editor->text.length && kind_at(editor, at) == BETWEEN)
        at = right(editor, at);
    kind = at < editor->text.length ? kind_at(editor, at) : BETWEEN;
    while (at < editor->text.length && kind_at(editor, at) == kind)
        at = right(editor, at);
    return at;
}

static size_t line_start(const struct editor *editor, size_t at)
{
    while (at > 0 && editor->text.data[at - 1] != '\n')
        at--;
    return at;
}

static size_t line_end(const struct editor *editor, size_t at)
{
    while (at < editor->text.length && editor->text.data[at] != '\n')
        at++;
    return at;
}

/* ---- edits ---- */

/* What is typed or deleted may join what is beside it: the cursor goes behind the cluster. */
static size_t behind_cluster(const struct editor *editor, size_t at)
{
    const struct buffer *text = &editor->text;
    struct glyph glyph;
    size_t start;

    if (at == 0 || at >= text->length)
        return at;
    start = line_start(editor, at);
    while (start < at) {
        glyph_read(text->data + start, text->length - start, &glyph);
        start += glyph.length;
    }
    return start;
}

/* Puts `with` in the place of `length` bytes at `at`. ERROR_TOO_LARGE, ERROR_NO_MEMORY. */
static enum error put(struct editor *editor, size_t at, size_t length, const char *with,
                      size_t with_length)
{
    struct buffer *text = &editor->text;
    enum error error =
        buffer_reserve(text, with_length > length ? with_length - length : (size_t)0);

    if (error)
        return error;
    memmove(text->data + at + with_length, text->data + at + length,
            text->length - at - length + 1);
    if (with_length > 0)
        memcpy(text->data + at, with, with_length);
    text->length += with_length - length;
    editor->changed = true;
    editor->column = -1;
    editor->yanked = 0;
    return ERROR_NONE;
}

/* The same as a step that can be undone; the cursor goes behind it. */
static enum error replace(struct editor *editor, size_t at, size_t length, const char *with,
                          size_t with_length, enum undo_run run)
{
    struct undo_step step = {.at = at, .before = editor->cursor, .run = run};
    enum error error;

    if (length == 0 && with_length == 0)
        return ERROR_NONE;
    buffer_init(&step.removed, editor->text.limit);
    buffer_init(&step.inserted, editor->text.limit);
    error = length ? buffer_append(&step.removed, editor->text.data + at, length) : ERROR_NONE;
    if (!error)
        error = buffer_append(&step.inserted, with, with_length);
    if (!error)
        error = put(editor, at, length, with, with_length);
    if (!error) {
        editor->cursor = step.after = behind_cluster(editor, at + with_length);
        undo_note(&editor->undo, &step);
    }
    buffer_free(&step.removed);
    buffer_free(&step.inserted);
    return error;
}

static enum error insert(struct editor *editor, const char *text, size_t length, enum undo_run run)
{
    struct buffer clean_text;
    enum error error;

    buffer_init(&clean_text, editor->text.limit);
    error = clean(text, length, &clean_text);
    if (!error)
        error = replace(editor, editor->cursor, 0, clean_text.data, clean_text.length, run);
    buffer_free(&clean_text);
    return error;
}

enum error editor_insert(struct editor *editor, const char *text, size_t length)
{
    undo_close(&editor->undo);
    return insert(editor, text, length, RUN_NONE);
}

enum error editor_set(struct editor *editor, const char *text, size_t length)
{
    struct buffer clean_text;
    enum error error;

    buffer_init(&clean_text, editor->text.limit);
    error = clean(text, length, &clean_text);
    if (error) {
        buffer_free(&clean_text);
        return error;
    }
    buffer_free(&editor->text);
    undo_free(&editor->undo);
    editor->text = clean_text;
    editor->cursor = clean_text.length;
    editor->changed = true;
    editor->column = -1;
    editor->yanked = 0;
    return ERROR_NONE;
}

static enum error cut(struct editor *editor, size_t start, size_t end)
{
    if (start == end)
        return ERROR_NONE;
    kills_add(&editor->kills, editor->text.data + start, end - start);
    return replace(editor, start, end - start, NULL, 0, RUN_NONE);
}

void editor_clear(struct editor *editor)
{
    if (cut(editor, 0, editor->text.length) == ERROR_NONE)
        return;
    buffer_clear(&editor->text); /* no memory: then there is nothing to bring back */
    undo_free(&editor->undo);
    editor->cursor = 0;
    editor->changed = true;
}

void editor_finish(struct editor *editor)
{
    editor_clear(editor);
    undo_fence(&editor->undo);
}

static enum error take_back(struct editor *editor)
{
    const struct undo_step *step = undo_back(&editor->undo);
    enum error error;

    if (!step)
        return ERROR_NONE;
    error = put(editor, step->at, step->inserted.length, step->removed.data, step->removed.length);
    if (!error)
        editor->cursor = step->before;
    return error;
}

static enum error make_again(struct editor *editor)
{
    const struct undo_step *step = undo_forth(&editor->undo);
    enum error error;

    if (!step)
        return ERROR_NONE;
    error = put(editor, step->at, step->removed.length, step->inserted.data, step->inserted.length);
    if (!error)
        editor->cursor = step->after;
    return error;
}

/* Right after a yank: in its place what was cut before. */
static enum error yank(struct editor *editor, size_t yanked)
{
    const struct buffer *text = kills_get(&editor->kills, yanked ? editor->yanks : 0);
    size_t at = editor->cursor;
    enum error error;

    if (!text)
        return ERROR_NONE;
    editor->yanks = yanked ? editor->yanks + 1 : 1;
    undo_close(&editor->undo);
    error = replace(editor, at - yanked, yanked, text->data, text->length, RUN_NONE);
    if (!error)
        editor->yanked = editor->cursor - (at - yanked);
    return error;
}

static enum error transpose(struct editor *editor)
{
    size_t cursor = editor->cursor, end = right(editor, cursor), middle, start;
    char swapped[TRANSPOSE_MAX];

    if (end == cursor || editor->text.data[cursor] == '\n') {
        end = cursor;
        cursor = left(editor, cursor);
    }
    middle = cursor;
    start = left(editor, middle);
    if (start == middle || end - start > sizeof swapped ||
        memchr(editor->text.data + start, '\n', end - start))
        return ERROR_NONE;
    memcpy(swapped, editor->text.data + middle, end - middle);
    memcpy(swapped + (end - middle), editor->text.data + start, middle - start);
    undo_close(&editor->undo);
    return replace(editor, start, end - start, swapped, end - start, RUN_NONE);
}

/* One line of the text as it is broken on the screen. */
struct row {
    size_t start;
    struct wrapped wrapped;
};

/* The row on which byte `at` stands; returns its number and fills in the row before it. A cursor at
 * the place where a row is broken stands on the second. */
static int find_row(const struct editor *editor, size_t at, struct row *before, struct row *row)
{
    int number = 0;

    *before = *row = (struct row){0};
    glyph_wrap(editor->text.data, editor->text.length, 0, editor->width, &row->wrapped);
    while (row->wrapped.next <= at && row->wrapped.next < editor->text.length) {
        *before = *row;
        row->start = row->wrapped.next;
        glyph_wrap(editor->text.data, editor->text.length, row->start, editor->width,
                   &row->wrapped);
        number++;
    }
    /* Behind a newline that ends the text there is one more row, an empty one. */
    if (at == editor->text.length && at > 0 && editor->text.data[at - 1] == '\n' &&
        row->start < at) {
        *before = *row;
        *row = (struct row){at, {at, at}};
        number++;
    }
    return number;
}

/* The byte of the row that stands at `column`, or the row's last place. */
static size_t at_column(const struct editor *editor, const struct row *row, int column)
{
    size_t at = row->start;
    int columns = 0;

    while (at < row->wrapped.end) {
        struct glyph glyph;

        glyph_read(editor->text.data + at, row->wrapped.end - at, &glyph);
        if (columns + glyph.columns > column)
            break;
        if (at + glyph.length == row->wrapped.next && row->wrapped.next < editor->text.length)
            break; /* behind the last cluster of a broken row the next row begins */
        columns += glyph.columns;
        at += glyph.length;
    }
    return at;
}

static size_t vertical(struct editor *editor, enum editor_motion motion)
{
    struct row before, row, next, unused;
    int number;

    if (editor->text.length == 0)
        return 0;
    number = find_row(editor, editor->cursor, &before, &row);
    if (editor->column < 0)
        editor->column = glyph_columns(editor->text.data + row.start, editor->cursor - row.start);
    if (motion == EDITOR_UP)
        return number > 0 ? at_column(editor, &before, editor->column) : editor->cursor;
    if (row.wrapped.next >= editor->text.length &&
        (row.wrapped.end == row.wrapped.next || row.start == editor->text.length))
        return editor->cursor;
    find_row(editor, row.wrapped.next, &unused, &next);
    return at_column(editor, &next, editor->column);
}

static size_t target(struct editor *editor, enum editor_motion motion)
{
    switch (motion) {
    case EDITOR_LEFT: return left(editor, editor->cursor);
    case EDITOR_RIGHT: return right(editor, editor->cursor);
    case EDITOR_WORD_LEFT: return word_left(editor, editor->cursor);
    case EDITOR_WORD_RIGHT: return word_right(editor, editor->cursor);
    case EDITOR_LINE_START: return line_start(editor, editor->cursor);
    case EDITOR_LINE_END: return line_end(editor, editor->cursor);
    case EDITOR_TEXT_START: return 0;
    case EDITOR_TEXT_END: return editor->text.length;
    case EDITOR_UP:
    case EDITOR_DOWN: break;
    }
    return vertical(editor, motion);
}

/* ---- keys ---- */

enum act { ACT_MOVE, ACT_DELETE, ACT_CUT };

/* A key by its kind, or for PRESS_CONTROL by its letter. */
static const struct key {
    enum press_kind kind;
    char letter;
    enum act act;
    enum editor_motion motion;
} keys[] = {
    {PRESS_LEFT, 0, ACT_MOVE, EDITOR_LEFT},
    {PRESS_RIGHT, 0, ACT_MOVE, EDITOR_RIGHT},
    {PRESS_UP, 0, ACT_MOVE, EDITOR_UP},
    {PRESS_DOWN, 0, ACT_MOVE, EDITOR_DOWN},
    {PRESS_WORD_LEFT, 0, ACT_MOVE, EDITOR_WORD_LEFT},
    {PRESS_WORD_RIGHT, 0, ACT_MOVE, EDITOR_WORD_RIGHT},
    {PRESS_HOME, 0, ACT_MOVE, EDITOR_LINE_START},
    {PRESS_END, 0, ACT_MOVE, EDITOR_LINE_END},
    {PRESS_PAGE_UP, 0, ACT_MOVE, EDITOR_TEXT_START},
    {PRESS_PAGE_DOWN, 0, ACT_MOVE, EDITOR_TEXT_END},
    {PRESS_BACKSPACE, 0, ACT_DELETE, EDITOR_LEFT},
    {PRESS_DELETE, 0, ACT_DELETE, EDITOR_RIGHT},
    {PRESS_WORD_DELETE_LEFT, 0, ACT_CUT, EDITOR_WORD_LEFT},
    {PRESS_WORD_DELETE_RIGHT, 0, ACT_CUT, EDITOR_WORD_RIGHT},
    {PRESS_CONTROL, 'a', ACT_MOVE, EDITOR_LINE_START},
    {PRESS_CONTROL, 'e', ACT_MOVE, EDITOR_LINE_END},
    {PRESS_CONTROL, 'b', ACT_MOVE, EDITOR_LEFT},
    {PRESS_CONTROL, 'f', ACT_MOVE, EDITOR_RIGHT},
    {PRESS_CONTROL, 'p', ACT_MOVE, EDITOR_UP},
    {PRESS_CONTROL, 'n', ACT_MOVE, EDITOR_DOWN},
    {PRESS_CONTROL, 'w', ACT_CUT, EDITOR_WORD_LEFT},
    {PRESS_CONTROL, 'u', ACT_CUT, EDITOR_LINE_START},
    {PRESS_CONTROL, 'k', ACT_CUT, EDITOR_LINE_END},
};

static const struct key *find_key(const struct press *press)
{
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        if (keys[i].kind == press->kind &&
            (press->kind != PRESS_CONTROL || keys[i].letter == press->letter))
            return &keys[i];
    }
    return NULL;
}

static enum error press_key(struct editor *editor, const struct key *key)
{
    size_t cursor = editor->cursor, to = target(editor, key->motion);
    size_t start = to < cursor ? to : cursor, end = to < cursor ? cursor : to;

    if (key->motion != EDITOR_UP && key->motion != EDITOR_DOWN)
        editor->column = -1;
    if (key->act == ACT_DELETE)
        return replace(editor, start, end - start, NULL, 0, RUN_ERASED);
    undo_close(&editor->undo);
    if (key->act == ACT_CUT)
        return cut(editor, start, end);
    editor->cursor = to;
    return ERROR_NONE;
}

/* A press that edits, but for those in the table. */
static enum error press_edit(struct editor *editor, const struct press *press, size_t yanked,
                             bool *taken)
{
    if (press->kind == PRESS_TEXT)
        return insert(editor, press->text, press->length, RUN_TYPED);
    if (press->kind == PRESS_PASTE)
        return editor_insert(editor, press->text, press->length);
    switch (press->kind == PRESS_CONTROL ? press->letter : 0) {
    case 'y': return yank(editor, yanked);
    case 't': return transpose(editor);
    case '_': return take_back(editor);
    case 'r': return make_again(editor);
    default: *taken = false; return ERROR_NONE;
    }
}

enum error editor_press(struct editor *editor, const struct press *press, bool *taken)
{
    const struct key *key = find_key(press);
    size_t yanked = editor->yanked;

    *taken = true;
    editor->yanked = 0;
    if (key)
        return press_key(editor, key);
    editor->column = -1;
    return press_edit(editor, press, yanked, taken);
}

void editor_place(const struct editor *editor, int *line, int *column)
{
    struct row before, row;

    *line = 0;
    *column = 0;
    if (editor->text.length == 0)
        return;
    *line = find_row(editor, editor->cursor, &before, &row);
    *column = glyph_columns(editor->text.data + row.start, editor->cursor - row.start);
}
