#ifndef EMOTRACK_APP_TUI_FACE_H
#define EMOTRACK_APP_TUI_FACE_H

#include "app/journal.h"
#include "app/settings.h"
#include "app/tui/binding.h"
#include "app/tui/picker.h"

#include <stdbool.h>

/* What the screens share: the journal, the line that tells what has happened, and where to go. No
 * screen knows another; they ask the face. */

enum face_screen {
    SCREEN_WRITE,
    SCREEN_HISTORY,
    SCREEN_INSIGHTS,
    SCREEN_SYNC,
    SCREEN_SETTINGS,
    SCREENS
};

/* What a screen asks of the program beyond itself. */
enum wish {
    WISH_NONE,
    WISH_QUIT,
    WISH_HELP,     /* the keys of this screen */
    WISH_SEARCH,   /* a search over the keys of all screens */
    WISH_READ,     /* show face.page in full, with face.page_title */
    WISH_EDIT,     /* take face.message to the box of the Write screen */
    WISH_LIST,     /* show the messages that pass face.filter on the History screen */
    WISH_SETTINGS, /* face.settings are others now: follow them */
    WISH_REOPEN,   /* end, and begin again with the profile face.profile */
    WISH_RESTORED, /* end, and begin again: the journal was replaced; the status is told again */
    WISH_ERASE,    /* end, and delete all of the profile */
    WISH_ENCRYPT,  /* end, encrypt the journal or, where it is, decrypt it, and begin again */
};

enum { STATUS_MAX = 512, FILTER_LINE_MAX = 512, PAGE_MAX = 8 * 1024 * 1024 };

struct face {
    struct journal *journal;
    struct settings *settings;
    enum face_screen screen;
    enum wish wish;
    int64_t message;                    /* for WISH_EDIT */
    char filter[FILTER_LINE_MAX];       /* for WISH_LIST */
    char profile[PROFILE_NAME_MAX + 1]; /* for WISH_REOPEN */
    struct buffer page;                 /* for WISH_READ */
    const char *page_title;             /* a literal */
    char status[STATUS_MAX];            /* "": nothing to tell */
    bool complaint;                     /* the status is bad news */
    size_t queued;                      /* reports that wait to be sent; for the title */
};

void face_init(struct face *face, struct journal *journal, struct settings *settings);
void face_free(struct face *face);

/* Tells what has happened, until the next press. */
void face_say(struct face *face, const char *format, ...) PRINTF_LIKE(2, 3);

/* The same for bad news. */
void face_warn(struct face *face, const char *sentence);

/* ^C where there is nothing else to leave: the second in a row quits (`*asked`: it was pressed). */
void face_interrupt(struct face *face, bool *asked);

/* Goes to the screen of this digit; returns whether there is one. The digits lead to the screens in
 * their order. */
bool face_go(struct face *face, int number);

/* The keys that hold on every screen where letters are commands: to the other screens, help, quit;
 * told of in each help. */
extern const struct binding face_bindings[];

/* Does what such a key does; a letter that means nothing here is told so. */
void face_press(struct face *face, const struct press *press);

/* Whether a file may be written: one that is there is replaced only when asked for twice in a row
 * (`*replacing`: it was asked for once). */
bool face_may_write(struct face *face, const char *path, bool *replacing);

/* Tells the last error, where `error` is one. Returns whether it was. */
bool face_complain(struct face *face, enum error error);

/* Takes the last rating of all back, or brings it back, and says so. `*id`: the message that it is
 * about. Returns whether there was one. */
bool face_undo(struct face *face, bool redo, int64_t *id);

/* Rates a message, or tells why not. Returns whether it is rated. */
bool face_rate(struct face *face, int64_t id, enum verdict verdict, const char *label);

/* Tells why what was typed picks no emotion yet. */
void face_say_pick(struct face *face, enum pick pick);

/* Asks for the page with everything about a message: its text, when and how it was guessed and
 * rated, and the full why of today's guess. `entry`: NULL for a text that is not saved. */
void face_show_message(struct face *face, const struct entry *entry, const char *text,
                       size_t length);

/* How strongly a feature pushes, in one to three signs: "+++", "-". */
const char *face_push(float contribution);

#endif
