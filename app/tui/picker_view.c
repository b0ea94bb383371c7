#include "app/tui/picker_view.h"

#include "app/glyph.h"
#include "app/tui/paint.h"

#include <stdio.h>
#include <string.h>

enum { PROMPT_MAX = 48 };

/* Where the next label stands. */
struct place {
    int row, column; /* from 0; column 0 is left empty */
};

static int write_prompt(int64_t message, char prompt[PROMPT_MAX])
{
    return message ? snprintf(prompt, PROMPT_MAX, "Message %lld is: ", (long long)message)
                   : snprintf(prompt, PROMPT_MAX, "The marked are: ");
}

static int label_columns(const struct model *model, int label)
{
    const char *name = model_label(model, label)->name;
    int digit = model_label_count(model) <= PICKER_DIGITS ? 2 : 0;

    return digit + glyph_columns(name, strlen(name)) + 1;
}

/* Moves the place so that the label fits there. */
static void make_room(const struct model *model, int label, struct place *place)
{
    if (place->column > 1 && place->column + label_columns(model, label) > COLS) {
        place->row++;
        place->column = 1;
    }
}

int picker_rows(const struct picker *picker, const struct model *model, int64_t message)
{
    char prompt[PROMPT_MAX];
    struct place place = {.column = 1 + write_prompt(message, prompt)};

    for (int i = 0; i < model_label_count(model); i++) {
        if (!picker_fits(picker, model_label(model, i)))
            continue;
        make_room(model, i, &place);
        place.column += label_columns(model, i);
    }
    return place.row + 1;
}

static void draw_label(const struct model *model, int label, int row, int column)
{
    const struct label *drawn = model_label(model, label);

    if (model_label_count(model) <= PICKER_DIGITS)
        column += paint_format(row, column, COLS, A_BOLD, "%d ", label + 1);
    paint_text(row, column, COLS, paint_label(drawn), drawn->name, strlen(drawn->name));
}

void picker_draw(const struct picker *picker, const struct model *model, int64_t message, int row,
                 int rows)
{
    char prompt[PROMPT_MAX];
    struct place place = {.column = 1 + write_prompt(message, prompt)};

    for (int i = 0; i < rows; i++) {
        move(row + i, 0);
        clrtoeol();
    }
    paint_format(row, 1, COLS, A_BOLD, "%s", prompt);
    for (int i = 0; i < model_label_count(model); i++) {
        if (!picker_fits(picker, model_label(model, i)))
            continue;
        make_room(model, i, &place);
        if (place.row >= rows) {
            paint_format(row + rows - 1, COLS - 1, 1, A_BOLD, "~");
            return;
        }
        draw_label(model, i, row + place.row, place.column);
        place.column += label_columns(model, i);
    }
}

const char *picker_hints(const struct model *model, bool narrow)
{
    if (model_label_count(model) > PICKER_DIGITS)
        return narrow ? "first letters  Enter wrong  Esc"
                      : "First letters pick the emotion  Enter just wrong  Esc back";
    return narrow ? "digit or letters  Enter wrong  Esc"
                  : "A digit or first letters pick the emotion  Enter just wrong  Esc back";
}
