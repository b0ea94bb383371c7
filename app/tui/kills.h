#ifndef EMOTRACK_APP_TUI_KILLS_H
#define EMOTRACK_APP_TUI_KILLS_H

#include "base/buffer.h"

/* What was cut last, newest first, to be brought back. Nothing here outlives the program. */

enum { KILLS = 8, KILL_BYTES = 1024 * 1024 };

struct kills {
    struct buffer text[KILLS]; /* a ring */
    int newest, count;
};

void kills_free(struct kills *kills); /* safe on zeroed structs, usable again */

/* Where memory is short, or it is longer than KILL_BYTES, the text is not kept. */
void kills_add(struct kills *kills, const char *text, size_t length);

/* The text that was cut `back` cuts before the last, counted round; NULL: nothing was cut. */
const struct buffer *kills_get(const struct kills *kills, int back);

#endif
