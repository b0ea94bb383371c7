#include "app/tui/sync.h"

#include "app/describe_sync.h"
#include "app/profile.h"
#include "app/tui/prompt.h"
#include "app/tui/sync_care.h"
#include "base/file.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
    WORDS_MAX = 64 * 1024,
    LOG_MAX = 1000 /* uploads that the log shows */,
    WHEEL = 3 /* lines a turn */
};

#define BYTES_FILE "emotrack-contribution.bin"

enum error sync_init(struct sync_screen *sync, struct face *face, const char *model)
{
    *sync = (struct sync_screen){.mode = SYNC_LOOK, .stale = true, .guessing = true};
    editor_init(&sync->url, SYNC_URL_MAX - 1);
    editor_init(&sync->authority, PATH_MAX - 1);
    editor_init(&sync->path, PATH_MAX - 1);
    editor_init(&sync->name, PROFILE_NAME_MAX);
    buffer_init(&sync->words, WORDS_MAX);
    return worker_new(journal_profile(face->journal), model, journal_key(face->journal),
                      &sync->worker);
}

void sync_free(struct sync_screen *sync)
{
    worker_free(sync->worker);
    sync_offer_free(sync->offer);
    preview_text_free(&sync->preview);
    editor_free(&sync->url);
    editor_free(&sync->authority);
    editor_free(&sync->path);
    editor_free(&sync->name);
    buffer_free(&sync->words);
}

void sync_outdated(struct sync_screen *sync)
{
    sync->stale = true;
    sync->guessing = true;
}

void sync_load(struct sync_screen *sync, struct face *face)
{
    if (!sync->stale)
        return;
    sync->stale = false;
    if (!face_complain(face, journal_sync_state(face->journal, &sync->state)))
        face->queued = sync->state.queued;
}

bool sync_busy(const struct sync_screen *sync)
{
    return worker_job(sync->worker) != JOB_NONE;
}

/* ---- work beside the screen ---- */

/* A preview is made without being asked for. */
bool sync_at_work(const struct sync_screen *sync)
{
    enum job job = worker_job(sync->worker);

    return sync->wanted != JOB_NONE || (job != JOB_NONE && job != JOB_PREVIEW);
}

void sync_want(struct sync_screen *sync, struct face *face, enum job job)
{
    if (sync_at_work(sync)) {
        face_say(face, "Something is under way already: Esc stops it.");
        return;
    }
    worker_cancel(sync->worker);
    sync->wanted = job;
    sync_tick(sync, face);
}

static void start_wanted(struct sync_screen *sync, struct face *face)
{
    struct worker_request request = {
        .job = sync->wanted,
        .now = sync->now,
        .url = editor_text(&sync->url),
        .authority = editor_text(&sync->authority),
        .path = editor_text(&sync->path),
        .replace = sync->replacing,
    };

    sync->wanted = JOB_NONE;
    if (request.job != JOB_NONE)
        face_complain(face, worker_start(sync->worker, &request));
}

static void take_preview(struct sync_screen *sync, struct worker_outcome *outcome)
{
    if (outcome->error == ERROR_CANCELLED) {
        preview_text_free(&outcome->preview);
        sync->guessing = true;
        return;
    }
    preview_text_free(&sync->preview);
    sync->preview = outcome->preview;
    sync->no_preview[0] = '\0';
    if (outcome->error)
        snprintf(sync->no_preview, sizeof sync->no_preview, "%s", outcome->sentence);
}

static void take_offer(struct sync_screen *sync, struct face *face, struct worker_outcome *outcome)
{
    sync_offer_free(sync->offer);
    sync->offer = outcome->offer;
    buffer_clear(&sync->words);
    if (outcome->error) {
        face_warn(face, outcome->sentence);
        return;
    }
    if (face_complain(face, describe_terms(sync_offer_terms(sync->offer), &sync->words)))
        return;
    sync->mode = SYNC_TERMS;
    sync->top = 0;
}

/* The words of a failure say themselves that the data is safe and when it is tried again. */
static void take_sync(struct sync_screen *sync, struct face *face, struct worker_outcome *outcome)
{
    sync_outdated(sync);
    if (outcome->error && face->screen == SCREEN_SYNC)
        face_warn(face, outcome->sentence);
    else if (!outcome->error && (face->screen == SCREEN_SYNC || outcome->result.updated))
        face_say(face, "%s", outcome->result.note);
}

/* A sync that failed is made good by itself while the program runs. */
static bool retry_due(const struct sync_screen *sync)
{
    return sync->state.joined && sync->state.retry_at > 0 &&
           (int64_t)time(NULL) * 1000 >= sync->state.retry_at;
}

