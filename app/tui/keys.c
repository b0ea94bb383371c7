#include "app/tui/keys.h"

#include "base/utf8.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ESC = 033, BEL = 007, PARAMETERS_MAX = 4 };

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
        keys->length = 0;
        break;
    default:
        if (byte >= 1 && byte <= 26)
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

static void feed_escape(struct keys *keys, unsigned char byte)
{
    keys->state = KEYS_PLAIN;
    keys->length = 0;
    switch (byte) {
    case '[': keys->state = KEYS_CSI; break;
    case 'O': keys->state = KEYS_SS3; break;
    case ']':
    case 'P':
    case 'X':
    case '^':
    case '_': keys->state = KEYS_STRING; break;
    case '\r':
    case '\n': add(keys, PRESS_NEWLINE); break;
    case 'b': add(keys, PRESS_WORD_LEFT); break;
    case 'f': add(keys, PRESS_WORD_RIGHT); break;
    case 'd': add(keys, PRESS_WORD_DELETE_RIGHT); break;
    case '\b':
    case 0177: add(keys, PRESS_WORD_DELETE_LEFT); break;
    default:
        if (byte >= '1' && byte <= '9') {
            add(keys, PRESS_SCREEN)->number = byte - '0';
        } else { /* the key Esc, and another after it */
            add(keys, PRESS_ESCAPE);
            feed_plain(keys, byte);
        }
        break;
    }
}

/* The numbers between semicolons; what is not there is 0. */
static void read_parameters(const struct keys *keys, int parameter[PARAMETERS_MAX])
{
    int number = 0;

    memset(parameter, 0, PARAMETERS_MAX * sizeof *parameter);
    for (size_t i = 0; i < keys->length && i < KEYS_SEQUENCE_MAX; i++) {
        char byte = keys->sequence[i];

        if (byte == ';' && ++number == PARAMETERS_MAX)
            return;
        if (byte >= '0' && byte <= '9' && parameter[number] < 10000)
            parameter[number] = parameter[number] * 10 + byte - '0';
    }
}

/* Modifiers as xterm counts them: 1 + shift + 2 alt + 4 control. */
static bool has_word_modifier(int modifiers)
{
    return modifiers > 0 && ((modifiers - 1) & 6) != 0;
}

/* A key that is named by a letter, with its modifiers. */
static enum press_kind cursor_key(char letter, int modifiers)
{
    bool word = has_word_modifier(modifiers);

    switch (letter) {
    case 'A': return PRESS_UP;
    case 'B': return PRESS_DOWN;
    case 'C': return word ? PRESS_WORD_RIGHT : PRESS_RIGHT;
    case 'D': return word ? PRESS_WORD_LEFT : PRESS_LEFT;
    case 'H': return PRESS_HOME;
    case 'F': return PRESS_END;
    case 'P': return PRESS_HELP; /* F1 */
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
    case 3: return has_word_modifier(modifiers) ? PRESS_WORD_DELETE_RIGHT : PRESS_DELETE;
    case 5: return PRESS_PAGE_UP;
    case 6: return PRESS_PAGE_DOWN;
    case 11: return PRESS_HELP;
    default: return PRESS_OTHER;
    }
}

/* A key that is named by its code point (xterm's modifyOtherKeys, CSI u). */
static enum press_kind coded_key(int codepoint, int modifiers)
{
    switch (codepoint) {
    case '\r': return modifiers > 1 ? PRESS_NEWLINE : PRESS_ENTER;
    case '\t': return PRESS_TAB;
    case ESC: return PRESS_ESCAPE;
    case 0177: return has_word_modifier(modifiers) ? PRESS_WORD_DELETE_LEFT : PRESS_BACKSPACE;
    default: return PRESS_OTHER;
    }
}

static void end_csi(struct keys *keys, char final)
{
    int parameter[PARAMETERS_MAX];

    keys->state = KEYS_PLAIN;
    read_parameters(keys, parameter);
    if (final == '~' && parameter[0] == 200) {
        keys->state = KEYS_PASTE;
        buffer_clear(&keys->pasted);
    } else if (final == '[' && keys->length == 0) { /* the Linux console's F1 to F5 */
        keys->state = KEYS_SKIP;
        keys->sequence[0] = final;
        keys->skip = 1;
    } else if (final == 'M' && keys->length == 0) { /* a mouse that nobody asked for */
        keys->state = KEYS_SKIP;
        keys->sequence[0] = final;
        keys->skip = 3;
    } else if (final == '~' && parameter[0] == 27) {
        add(keys, coded_key(parameter[2], parameter[1]));
    } else if (final == '~') {
        add(keys, numbered_key(parameter[0], parameter[1]));
    } else if (final == 'u') {
        add(keys, coded_key(parameter[0], parameter[1]));
    } else if (keys->length == 0 || parameter[0] <= 1) {
        add(keys, cursor_key(final, parameter[1]));
    } else {
        add(keys, PRESS_OTHER);
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

static void feed_string(struct keys *keys, unsigned char byte)
{
    bool ends = byte == BEL || (byte == '\\' && keys->length > 0 && keys->sequence[0] == ESC);

    keys->sequence[0] = (char)byte;
    keys->length = 1;
    if (ends) {
        keys->state = KEYS_PLAIN;
        add(keys, PRESS_OTHER);
    }
}

static void feed_skipped(struct keys *keys, unsigned char byte)
{
    if (--keys->skip > 0)
        return;
    keys->state = KEYS_PLAIN;
    add(keys, keys->sequence[0] == '[' && byte == 'A' ? PRESS_HELP : PRESS_OTHER);
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
    case KEYS_SS3:
        keys->state = KEYS_PLAIN;
        add(keys, byte == 'M' ? PRESS_ENTER : cursor_key((char)byte, 0)); /* M: the keypad's */
        break;
    case KEYS_SKIP: feed_skipped(keys, byte); break;
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
    if (state == KEYS_ESCAPE)
        add(keys, PRESS_ESCAPE);
    else if (state == KEYS_UTF8)
        add_text(keys, UTF8_REPLACEMENT);
    else if (state != KEYS_PLAIN)
        add(keys, PRESS_OTHER);
}
