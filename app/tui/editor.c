#include "app/tui/editor.h"

#include "app/glyph.h"
#include "base/utf8.h"

#include <string.h>
#include <utf8proc.h>

void editor_init(struct editor *editor, size_t limit)
{
    *editor = (struct editor){.width = 1};
    buffer_init(&editor->text, limit);
    buffer_init(&editor->cut, limit);
}

void editor_free(struct editor *editor)
{
    buffer_free(&editor->text);
    buffer_free(&editor->cut);
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

enum error editor_insert(struct editor *editor, const char *text, size_t length)
{
    struct buffer clean_text;
    enum error error;

    if (length == 0)
        return ERROR_NONE;
    buffer_init(&clean_text, editor->text.limit);
    error = clean(text, length, &clean_text);
    if (!error)
        error = buffer_reserve(&editor->text, clean_text.length);
    if (!error) {
        char *at = editor->text.data + editor->cursor;

        memmove(at + clean_text.length, at, editor->text.length - editor->cursor + 1);
        if (clean_text.length > 0)
            memcpy(at, clean_text.data, clean_text.length);
        editor->text.length += clean_text.length;
        editor->cursor += clean_text.length;
        editor->changed = true;
    }
    buffer_free(&clean_text);
    return error;
}

enum error editor_set(struct editor *editor, const char *text, size_t length)
{
    struct buffer old = editor->text;
    size_t cursor = editor->cursor;
    enum error error;

    buffer_init(&editor->text, old.limit);
    editor->cursor = 0;
    error = editor_insert(editor, text, length);
    if (error) {
        buffer_free(&editor->text);
        editor->text = old;
        editor->cursor = cursor;
        return error;
    }
    buffer_free(&old);
    editor->changed = true;
    return ERROR_NONE;
}

/* Takes away the bytes from `start` to `end`. */
static void remove_range(struct editor *editor, size_t start, size_t end, bool keep)
{
    char *text = editor->text.data;

    if (start == end)
        return;
    if (keep) {
        buffer_clear(&editor->cut);
        if (buffer_append(&editor->cut, text + start, end - start))
            buffer_clear(&editor->cut); /* no memory: then there is nothing to bring back */
    }
    memmove(text + start, text + end, editor->text.length - end + 1);
    editor->text.length -= end - start;
    editor->cursor = start;
    editor->changed = true;
}

void editor_clear(struct editor *editor)
{
    remove_range(editor, 0, editor->text.length, true);
}

static bool in_word(const struct editor *editor, size_t at)
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
    case UTF8PROC_CATEGORY_NO: return true;
    default: return codepoint == '\'' || codepoint == 0x2019;
    }
}

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

static size_t word_left(const struct editor *editor, size_t at)
{
    while (at > 0 && !in_word(editor, left(editor, at)))
        at = left(editor, at);
    while (at > 0 && in_word(editor, left(editor, at)))
        at = left(editor, at);
    return at;
}

static size_t word_right(const struct editor *editor, size_t at)
{
    while (at < editor->text.length && !in_word(editor, at))
        at = right(editor, at);
    while (at < editor->text.length && in_word(editor, at))
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

static size_t vertical(const struct editor *editor, enum editor_motion motion)
{
    struct row before, row, next, unused;
    int column, number;

    if (editor->text.length == 0)
        return 0;
    number = find_row(editor, editor->cursor, &before, &row);
    column = glyph_columns(editor->text.data + row.start, editor->cursor - row.start);
    if (motion == EDITOR_UP)
        return number > 0 ? at_column(editor, &before, column) : editor->cursor;
    if (row.wrapped.next >= editor->text.length &&
        (row.wrapped.end == row.wrapped.next || row.start == editor->text.length))
        return editor->cursor;
    find_row(editor, row.wrapped.next, &unused, &next);
    return at_column(editor, &next, column);
}

size_t editor_target(const struct editor *editor, enum editor_motion motion)
{
    switch (motion) {
    case EDITOR_LEFT: return left(editor, editor->cursor);
    case EDITOR_RIGHT: return right(editor, editor->cursor);
    case EDITOR_WORD_LEFT: return word_left(editor, editor->cursor);
    case EDITOR_WORD_RIGHT: return word_right(editor, editor->cursor);
    case EDITOR_LINE_START: return line_start(editor, editor->cursor);
    case EDITOR_LINE_END: return line_end(editor, editor->cursor);
    case EDITOR_UP:
    case EDITOR_DOWN: break;
    }
    return vertical(editor, motion);
}

void editor_move(struct editor *editor, enum editor_motion motion)
{
    editor->cursor = editor_target(editor, motion);
}

void editor_delete(struct editor *editor, enum editor_motion motion, bool keep)
{
    size_t target = editor_target(editor, motion);
    size_t cursor = editor->cursor;

    if (target < cursor)
        remove_range(editor, target, cursor, keep);
    else
        remove_range(editor, cursor, target, keep);
}

enum error editor_yank(struct editor *editor)
{
    return editor_insert(editor, editor->cut.data, editor->cut.length);
}

/* ---- keys ---- */

enum act { ACT_MOVE, ACT_DELETE, ACT_CUT };

/* A key by its kind, or for PRESS_CONTROL by its letter. */
static const struct binding {
    enum press_kind kind;
    char letter;
    enum act act;
    enum editor_motion motion;
} bindings[] = {
    {PRESS_LEFT, 0, ACT_MOVE, EDITOR_LEFT},
    {PRESS_RIGHT, 0, ACT_MOVE, EDITOR_RIGHT},
    {PRESS_UP, 0, ACT_MOVE, EDITOR_UP},
    {PRESS_DOWN, 0, ACT_MOVE, EDITOR_DOWN},
    {PRESS_WORD_LEFT, 0, ACT_MOVE, EDITOR_WORD_LEFT},
    {PRESS_WORD_RIGHT, 0, ACT_MOVE, EDITOR_WORD_RIGHT},
    {PRESS_HOME, 0, ACT_MOVE, EDITOR_LINE_START},
    {PRESS_END, 0, ACT_MOVE, EDITOR_LINE_END},
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

static const struct binding *find_binding(const struct press *press)
{
    for (size_t i = 0; i < sizeof bindings / sizeof *bindings; i++) {
        if (bindings[i].kind == press->kind &&
            (press->kind != PRESS_CONTROL || bindings[i].letter == press->letter))
            return &bindings[i];
    }
    return NULL;
}

enum error editor_press(struct editor *editor, const struct press *press, bool *taken)
{
    const struct binding *binding = find_binding(press);

    *taken = true;
    if (press->kind == PRESS_TEXT || press->kind == PRESS_PASTE)
        return editor_insert(editor, press->text, press->length);
    if (press->kind == PRESS_CONTROL && press->letter == 'y')
        return editor_yank(editor);
    *taken = binding != NULL;
    if (binding && binding->act == ACT_MOVE)
        editor_move(editor, binding->motion);
    else if (binding)
        editor_delete(editor, binding->motion, binding->act == ACT_CUT);
    return ERROR_NONE;
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