static void want_what_is_due(struct sync_screen *sync, const struct face *face)
{
    if (sync->wanted != JOB_NONE)
        return;
    if (retry_due(sync)) {
        sync->state.retry_at = 0;
        sync->wanted = JOB_SYNC;
        sync->now = false;
    } else if (sync->guessing && sync->state.joined && face->screen == SCREEN_SYNC) {
        sync->guessing = false;
        sync->wanted = JOB_PREVIEW;
    }
}

bool sync_tick(struct sync_screen *sync, struct face *face)
{
    struct worker_outcome outcome;
    bool synced = false;

    sync_load(sync, face);
    if (!worker_done(sync->worker, &outcome))
        outcome.job = JOB_NONE;
    switch (outcome.job) {
    case JOB_PREVIEW: take_preview(sync, &outcome); break;
    case JOB_OFFER: take_offer(sync, face, &outcome); break;
    case JOB_SYNC:
        take_sync(sync, face, &outcome);
        synced = true;
        break;
    case JOB_NONE: break;
    default: care_take(sync, face, &outcome); break;
    }
    if (!sync_busy(sync)) {
        want_what_is_due(sync, face);
        start_wanted(sync, face);
    }
    return synced;
}

/* ---- asking ---- */

enum sync_mode sync_mode(const struct sync_screen *sync)
{
    return sync->mode == SYNC_LOOK && !sync->state.joined ? SYNC_OFF : sync->mode;
}

struct editor *sync_input(struct sync_screen *sync)
{
    switch (sync->mode) {
    case SYNC_URL: return &sync->url;
    case SYNC_AUTHORITY: return &sync->authority;
    case SYNC_ERASE: return &sync->name;
    case SYNC_BYTES:
    case SYNC_BACKUP:
    case SYNC_EXPORT:
    case SYNC_RESTORE: return &sync->path;
    default: return NULL;
    }
}

void sync_ask(struct sync_screen *sync, struct face *face, enum sync_mode mode, const char *text)
{
    sync->mode = mode;
    sync->replacing = false;
    if (face_complain(face, editor_set(sync_input(sync), text, strlen(text))))
        sync->mode = SYNC_LOOK;
}

/* ---- joining and leaving ---- */

static void ask_for_url(void *screen, struct face *face)
{
    struct sync_screen *sync = screen;
    const char *url = editor_text(&sync->url);

    if (url[0])
        sync->mode = SYNC_URL; /* as it was typed last */
    else
        sync_ask(sync, face, SYNC_URL, "https://");
}

static void ask_for_authority(void *screen, struct face *face)
{
    struct sync_screen *sync = screen;

    (void)face;
    sync->mode = SYNC_AUTHORITY;
}

static void ask_server(void *screen, struct face *face)
{
    struct sync_screen *sync = screen;

    if (face_complain(face, prompt_path(&sync->authority)))
        return;
    sync->mode = SYNC_LOOK;
    sync_want(sync, face, JOB_OFFER);
}

static void drop_offer(struct sync_screen *sync)
{
    sync->mode = SYNC_LOOK;
    sync_offer_free(sync->offer);
    sync->offer = NULL;
}

static void join(void *screen, struct face *face)
{
    struct sync_screen *sync = screen;

    if (!face_complain(face, journal_join(face->journal, sync->offer)))
        face_say(face, "Joined. s syncs: it sends what this screen shows, and fetches models.");
    drop_offer(sync);
    sync_outdated(sync);
}

static void ask_to_leave(void *screen, struct face *face)
{
    struct sync_screen *sync = screen;

    (void)face;
    sync->mode = SYNC_LEAVE;
}

static void leave(void *screen, struct face *face)
{
    struct sync_screen *sync = screen;

    sync->mode = SYNC_LOOK;
    if (!face_complain(face, journal_leave(face->journal)))
        face_say(face, "You have left. The model that you have stays, and so does the count of "
                       "contributions.");
    preview_text_free(&sync->preview);
    sync_outdated(sync);
}

/* Any key that is not yes. */
static void decline(struct sync_screen *sync, struct face *face)
{
    static const char *const words[] = {
        [SYNC_TERMS] = "Not joined; nothing was sent.",
        [SYNC_LEAVE] = "You stay joined.",
        [SYNC_REPLACE] = "Nothing was restored.",
    };

    face_say(face, "%s", words[sync->mode]);
    drop_offer(sync);
}

/* ---- looking at it ---- */

static void show_page(void *screen, struct face *face)
{
    struct sync_screen *sync = screen;
    const struct buffer *page = &sync->preview.page;

    buffer_clear(&face->page);
    if (!page->data) {
        face_say(face, "%s",
                 sync->no_preview[0] ? sync->no_preview : "There is nothing to show yet.");
        return;
    }
    if (face_complain(face, buffer_append(&face->page, page->data, page->length)))
        return;
    face->page_title = "What would be sent";
    face->wish = WISH_READ;
}

