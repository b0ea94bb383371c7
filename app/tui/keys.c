#include "app/tui/keys.h"

#include "base/utf8.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ESC = 033, BEL = 007, PARAMETERS_MAX = 4 };

/* Modifiers as xterm and kitty count them, less the 1 that is added; the locks above say nothing
 * about a key. */
enum { SHIFT = 1, ALT = 2, CONTROL = 4, MODIFIERS = 63 };

static const char paste_end[] = "\033[201~";

void keys_init(struct keys *keys)
{
    *keys = (struct keys){.state = KEYS_PLAIN};
    buffer_init(&keys->pasted, KEYS_PASTE_MAX);
}

void keys_free(struct keys *keys)
{
    buffer_free(&keys->pasted);
}

/* ---- the presses that wait ---- */

static struct press *add(struct keys *keys, enum press_kind kind)
{
    struct press *press = &keys->waiting[(keys->first + keys->count) % KEYS_WAITING_MAX];

    if (keys->count == KEYS_WAITING_MAX)
        return press; /* nobody asked for a while: the newest is lost */
    *press = (struct press){.kind = kind};
    keys->count++;
    return press;
}

static void add_text(struct keys *keys, int32_t codepoint)
{
    char *text = keys->text[(keys->first + keys->count) % KEYS_WAITING_MAX];
    struct press *press = add(keys, PRESS_TEXT);

    press->length = utf8_encode(codepoint, text);
    press->text = text;
}

bool keys_next(struct keys *keys, struct press *out)
{
    if (keys->count > 0) {
        *out = keys->waiting[keys->first];
        keys->first = (keys->first + 1) % KEYS_WAITING_MAX;
        keys->count--;
        return true;
    }
    if (!keys->paste_ready)
        return false;
    keys->paste_ready = false;
    *out = (struct press){.kind = PRESS_PASTE,
                          .text = keys->pasted.data ? keys->pasted.data : "",
                          .length = keys->pasted.length};
    return true;
}

/* ---- plain keys ---- */

static void feed_control(struct keys *keys, unsigned char byte)
{
    switch (byte) {
    case '\r': add(keys, PRESS_ENTER); break;
    case '\n': add(keys, PRESS_NEWLINE); break;
    case '\t': add(keys, PRESS_TAB); break;
    case '\b':
    case 0177: add(keys, PRESS_BACKSPACE); break;
    case ESC:
        keys->state = KEYS_ESCAPE;
        keys->escaped = false;
        break;
    case '\0': break;
    case 037: add(keys, PRESS_CONTROL)->letter = '_'; break;
    default:
        if (byte <= 26)
            add(keys, PRESS_CONTROL)->letter = (char)('a' + byte - 1);
        else
            add(keys, PRESS_OTHER);
        break;
    }
}

static void feed_plain(struct keys *keys, unsigned char byte)
{
    if (byte < ' ' || byte == 0177) {
        feed_control(keys, byte);
    } else if (byte < 0x80) {
        add_text(keys, byte);
    } else if (byte >= 0xC2 && byte <= 0xF4) {
        keys->state = KEYS_UTF8;
        keys->sequence[0] = (char)byte;
        keys->length = 1;
    } else {
        add_text(keys, UTF8_REPLACEMENT);
    }
}

static size_t character_length(unsigned char lead)
{
    return lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
}

static void feed_utf8(struct keys *keys, unsigned char byte)
{
    int32_t codepoint;

    if ((byte & 0xC0) != 0x80) { /* the character was cut off */
        keys->state = KEYS_PLAIN;
        add_text(keys, UTF8_REPLACEMENT);
        feed_plain(keys, byte);
        return;
    }
    keys->sequence[keys->length++] = (char)byte;
    if (keys->length < character_length((unsigned char)keys->sequence[0]))
        return;
    keys->state = KEYS_PLAIN;
    utf8_decode(keys->sequence, keys->length, &codepoint);
    add_text(keys, codepoint);
}

/* ---- escape sequences ---- */

/* Alt with a key. False: that means nothing here. */
static bool add_alt(struct keys *keys, int32_t codepoint)
{
    switch (codepoint) {
    case '\r':
    case '\n': add(keys, PRESS_NEWLINE); return true;
    case 'b': add(keys, PRESS_WORD_LEFT); return true;
    case 'f': add(keys, PRESS_WORD_RIGHT); return true;
    case 'd': add(keys, PRESS_WORD_DELETE_RIGHT); return true;
    case '\b':
    case 0177: add(keys, PRESS_WORD_DELETE_LEFT); return true;
    default: break;
    }
    if (codepoint < '1' || codepoint > '9')
        return false;
    add(keys, PRESS_SCREEN)->number = codepoint - '0';
    return true;
}

