#include "app/tui/picker_view.h"

#include "app/tui/paint.h"

#include <string.h>

void picker_draw(const struct picker *picker, const struct model *model, int row)
{
    int count = model_label_count(model);
    int column = 1 + paint_format(row, 1, COLS, A_BOLD, "It is: ");

    for (int i = 0; i < count; i++) {
        const struct label *label = model_label(model, i);

        if (!picker_fits(picker, label))
            continue;
        if (count <= PICKER_DIGITS)
            column += paint_format(row, column, COLS, A_BOLD, "%d ", i + 1);
        column +=
            paint_text(row, column, COLS, paint_label(label), label->name, strlen(label->name)) + 1;
    }
}
