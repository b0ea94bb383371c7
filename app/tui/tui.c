#include "app/tui/tui.h"

#include "app/tui/paint.h"
#include "app/tui/screens.h"
#include "app/tui/terminal.h"

#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

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

/* ---- starting ---- */

/* LC_CTYPE alone: a locale with decimal commas would break JSON and CSV. */
static void choose_locale(void)
{
    if (!setlocale(LC_CTYPE, "") || strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
        setlocale(LC_CTYPE, "C.UTF-8");
}

/* Whether the user's own locale, not the one that we fell back to, promises UTF-8. */
static bool terminal_is_utf8(void)
{
    static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *value = getenv(names[i]);

        if (value && *value)
            return strcasestr(value, "utf-8") || strcasestr(value, "utf8");
    }
    return false;
}

enum error tui_run(struct journal *journal, const struct tui_options *options,
                   char next[PROFILE_NAME_MAX + 1])
{
    struct screens screens;
    enum error error;

    next[0] = '\0';
    choose_locale();
    error = screens_init(&screens, journal, options->settings, options->model);
    if (!error)
        error = terminal_start();
    if (!error) {
        paint_start(options->settings->choice[SETTING_COLOUR] != COLOUR_NONE,
                    options->settings->choice[SETTING_SYMBOLS] == SYMBOLS_ASCII ||
                        !terminal_is_utf8());
        loop(&screens);
        error = screens_end(&screens);
        terminal_stop();
    }
    if (screens.face.wish == WISH_REOPEN)
        snprintf(next, PROFILE_NAME_MAX + 1, "%s", screens.face.profile);
    screens_free(&screens);
    terminal_die();
    return error;
}