/* ESC ESC is Esc twice, unless a key's sequence follows at once: rxvt and others send Alt so. */
static void feed_escape(struct keys *keys, unsigned char byte)
{
    bool escaped = keys->escaped;

    if (escaped && byte != '[' && byte != 'O') {
        add(keys, PRESS_ESCAPE);
        keys->escaped = false;
    }
    keys->state = KEYS_PLAIN;
    keys->length = 0;
    switch (byte) {
    case ESC:
        keys->state = KEYS_ESCAPE;
        keys->escaped = true;
        break;
    case '[': keys->state = KEYS_CSI; break;
    case 'O': keys->state = KEYS_SS3; break;
    case ']':
    case 'P':
    case 'X':
    case '^':
    case '_': keys->state = KEYS_STRING; break;
    default:
        if (!add_alt(keys, byte)) { /* the key Esc, and another after it */
            add(keys, PRESS_ESCAPE);
            feed_plain(keys, byte);
        }
        break;
    }
}

/* The numbers between semicolons, and what stands behind a colon in each; 0 where nothing does. */
struct parameters {
    int value[PARAMETERS_MAX], sub[PARAMETERS_MAX];
};

static void read_parameters(const struct keys *keys, struct parameters *out)
{
    int number = 0, colons = 0;

    *out = (struct parameters){0};
    for (size_t i = 0; i < keys->length && i < KEYS_SEQUENCE_MAX; i++) {
        char byte = keys->sequence[i];
        int *at = colons == 0 ? &out->value[number] : &out->sub[number];

        if (byte == ':')
            colons++;
        if (byte == ';') {
            colons = 0;
            if (++number == PARAMETERS_MAX)
                return;
        }
        if (byte >= '0' && byte <= '9' && colons < 2 && *at < 1000000)
            *at = *at * 10 + byte - '0';
    }
}

/* Of a key's sequence, where they are the number at `index`. */
static int read_modifiers(const struct keys *keys, const struct parameters *parameters, int index)
{
    int value = parameters->value[index];

    return ((value > 0 ? value - 1 : 0) & MODIFIERS) | (keys->escaped ? ALT : 0);
}

static bool moves_by_word(int modifiers)
{
    return (modifiers & (ALT | CONTROL)) != 0;
}

/* A key that is named by a letter. */
static enum press_kind cursor_key(char letter, int modifiers)
{
    bool word = moves_by_word(modifiers);

    switch (letter) {
    case 'A': return modifiers & ALT ? PRESS_OLDER : PRESS_UP;
    case 'B': return modifiers & ALT ? PRESS_NEWER : PRESS_DOWN;
    case 'C': return word ? PRESS_WORD_RIGHT : PRESS_RIGHT;
    case 'D': return word ? PRESS_WORD_LEFT : PRESS_LEFT;
    case 'H': return PRESS_HOME;
    case 'F': return PRESS_END;
    case 'M': return PRESS_ENTER; /* the keypad's */
    case 'P': return PRESS_HELP;  /* F1 */
    default: return PRESS_OTHER;
    }
}

/* A key that is named by a number before "~". */
static enum press_kind numbered_key(int number, int modifiers)
{
    switch (number) {
    case 1:
    case 7: return PRESS_HOME;
    case 4:
    case 8: return PRESS_END;
    case 3: return moves_by_word(modifiers) ? PRESS_WORD_DELETE_RIGHT : PRESS_DELETE;
    case 5: return PRESS_PAGE_UP;
    case 6: return PRESS_PAGE_DOWN;
    case 11: return PRESS_HELP;
    default: return PRESS_OTHER;
    }
}

/* kitty's numbers of the keypad's keys. */
static enum press_kind keypad_key(int32_t codepoint, int modifiers)
{
    static const char letters[] = "DCAB";

    switch (codepoint) {
    case 57414: return modifiers ? PRESS_NEWLINE : PRESS_ENTER;
    case 57417:
    case 57418:
    case 57419:
    case 57420: return cursor_key(letters[codepoint - 57417], modifiers);
    case 57421: return PRESS_PAGE_UP;
    case 57422: return PRESS_PAGE_DOWN;
    case 57423: return PRESS_HOME;
    case 57424: return PRESS_END;
    case 57426: return numbered_key(3, modifiers);
    default: return PRESS_OTHER;
    }
}

/* Control with a character, as a terminal without such sequences would send it. */
static void add_control(struct keys *keys, int32_t codepoint)
{
    if (codepoint == '[')
        add(keys, PRESS_ESCAPE);
    else if (codepoint == '_' || codepoint == '/')
        feed_control(keys, 037);
    else if (codepoint >= 'a' && codepoint <= 'z')
        feed_control(keys, (unsigned char)(codepoint - 'a' + 1));
    else
        add(keys, PRESS_OTHER);
}

