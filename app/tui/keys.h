#ifndef EMOTRACK_APP_TUI_KEYS_H
#define EMOTRACK_APP_TUI_KEYS_H

#include "app/tui/press.h"
#include "base/buffer.h"

#include <stdbool.h>
#include <stddef.h>

/* What a terminal sends, byte by byte, as presses: UTF-8, control characters, escape sequences
 * (ECMA-48; the keys of xterm, the Linux console and rxvt, and as modifyOtherKeys and kitty's
 * protocol tell them), the mouse (SGR's form and X10's), bracketed paste. Pure: no terminal, no
 * clock. A key that means nothing here is one PRESS_OTHER and never letters. What is no key at all
 * is no press either: a button let go, the focus, a terminal's reply, NUL. A byte that is not UTF-8
 * is one U+FFFD; pasted text is one PRESS_PASTE, whatever is in it. */

enum keys_state {
    KEYS_PLAIN,
    KEYS_UTF8,   /* inside a character */
    KEYS_ESCAPE, /* behind an ESC: the key Esc, Alt with a key, or a sequence */
    KEYS_CSI,    /* ESC [ */
    KEYS_SS3,    /* ESC O */
    KEYS_LINUX,  /* ESC [ [ and a letter: the Linux console's F1 to F5 */
    KEYS_X10,    /* ESC [ M and three bytes: the mouse as X10 told it */
    KEYS_STRING, /* ESC ] and its like, to BEL or ESC \ */
    KEYS_PASTE,
};

enum { KEYS_SEQUENCE_MAX = 32, KEYS_WAITING_MAX = 4, KEYS_PASTE_MAX = 256 * 1024 };

struct keys {
    enum keys_state state;
    char sequence[KEYS_SEQUENCE_MAX]; /* bytes of the character or sequence so far */
    size_t length;                    /* of them; those that do not fit are counted alone */
    bool escaped;                     /* two ESC stand first: Alt, with the key of a sequence */
    struct buffer pasted; /* what does not fit is dropped; then it is over every message's limit */
    bool paste_ready;     /* `pasted` waits to be taken */
    struct press waiting[KEYS_WAITING_MAX];
    char text[KEYS_WAITING_MAX][4]; /* of the waiting presses */
    int first, count;
};

void keys_init(struct keys *keys);
void keys_free(struct keys *keys);

/* Takes one byte. Call keys_next until it is false before the next byte. */
void keys_feed(struct keys *keys, unsigned char byte);

/* The next press, if there is one; its text lives until the next byte is fed. */
bool keys_next(struct keys *keys, struct press *out);

/* Nothing has come for a while: an ESC alone is the key Esc, half a character is U+FFFD, half a
 * sequence is PRESS_OTHER. A paste goes on. */
void keys_rest(struct keys *keys);

/* The end of a paste never came: what has come is all of it. */
void keys_end_paste(struct keys *keys);

#endif
