#include "app/tui/tui.h"

#include "app/tui/screens.h"
#include "app/tui/terminal.h"

#include <assert.h>
#include <string.h>

static_assert((int)TUI_NOTE_MAX == (int)STATUS_MAX, "a status is a note");

bool tui_possible(void)
{
    return terminal_usable();
}

/* Draws when there is nothing left to read. */
static void loop(struct screens *screens)
{
    struct press press;

    while (!screens_done(screens) && !terminal_ending()) {
        terminal_read(0, &press);
        if (press.kind == PRESS_NONE) {
            screens_draw(screens);
            terminal_read(screens_patience(screens), &press);
        }
        if (press.kind != PRESS_NONE)
            screens_press(screens, &press);
        else
            screens_rest(screens);
        screens_keep(screens);
    }
}

/* What came before this run is told until the first key. */
static void tell(struct face *face, const struct tui_next *next)
{
    if (!next->note[0])
        return;
    face_say(face, "%s", next->note);
    face->complaint = next->complaint;
}

static void take_end(const struct face *face, struct tui_next *next)
{
    static const enum tui_end ends[] = {
        [WISH_REOPEN] = TUI_REOPEN,
        [WISH_RESTORED] = TUI_RESTORED,
        [WISH_ERASE] = TUI_ERASE,
        [WISH_ENCRYPT] = TUI_ENCRYPT,
    };

    *next = (struct tui_next){.end = face->wish >= WISH_REOPEN ? ends[face->wish] : TUI_QUIT};
    memcpy(next->profile, face->profile, sizeof next->profile);
    if (face->wish == WISH_RESTORED)
        memcpy(next->note, face->status, sizeof next->note);
}

enum error tui_run(struct journal *journal, const struct tui_options *options,
                   struct tui_next *next)
{
    struct screens screens;
    enum error error;

    terminal_prepare();
    error = screens_init(&screens, journal, options->settings, options->model);
    tell(&screens.face, next);
    if (!error)
        error = terminal_start();
    if (!error) {
        screens_follow(options->settings);
        loop(&screens);
        error = screens_end(&screens);
        terminal_stop();
    }
    take_end(&screens.face, next);
    screens_free(&screens);
    terminal_die();
    return error;
}

void tui_tell_keys(void (*told)(const char *group, const char *keys, const char *what))
{
    screens_tell_keys(told);
}