struct log {
    struct buffer *out;
    size_t lines;
};

static enum error add_upload(void *context, const struct sync_upload *upload)
{
    struct log *log = context;

    return log->lines++ < LOG_MAX ? describe_upload(upload, log->out) : ERROR_NONE;
}

static void show_log(void *screen, struct face *face)
{
    struct log log = {.out = &face->page};

    (void)screen;
    buffer_clear(&face->page);
    if (face_complain(face, journal_each_upload(face->journal, add_upload, &log)))
        return;
    if (log.lines == 0 &&
        face_complain(face, buffer_append_text(&face->page, "Nothing was ever uploaded.\n")))
        return;
    face->page_title = "Every upload, newest first";
    face->wish = WISH_READ;
}

static void ask_for_bytes(void *screen, struct face *face)
{
    struct sync_screen *sync = screen;

    if (sync->preview.bytes.length == 0)
        show_page(sync, face); /* it says why there are none */
    else
        sync_ask(sync, face, SYNC_BYTES, BYTES_FILE);
}

static void write_bytes(void *screen, struct face *face)
{
    struct sync_screen *sync = screen;
    const struct buffer *bytes = &sync->preview.bytes;
    const char *path;
    enum error error;

    if (face_complain(face, prompt_path(&sync->path)))
        return;
    path = editor_text(&sync->path);
    if (!face_may_write(face, path, &sync->replacing))
        return;
    sync->mode = SYNC_LOOK;
    error = profile_guard(path);
    if (!error)
        error = file_replace(path, bytes->data, bytes->length);
    if (!face_complain(face, error))
        face_say(face, "%zu bytes are in %s.", bytes->length, path);
}

/* ---- keys ---- */

static void start_sync(struct sync_screen *sync, struct face *face, bool now)
{
    if (!sync->state.joined) {
        face_say(face, "No server is joined: j joins one.");
        return;
    }
    sync->now = now;
    sync_want(sync, face, JOB_SYNC);
}

static void sync_now(void *screen, struct face *face)
{
    start_sync(screen, face, false);
}

static void sync_with_few(void *screen, struct face *face)
{
    start_sync(screen, face, true);
}

static void cancel(void *screen, struct face *face)
{
    struct sync_screen *sync = screen;

    if (!sync_at_work(sync))
        return;
    sync->wanted = JOB_NONE;
    worker_cancel(sync->worker);
    face_say(face, "Stopping. Nothing is lost.");
}

static void back(void *screen, struct face *face)
{
    struct sync_screen *sync = screen;

    (void)face;
    sync->mode = SYNC_LOOK;
}

static void scroll(struct sync_screen *sync, long lines)
{
    long top = (long)sync->top + lines;

    sync->top = top > 0 ? (size_t)top : 0;
}

static void scroll_up(void *screen, struct face *face)
{
    (void)face;
    scroll(screen, -1);
}

static void scroll_down(void *screen, struct face *face)
{
    (void)face;
    scroll(screen, 1);
}

static void quit(void *screen, struct face *face)
{
    (void)screen;
    face->wish = WISH_QUIT;
}

enum {
    OFF = 1U << SYNC_OFF,
    LOOK = 1U << SYNC_LOOK,
    LETTERS = OFF | LOOK,
    FILES = 1U << SYNC_BYTES | 1U << SYNC_BACKUP | 1U << SYNC_EXPORT | 1U << SYNC_RESTORE,
    LINES_TYPED = FILES | 1U << SYNC_URL | 1U << SYNC_AUTHORITY | 1U << SYNC_ERASE,
    ASKED = 1U << SYNC_TERMS | 1U << SYNC_LEAVE | 1U << SYNC_REPLACE,
    SCROLLED = 1U << SYNC_TERMS | 1U << SYNC_REPLACE | 1U << SYNC_ERASE,
};

#define ENTER(mode, does, says, hinted)                                                            \
    {                                                                                              \
        .key = {KEY(PRESS_ENTER)}, .modes = 1U << (mode), .act = (does), .keys = "Enter",          \
        .what = (says), .hint = (hinted)                                                           \
    }
#define LETTER(letter, in, does, says, hinted)                                                     \
    {                                                                                              \
        .key = {(letter)[0]}, .modes = (in), .act = (does), .keys = (letter), .what = (says),      \
        .hint = (hinted)                                                                           \
    }
#define YES(mode, does, says, hinted) LETTER("y", 1U << (mode), does, says, hinted)

