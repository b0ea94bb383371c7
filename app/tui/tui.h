#ifndef EMOTRACK_APP_TUI_TUI_H
#define EMOTRACK_APP_TUI_TUI_H

#include "app/journal.h"
#include "app/settings.h"

#include <stdbool.h>

/* The terminal UI: a face of the journal over the whole terminal. */

struct tui_options {
    struct settings *settings;
    const char *model; /* the file that the journal was opened with; NULL: none was named */
};

/* Whether there is a terminal to run on. Where there is not, the line mode serves. */
bool tui_possible(void);

enum { TUI_NOTE_MAX = 512 /* bytes */ };

enum tui_end {
    TUI_QUIT,
    TUI_REOPEN,   /* begin again, with the journal of the profile */
    TUI_RESTORED, /* begin again, with the journal as it is now */
    TUI_ERASE,    /* close the journal and delete all of its profile */
    TUI_ENCRYPT,  /* encrypt the journal or, where it is, decrypt it, and begin again */
};

/* How it goes on when the terminal UI has ended. */
struct tui_next {
    enum tui_end end;
    char profile[PROFILE_NAME_MAX + 1];
    char note[TUI_NOTE_MAX]; /* to be told first when it begins again; "": nothing */
    bool complaint;          /* the note is bad news */
};

/* Tells next->note, and runs until the user quits or the journal is to be another; then `next` says
 * how it goes on. The terminal is given back whatever happens. */
enum error tui_run(struct journal *journal, const struct tui_options *options,
                   struct tui_next *next) MUST_CHECK;

/* Tells of every key of the screens, for the man page: "Write: in the text", "Enter", "save ...".
 */
void tui_tell_keys(void (*told)(const char *group, const char *keys, const char *what));

#endif
