#ifndef EMOTRACK_APP_TUI_SYNC_H
#define EMOTRACK_APP_TUI_SYNC_H

#include "app/tui/editor.h"
#include "app/tui/face.h"
#include "app/tui/press.h"
#include "app/tui/worker.h"

/* The screen Sync: state and keys; those about backups and deleting are in sync_care. What it looks
 * like is in sync_view. Whatever contacts a server or takes its time is the worker's; this only
 * looks at how far it is. */

enum sync_mode {
    SYNC_OFF,       /* no server is joined; letters are commands */
    SYNC_LOOK,      /* one is; letters are commands */
    SYNC_URL,       /* letters go into the server's address */
    SYNC_AUTHORITY, /* ... into the name of the file with its private CA */
    SYNC_BYTES,     /* ... of the file for the exact bytes */
    SYNC_BACKUP,    /* ... of the file for a backup */
    SYNC_EXPORT,    /* ... of the file for all messages */
    SYNC_RESTORE,   /* ... of the backup to be restored */
    SYNC_ERASE,     /* ... into the profile's name: what deleting it means is shown */
    SYNC_TERMS,     /* the server's terms are shown: join? */
    SYNC_LEAVE,     /* leave the server? */
    SYNC_REPLACE,   /* what is in the backup is shown: put it in the journal's place? */
};

struct sync_screen {
    enum sync_mode mode; /* SYNC_LOOK where nothing is asked, joined or not: sync_mode */
    struct worker *worker;
    enum job wanted; /* to be started as soon as the worker is free; JOB_NONE: nothing */
    bool now;        /* ... a sync for which few new ratings are enough */
    struct sync_state state;
    struct preview_text preview;
    char no_preview[1024];    /* why there is none; "": it is there, or being made */
    struct sync_offer *offer; /* SYNC_TERMS */
    struct buffer words;      /* SYNC_TERMS, SYNC_REPLACE, SYNC_ERASE: what is asked about */
    size_t top;               /* ... the first line shown */
    struct editor url, authority, path, name;
    bool replacing;     /* Enter was pressed once: the file is there; kept is a journal already */
    bool stale;         /* the state must be read anew before it is drawn */
    bool guessing;      /* ... and the preview made anew */
    bool asked_to_quit; /* ^C was pressed once */
};

/* `model`: the file that the program was told to guess with, or NULL; it outlives the screen. */
enum error sync_init(struct sync_screen *sync, struct face *face, const char *model) MUST_CHECK;
void sync_free(struct sync_screen *sync); /* cancels what is under way */

void sync_press(struct sync_screen *sync, struct face *face, const struct press *press);

/* Ratings, or what another program did, have changed what this screen tells. */
void sync_outdated(struct sync_screen *sync);

/* To be called now and then, whatever screen is shown: takes what the worker has done, starts what
 * is due. Returns whether the model or the journal may be another now. */
bool sync_tick(struct sync_screen *sync, struct face *face);

/* Whether something is under way, so that the screen is to be drawn often. */
bool sync_busy(const struct sync_screen *sync);

/* The mode that the keys are of. */
enum sync_mode sync_mode(const struct sync_screen *sync);

/* What letters go into; NULL: they are commands or answers. */
struct editor *sync_input(struct sync_screen *sync);

/* Whether something that the user has asked for is under way; SYNC_LOOK's Esc stops it. */
bool sync_at_work(const struct sync_screen *sync);

/* Starts a piece of work as soon as the worker is free; says so where it is not. */
void sync_want(struct sync_screen *sync, struct face *face, enum job job);

/* Asks for a line: the mode is another, and this is what stands in the line to begin with. */
void sync_ask(struct sync_screen *sync, struct face *face, enum sync_mode mode, const char *text);

/* Reads the state anew where it is stale. */
void sync_load(struct sync_screen *sync, struct face *face);

extern const struct binding sync_bindings[];

#endif
