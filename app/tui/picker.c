#include "app/tui/picker.h"

#include <string.h>
#include <strings.h>

void picker_start(struct picker *picker)
{
    *picker = (struct picker){0};
}

bool picker_fits(const struct picker *picker, const struct label *label)
{
    return strncasecmp(picker->typed, label->name, strlen(picker->typed)) == 0;
}

/* How many labels fit; `*label`: the first of them. */
static int fitting(const struct picker *picker, const struct model *model, int *label)
{
    int count = 0;

    for (int i = model_label_count(model) - 1; i >= 0; i--) {
        if (picker_fits(picker, model_label(model, i))) {
            *label = i;
            count++;
        }
    }
    return count;
}

static enum pick type(struct picker *picker, const struct model *model, const struct press *press,
                      int *label)
{
    size_t length = strlen(picker->typed);
    int count;

    if (length + press->length > LABEL_NAME_MAX)
        return PICK_NO_SUCH;
    memcpy(picker->typed + length, press->text, press->length);
    picker->typed[length + press->length] = '\0';
    count = fitting(picker, model, label);
    if (count == 0)
        picker->typed[length] = '\0';
    if (count == 1)
        picker->rest = model_label(model, *label)->name + length + press->length;
    return count == 0 ? PICK_NO_SUCH : count == 1 ? PICK_LABEL : PICK_MORE;
}

/* Whether what was typed is one label's whole name, or fits one alone. */
static bool settled(const struct picker *picker, const struct model *model, int *label)
{
    for (int i = 0; i < model_label_count(model); i++) {
        if (strcasecmp(picker->typed, model_label(model, i)->name) == 0) {
            *label = i;
            return true;
        }
    }
    return fitting(picker, model, label) == 1;
}

enum pick picker_press(struct picker *picker, const struct model *model, const struct press *press,
                       int *label)
{
    char letter = press_command(press);

    switch (press->kind) {
    case PRESS_TEXT:
        if (letter < '1' || letter > '9' || model_label_count(model) > PICKER_DIGITS)
            return type(picker, model, press, label);
        *label = letter - '1';
        return *label < model_label_count(model) ? PICK_LABEL : PICK_NO_SUCH;
    case PRESS_ENTER:
        if (!picker->typed[0])
            return PICK_NONE;
        return settled(picker, model, label) ? PICK_LABEL : PICK_SEVERAL;
    case PRESS_BACKSPACE: picker_start(picker); return PICK_MORE;
    case PRESS_ESCAPE: return PICK_BACK;
    default: return PICK_MORE;
    }
}

bool picker_takes(struct picker *picker, const struct press *press)
{
    const char *rest = picker->rest;

    picker->rest = NULL;
    if (!rest)
        return false;
    if (press->kind == PRESS_TEXT && strncasecmp(rest, press->text, press->length) == 0) {
        picker->rest = rest + press->length;
        return true;
    }
    return press->kind == PRESS_ENTER;
}
