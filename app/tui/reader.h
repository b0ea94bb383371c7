#ifndef EMOTRACK_APP_TUI_READER_H
#define EMOTRACK_APP_TUI_READER_H

#include "app/tui/face.h"
#include "app/tui/screen.h"

/* One message in full, on the History screen in place of its list: the text with the words that
 * speak for the guess and against it, the guess then and now, and the whole why. State; what it
 * looks like is in reader_view. */
struct reader {
    struct entry entry; /* the message that is open; id 0: none */
    size_t top;         /* the line that stands first */
    size_t last;        /* the largest useful top; kept by the view */
    size_t rows;        /* lines that fit; kept by the view */
};

/* Shows a message from its first line on; the one that is open already stays where it is, as it is
 * now. ERROR_NOT_FOUND: it is gone, and none is open. */
enum error reader_open(struct reader *reader, struct journal *journal, int64_t id) MUST_CHECK;
void reader_close(struct reader *reader); /* safe where none is open */

/* Scrolls by so many lines, as far as there is something to see. */
void reader_scroll(struct reader *reader, long lines);

/* ---- reader_view ---- */

/* `place`: where it stands in the list, "3 of 431"; "" for none. */
void reader_draw(struct reader *reader, struct face *face, const struct area *area,
                 const char *place);

#endif
