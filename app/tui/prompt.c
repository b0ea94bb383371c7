#include "app/tui/prompt.h"

#include "app/glyph.h"
#include "app/home.h"
#include "app/tui/paint.h"

#include <limits.h>

int prompt_draw(int row, const char *question, struct editor *input, int margin)
{
    int column = 1 + paint_format(row, 1, COLS, A_BOLD, "%s", question);
    struct wrapped part = {0};
    size_t start = 0;
    int line, at;

    input->width = COLS - column - margin - 1 > 1 ? COLS - column - margin - 1 : 1;
    editor_place(input, &line, &at);
    if (input->text.length == 0)
        return column;
    glyph_wrap(input->text.data, input->text.length, 0, input->width, &part);
    for (; line > 0 && part.next < input->text.length; line--) {
        start = part.next;
        glyph_wrap(input->text.data, input->text.length, start, input->width, &part);
    }
    paint_line(row, column, input->text.data, start, part.end, NULL);
    return column + at < COLS ? column + at : COLS - 1;
}

enum error prompt_path(struct editor *input)
{
    struct buffer path;
    enum error error;

    if (editor_text(input)[0] != '~')
        return ERROR_NONE;
    buffer_init(&path, PATH_MAX);
    error = home_path(editor_text(input), &path);
    if (!error)
        error = editor_set(input, path.data, path.length);
    buffer_free(&path);
    return error;
}