const struct binding sync_bindings[] = {
    LETTER("j", OFF, ask_for_url, "join a server (its terms are shown first)", "j join a server"),
    LETTER("s", LETTERS, sync_now, "sync now: send a contribution, fetch the newest model", NULL),
    LETTER("S", LETTERS, sync_with_few, "the same with few new ratings too", NULL),
    {.key = {KEY(PRESS_ESCAPE)},
     .modes = LETTERS,
     .act = cancel,
     .keys = "Esc",
     .what = "stop what is under way"},
    {.key = {'p', KEY(PRESS_ENTER)},
     .modes = LOOK,
     .act = show_page,
     .keys = "p  Enter",
     .what = "what would be sent, with the exact bytes"},
    LETTER("o", LOOK, ask_for_bytes, "the exact bytes to a file", NULL),
    LETTER("l", LETTERS, show_log, "the log of every upload", NULL),
    LETTER("L", LOOK, ask_to_leave, "leave the server", "L leave"),
    LETTER("b", LETTERS, care_ask_backup, "back up the journal to a file", "b backup"),
    LETTER("r", LETTERS, care_ask_restore, "restore a backup; it says first what is in it",
           "r restore"),
    LETTER("x", LETTERS, care_ask_export, "export all messages (.csv, .jsonl)", "x export"),
    LETTER("D", LETTERS, care_ask_erase, "delete my data: all of this profile, for good",
           "D delete my data"),
    ENTER(SYNC_URL, ask_for_authority, "go on", "Enter go on"),
    ENTER(SYNC_AUTHORITY, ask_server, "ask the server for its terms", "Enter ask the server"),
    ENTER(SYNC_BYTES, write_bytes, "write the bytes", "Enter write the bytes"),
    ENTER(SYNC_BACKUP, care_back_up, "write the backup", "Enter back up"),
    ENTER(SYNC_EXPORT, care_export, "export all messages (.csv, .jsonl)",
          "Enter export (.csv or .jsonl)"),
    ENTER(SYNC_RESTORE, care_inspect, "read the backup", "Enter read it"),
    ENTER(SYNC_ERASE, care_erase, "delete everything that is shown", "Enter delete"),
    YES(SYNC_TERMS, join, "join", "y join"),
    YES(SYNC_LEAVE, leave, "leave", "y leave"),
    YES(SYNC_REPLACE, care_restore, "restore", "y restore"),
    {.modes = ASKED, .keys = "any other key", .what = "no", .hint = "any other key: no"},
    {.key = {KEY(PRESS_ESCAPE)},
     .modes = LINES_TYPED,
     .act = back,
     .keys = "Esc",
     .what = "back",
     .hint = "Esc back"},
    {.key = {KEY(PRESS_UP)}, .modes = SCROLLED, .act = scroll_up, .keys = "Up", .what = "back up"},
    {.key = {KEY(PRESS_DOWN)},
     .modes = SCROLLED,
     .act = scroll_down,
     .keys = "Up  Down",
     .what = "more of what is shown",
     .hint = "Up/Down more"},
    {.key = {CONTROL('d')},
     .modes = LINES_TYPED | ASKED,
     .act = quit,
     .keys = "^D",
     .what = "quit"},
    {.keys = NULL},
};

/* ^C leaves what is being asked, then what is under way, then the program. */
static void interrupt(struct sync_screen *sync, struct face *face)
{
    if (sync->mode != SYNC_LOOK)
        drop_offer(sync);
    else if (sync_at_work(sync))
        cancel(sync, face);
    else
        face_interrupt(face, &sync->asked_to_quit);
}

static void type(struct sync_screen *sync, struct face *face, const struct press *press)
{
    bool taken;

    sync->replacing = false;
    if (press->kind != PRESS_NEWLINE)
        face_complain(face, editor_press(sync_input(sync), press, &taken));
}

static void turn_wheel(struct sync_screen *sync, const struct press *press)
{
    if (press->mouse != MOUSE_CLICK)
        scroll(sync, press->mouse == MOUSE_WHEEL_UP ? -WHEEL : WHEEL);
}

void sync_press(struct sync_screen *sync, struct face *face, const struct press *press)
{
    if (press->kind == PRESS_CONTROL && press->letter == 'c') {
        interrupt(sync, face);
        return;
    }
    sync->asked_to_quit = false;
    if (press->kind == PRESS_MOUSE)
        turn_wheel(sync, press);
    else if (binding_press(sync_bindings, sync_mode(sync), sync, face, press))
        return;
    else if (sync_input(sync))
        type(sync, face, press);
    else if (ASKED & 1U << sync->mode)
        decline(sync, face);
    else
        face_press(face, press);
}
