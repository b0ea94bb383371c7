#ifndef EMOTRACK_APP_TUI_PRESS_H
#define EMOTRACK_APP_TUI_PRESS_H

#include <stdbool.h>
#include <stddef.h>

/* One press of a key, as the screens understand it, whatever the terminal sent. */

enum press_kind {
    PRESS_NONE,  /* nothing within the time: a moment of rest */
    PRESS_TEXT,  /* one code point in `text` */
    PRESS_PASTE, /* a pasted text, of any length: `text` and `length` */
    PRESS_ENTER,
    PRESS_NEWLINE, /* Alt-Enter, ^J */
    PRESS_TAB,
    PRESS_ESCAPE,
    PRESS_BACKSPACE,
    PRESS_DELETE,
    PRESS_LEFT,
    PRESS_RIGHT,
    PRESS_UP,
    PRESS_DOWN,
    PRESS_WORD_LEFT,
    PRESS_WORD_RIGHT,
    PRESS_WORD_DELETE_LEFT,  /* Alt-Backspace */
    PRESS_WORD_DELETE_RIGHT, /* Alt-d */
    PRESS_HOME,
    PRESS_END,
    PRESS_PAGE_UP,
    PRESS_PAGE_DOWN,
    PRESS_OLDER,   /* Alt-Up */
    PRESS_NEWER,   /* Alt-Down */
    PRESS_CONTROL, /* ^A to ^Z but for those above, and ^_: `letter` */
    PRESS_SCREEN,  /* Alt-1 to Alt-9: `number` */
    PRESS_HELP,    /* F1 */
    PRESS_MOUSE,   /* a click of the left button or a turn of the wheel: `mouse`, `row`, `column` */
    PRESS_RESIZE,
    PRESS_OTHER, /* a key without a meaning here */
};

enum press_mouse { MOUSE_CLICK, MOUSE_WHEEL_UP, MOUSE_WHEEL_DOWN };

struct press {
    enum press_kind kind;
    char letter; /* 'a' to 'z', '_' */
    int number;
    enum press_mouse mouse;
    int row, column;  /* of the mouse, from 0; the window may have shrunk since */
    const char *text; /* UTF-8 (pasted: any bytes); borrowed until the next press is read */
    size_t length;    /* bytes */
};

/* The letter of an ASCII character that was typed, else 0: how commands outside the box are told.
 */
static inline char press_command(const struct press *press)
{
    return press->kind == PRESS_TEXT && press->length == 1 ? press->text[0] : '\0';
}

#endif