/* A key that is named by its code point (xterm's modifyOtherKeys, kitty's CSI u); `shifted`: what
 * it is with Shift, or 0. */
static void add_coded(struct keys *keys, int32_t codepoint, int32_t shifted, int modifiers)
{
    bool letter = codepoint >= 'a' && codepoint <= 'z';
    bool text = codepoint >= ' ' && codepoint < 0x110000 && codepoint != 0177 &&
                !(codepoint >= 0x80 && codepoint < 0xA0) &&
                !(codepoint >= 0xD800 && codepoint < 0xF900); /* surrogates, keys of their own */

    if (codepoint == '\r')
        add(keys, modifiers ? PRESS_NEWLINE : PRESS_ENTER);
    else if (codepoint == '\t')
        add(keys, PRESS_TAB);
    else if (codepoint == ESC)
        add(keys, PRESS_ESCAPE);
    else if (codepoint == '\b' || codepoint == 0177)
        add(keys, moves_by_word(modifiers) ? PRESS_WORD_DELETE_LEFT : PRESS_BACKSPACE);
    else if (!text)
        add(keys, keypad_key(codepoint, modifiers));
    else if ((modifiers & ~SHIFT) == CONTROL)
        add_control(keys, codepoint);
    else if (modifiers == ALT && add_alt(keys, codepoint))
        return;
    else if (modifiers & ~SHIFT)
        add(keys, PRESS_OTHER);
    else if (modifiers == SHIFT && (letter || shifted >= ' '))
        add_coded(keys, shifted >= ' ' ? shifted : codepoint - 'a' + 'A', 0, 0);
    else
        add_text(keys, codepoint);
}

/* ---- the mouse ---- */

/* `button` in xterm's count (64 and 65: the wheel; 4, 8 and 16 more: Shift, Meta, Control); the
 * place counts from 1. Other buttons, movements and places that cannot be are no press. */
static void add_mouse(struct keys *keys, int button, int column, int row)
{
    enum press_mouse mouse;
    struct press *press;

    switch (button & ~(4 | 8 | 16)) {
    case 0: mouse = MOUSE_CLICK; break;
    case 64: mouse = MOUSE_WHEEL_UP; break;
    case 65: mouse = MOUSE_WHEEL_DOWN; break;
    default: return;
    }
    if (button < 0 || column < 1 || row < 1)
        return;
    press = add(keys, PRESS_MOUSE);
    press->mouse = mouse;
    press->column = column - 1;
    press->row = row - 1;
}

/* Three bytes, each a number and 32. A control among them is a key: the sequence was cut off. */
static void feed_x10(struct keys *keys, unsigned char byte)
{
    if (byte < ' ') {
        keys->state = KEYS_PLAIN;
        feed_plain(keys, byte);
        return;
    }
    keys->sequence[keys->length++] = (char)byte;
    if (keys->length < 3)
        return;
    keys->state = KEYS_PLAIN;
    add_mouse(keys, (unsigned char)keys->sequence[0] - ' ', (unsigned char)keys->sequence[1] - ' ',
              byte - ' ');
}

/* ---- the ends of sequences ---- */

/* The focus, or the answer to a question that somebody asked the terminal. */
static bool is_report(const struct keys *keys, char final)
{
    char first = keys->length > 0 ? keys->sequence[0] : '\0';

    if (keys->length == 0)
        return final == 'I' || final == 'O';
    return (first >= '<' && first <= '?') || strchr("cntxyMm", final);
}

/* Two ESC are Alt with an arrow; with all else they are the key Esc and what came after it. */
static void part_escape(struct keys *keys, unsigned char final)
{
    if (keys->escaped && (final < 'A' || final > 'D')) {
        add(keys, PRESS_ESCAPE);
        keys->escaped = false;
    }
}

static void end_key(struct keys *keys, char final)
{
    enum { RELEASED = 3 };
    struct parameters parameters;
    const int *value = parameters.value;
    int modifiers;

    read_parameters(keys, &parameters);
    modifiers = read_modifiers(keys, &parameters, 1);
    if (parameters.sub[1] == RELEASED)
        return;
    if (final == '~' && value[0] == 27)
        add_coded(keys, value[2], 0, modifiers);
    else if (final == '~')
        add(keys, numbered_key(value[0], modifiers));
    else if (final == 'u')
        add_coded(keys, value[0], parameters.sub[0], modifiers);
    else if (keys->length == 0 && final >= 'a' && final <= 'd') /* rxvt, with Shift */
        add(keys, cursor_key((char)(final - 'a' + 'A'), modifiers));
    else
        add(keys, value[0] <= 1 ? cursor_key(final, modifiers) : PRESS_OTHER);
}

