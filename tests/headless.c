#include "tests/headless.h"

#include "app/locale.h"
#include "app/tui/paint.h"

#include <curses.h>
#include <stdio.h>
#include <stdlib.h>

static struct {
    FILE *in, *out;
    SCREEN *screen;
} headless;

bool headless_start(int rows, int columns)
{
    static const struct settings settings;

    setenv("LC_ALL", "C.UTF-8", 1);
    locale_choose();
    use_env(FALSE);
    headless.in = fopen("/dev/null", "r");
    headless.out = fopen("/dev/null", "w");
    if (headless.in && headless.out)
        headless.screen = newterm("xterm-256color", headless.out, headless.in);
    if (!headless.screen)
        return false;
    resizeterm(rows, columns);
    paint_start(&settings);
    return true;
}

void headless_stop(void)
{
    if (headless.screen) {
        endwin();
        delscreen(headless.screen);
    }
    if (headless.in)
        fclose(headless.in);
    if (headless.out)
        fclose(headless.out);
}

void headless_resize(int rows, int columns)
{
    resizeterm(rows > 0 ? rows : 1, columns > 0 ? columns : 1);
}
