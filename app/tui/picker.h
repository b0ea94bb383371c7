#ifndef EMOTRACK_APP_TUI_PICKER_H
#define EMOTRACK_APP_TUI_PICKER_H

#include "app/tui/press.h"
#include "classifier/model.h"

/* Picking the right emotion after "no": a digit (where there are at most nine labels), or the first
 * letters of its name, as many as one likes: the first that settle it pick, and those typed after
 * them in one go are taken for the rest of the name. */
struct picker {
    char typed[LABEL_NAME_MAX + 1]; /* letters so far */
    const char *rest;               /* of a name that was picked: what may still be typed of it */
};

enum { PICKER_DIGITS = 9 /* labels that digits can tell apart */ };

enum pick {
    PICK_MORE,    /* not decided yet */
    PICK_NO_SUCH, /* no label goes on like this; the press was not taken */
    PICK_SEVERAL, /* Enter, but more than one label fits */
    PICK_LABEL,   /* `*label` is the one */
    PICK_NONE,    /* just "wrong" */
    PICK_BACK,    /* no rating at all */
};

void picker_start(struct picker *picker);
enum pick picker_press(struct picker *picker, const struct model *model, const struct press *press,
                       int *label);

/* Whether the press belongs to the label that was picked last: the next letter of its name, or
 * Enter. Any other press, a rest among them, ends that. */
bool picker_takes(struct picker *picker, const struct press *press);

/* Whether the label's name goes on from what was typed. */
bool picker_fits(const struct picker *picker, const struct label *label);

#endif