static void end_csi(struct keys *keys, char final)
{
    struct parameters parameters;
    const int *value = parameters.value;
    bool whole = keys->length <= KEYS_SEQUENCE_MAX;

    keys->state = KEYS_PLAIN;
    part_escape(keys, (unsigned char) final);
    read_parameters(keys, &parameters);
    if (final == '~' && value[0] == 200) {
        keys->state = KEYS_PASTE;
        buffer_clear(&keys->pasted);
    } else if (final == '[' && keys->length == 0) {
        keys->state = KEYS_LINUX;
    } else if (final == 'M' && keys->length == 0) {
        keys->state = KEYS_X10;
    } else if (final == 'M' && keys->sequence[0] == '<' && whole) {
        add_mouse(keys, value[0], value[1], value[2]);
    } else if (!is_report(keys, final)) {
        end_key(keys, whole ? final : '\0');
    }
}

/* Bytes up to 0x3F belong to the sequence, one from 0x40 on ends it (ECMA-48, 5.4). */
static void feed_csi(struct keys *keys, unsigned char byte)
{
    if (byte < ' ' || byte >= 0177) { /* not a sequence after all */
        keys->state = KEYS_PLAIN;
        add(keys, PRESS_OTHER);
        feed_plain(keys, byte);
    } else if (byte >= 0x40) {
        end_csi(keys, (char)byte);
    } else {
        if (keys->length < KEYS_SEQUENCE_MAX)
            keys->sequence[keys->length] = (char)byte;
        keys->length++;
    }
}

/* Keys of the keypad too, in its application mode: '*' to '9' from 'j' on. */
static void feed_ss3(struct keys *keys, unsigned char byte)
{
    keys->state = KEYS_PLAIN;
    part_escape(keys, byte);
    if (byte < ' ') { /* not a sequence after all */
        add(keys, PRESS_OTHER);
        feed_plain(keys, byte);
    } else if (byte >= 'a' && byte <= 'd') { /* rxvt, with Control */
        add(keys, cursor_key((char)(byte - 'a' + 'A'), CONTROL));
    } else if (byte >= 'j' && byte <= 'y') {
        add_text(keys, byte - 'j' + '*');
    } else {
        add(keys, cursor_key((char)byte, keys->escaped ? ALT : 0));
    }
}

static void feed_string(struct keys *keys, unsigned char byte)
{
    bool ends = byte == BEL || (byte == '\\' && keys->length > 0 && keys->sequence[0] == ESC);

    keys->sequence[0] = (char)byte;
    keys->length = 1;
    if (ends)
        keys->state = KEYS_PLAIN;
}

static void feed_paste(struct keys *keys, unsigned char byte)
{
    size_t end = sizeof paste_end - 1;

    if (buffer_append_byte(&keys->pasted, (char)byte)) {
        /* Full: the last bytes still tell where the paste ends. */
        memmove(keys->pasted.data + keys->pasted.length - end,
                keys->pasted.data + keys->pasted.length - end + 1, end - 1);
        keys->pasted.data[keys->pasted.length - 1] = (char)byte;
    }
    if (keys->pasted.length < end ||
        memcmp(keys->pasted.data + keys->pasted.length - end, paste_end, end) != 0)
        return;
    keys->pasted.length -= end;
    keys_end_paste(keys);
}

void keys_end_paste(struct keys *keys)
{
    if (keys->state != KEYS_PASTE)
        return;
    keys->state = KEYS_PLAIN;
    keys->paste_ready = true;
}

/* ---- all of it ---- */

void keys_feed(struct keys *keys, unsigned char byte)
{
    switch (keys->state) {
    case KEYS_PLAIN: feed_plain(keys, byte); break;
    case KEYS_UTF8: feed_utf8(keys, byte); break;
    case KEYS_ESCAPE: feed_escape(keys, byte); break;
    case KEYS_CSI: feed_csi(keys, byte); break;
    case KEYS_SS3: feed_ss3(keys, byte); break;
    case KEYS_LINUX:
        keys->state = KEYS_PLAIN;
        add(keys, byte == 'A' ? PRESS_HELP : PRESS_OTHER);
        break;
    case KEYS_X10: feed_x10(keys, byte); break;
    case KEYS_STRING: feed_string(keys, byte); break;
    case KEYS_PASTE: feed_paste(keys, byte); break;
    }
}

void keys_rest(struct keys *keys)
{
    enum keys_state state = keys->state;

    if (state == KEYS_PASTE)
        return;
    keys->state = KEYS_PLAIN;
    if (state == KEYS_ESCAPE && keys->escaped)
        add(keys, PRESS_ESCAPE);
    if (state == KEYS_ESCAPE)
        add(keys, PRESS_ESCAPE);
    else if (state == KEYS_UTF8)
        add_text(keys, UTF8_REPLACEMENT);
    else if (state != KEYS_PLAIN && state != KEYS_STRING && state != KEYS_X10)
        add(keys, PRESS_OTHER);
}
