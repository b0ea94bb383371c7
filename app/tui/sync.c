#include "app/tui/sync.h"

#include "app/describe_sync.h"
#include "app/profile.h"
#include "base/file.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { TERMS_MAX = 64 * 1024, LOG_MAX = 1000 /* uploads that the log shows */ };

#define BYTES_FILE "emotrack-contribution.bin"

const struct binding sync_bindings[] = {
    {.keys = "j", .what = "join a server (its terms are shown first)"},
    {.keys = "s", .what = "sync now: send a contribution, fetch the newest model"},
    {.keys = "S", .what = "the same with few new ratings too"},
    {.keys = "Esc", .what = "stop what is under way"},
    {.keys = "p", .what = "what would be sent, with the exact bytes"},
    {.keys = "o", .what = "the exact bytes to a file"},
    {.keys = "l", .what = "the log of every upload"},
    {.keys = "L", .what = "leave the server"},
    {.keys = "1 to 5", .what = "Write, History, Insights, Sync, Settings (Alt with the digit too)"},
    {.keys = "q  ^D", .what = "quit"},
    {.keys = "^Z ^L", .what = "suspend, draw the screen anew"},
    {.keys = NULL},
};

enum error sync_init(struct sync_screen *sync, struct face *face, const char *model)
{
    *sync = (struct sync_screen){.stale = true, .guessing = true};
    editor_init(&sync->url, SYNC_URL_MAX - 1);
    editor_init(&sync->authority, PATH_MAX - 1);
    editor_init(&sync->path, PATH_MAX - 1);
    buffer_init(&sync->terms, TERMS_MAX);
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
    buffer_free(&sync->terms);
}

static const char *text_of(const struct editor *editor)
{
    return editor->text.data ? editor->text.data : "";
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

/* What the user sees as work: a preview is made without being asked for. */
static bool at_work(const struct sync_screen *sync)
{
    enum job job = worker_job(sync->worker);

    return sync->wanted != JOB_NONE || job == JOB_SYNC || job == JOB_OFFER;
}

static void want(struct sync_screen *sync, struct face *face, enum job job, bool now)
{
    if (at_work(sync)) {
        face_say(face, "Something is under way already: Esc stops it.");
        return;
    }
    worker_cancel(sync->worker);
    sync->wanted = job;
    sync->now = now;
    sync_tick(sync, face);
}

static void start_wanted(struct sync_screen *sync, struct face *face)
{
    struct worker_request request = {
        .job = sync->wanted,
        .now = sync->now,
        .url = text_of(&sync->url),
        .authority = text_of(&sync->authority),
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
    buffer_clear(&sync->terms);
    if (outcome->error) {
        face_warn(face, outcome->sentence);
        return;
    }
    if (face_complain(face, describe_terms(sync_offer_terms(sync->offer), &sync->terms)))
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
    default: break;
    }
    if (!sync_busy(sync)) {
        want_what_is_due(sync, face);
        start_wanted(sync, face);
    }
    return synced;
}

/* ---- joining and leaving ---- */

static void ask_for_url(struct sync_screen *sync, struct face *face)
{
    if (sync->state.joined) {
        face_say(face, "You are joined to %s: L leaves it.", sync->state.terms.url);
        return;
    }
    if (sync->url.text.length == 0 && face_complain(face, editor_set(&sync->url, "https://", 8)))
        return;
    sync->mode = SYNC_URL;
}

static void ask_server(struct sync_screen *sync, struct face *face)
{
    sync->mode = SYNC_LOOK;
    want(sync, face, JOB_OFFER, false);
}

static void answer_terms(struct sync_screen *sync, struct face *face, const struct press *press)
{
    if (press->kind == PRESS_UP || press->kind == PRESS_DOWN) {
        sync->top = press->kind == PRESS_DOWN ? sync->top + 1 : sync->top - (sync->top > 0);
        return;
    }
    sync->mode = SYNC_LOOK;
    if (press_command(press) != 'y')
        face_say(face, "Not joined; nothing was sent.");
    else if (!face_complain(face, journal_join(face->journal, sync->offer)))
        face_say(face, "Joined. s syncs: it sends what this screen shows, and fetches models.");
    sync_offer_free(sync->offer);
    sync->offer = NULL;
    sync_outdated(sync);
}

static void answer_leave(struct sync_screen *sync, struct face *face, const struct press *press)
{
    sync->mode = SYNC_LOOK;
    if (press_command(press) != 'y') {
        face_say(face, "You stay joined.");
        return;
    }
    if (!face_complain(face, journal_leave(face->journal)))
        face_say(face, "You have left. The model that you have stays, and so does the count of "
                       "contributions.");
    preview_text_free(&sync->preview);
    sync_outdated(sync);
}

/* ---- looking at it ---- */

static void show_page(struct sync_screen *sync, struct face *face)
{
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

static void show_log(struct face *face)
{
    struct log log = {.out = &face->page};

    buffer_clear(&face->page);
    if (face_complain(face, journal_each_upload(face->journal, add_upload, &log)))
        return;
    if (log.lines == 0 &&
        face_complain(face, buffer_append_text(&face->page, "Nothing was ever uploaded.\n")))
        return;
    face->page_title = "Every upload, newest first";
    face->wish = WISH_READ;
}

static void ask_for_file(struct sync_screen *sync, struct face *face)
{
    if (sync->preview.bytes.length == 0) {
        show_page(sync, face);
        return;
    }
    if (sync->path.text.length == 0 &&
        face_complain(face, editor_set(&sync->path, BYTES_FILE, strlen(BYTES_FILE))))
        return;
    sync->replacing = false;
    sync->mode = SYNC_FILE;
}

static void write_file(struct sync_screen *sync, struct face *face)
{
    const char *path = text_of(&sync->path);
    const struct buffer *bytes = &sync->preview.bytes;
    enum error error;

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
    want(sync, face, JOB_SYNC, now);
}

static void cancel(struct sync_screen *sync, struct face *face)
{
    if (!at_work(sync))
        return;
    sync->wanted = JOB_NONE;
    worker_cancel(sync->worker);
    face_say(face, "Stopping. Nothing is lost: what is ready waits for the next sync.");
}

static void command(struct sync_screen *sync, struct face *face, char letter)
{
    switch (letter) {
    case 'j': ask_for_url(sync, face); break;
    case 's': start_sync(sync, face, false); break;
    case 'S': start_sync(sync, face, true); break;
    case 'p': show_page(sync, face); break;
    case 'o': ask_for_file(sync, face); break;
    case 'l': show_log(face); break;
    case 'L':
        if (sync->state.joined)
            sync->mode = SYNC_LEAVE;
        else
            face_say(face, "No server is joined.");
        break;
    case 'i': face->screen = SCREEN_WRITE; break;
    case '?': face->wish = WISH_HELP; break;
    case 'q': face->wish = WISH_QUIT; break;
    default:
        if (!face_go(face, letter - '0'))
            face_say(face, "Letters are commands here; ? lists them.");
    }
}

static void in_look(struct sync_screen *sync, struct face *face, const struct press *press)
{
    switch (press->kind) {
    case PRESS_TEXT: command(sync, face, press_command(press)); break;
    case PRESS_ENTER: show_page(sync, face); break;
    case PRESS_ESCAPE: cancel(sync, face); break;
    case PRESS_TAB: face->screen = SCREEN_WRITE; break;
    default: break;
    }
}

/* What Enter does in a line that is typed into. */
static void enter(struct sync_screen *sync, struct face *face)
{
    if (sync->mode == SYNC_URL)
        sync->mode = SYNC_AUTHORITY;
    else if (sync->mode == SYNC_AUTHORITY)
        ask_server(sync, face);
    else
        write_file(sync, face);
}

static void in_line(struct sync_screen *sync, struct face *face, struct editor *line,
                    const struct press *press)
{
    bool taken;

    if (press->kind == PRESS_ENTER) {
        enter(sync, face);
        return;
    }
    sync->replacing = false;
    if (press->kind == PRESS_ESCAPE)
        sync->mode = SYNC_LOOK;
    else if (press->kind != PRESS_NEWLINE)
        face_complain(face, editor_press(line, press, &taken));
}

/* ^C leaves what is being asked, then what is under way, then the program. */
static void interrupt(struct sync_screen *sync, struct face *face)
{
    if (sync->mode != SYNC_LOOK) {
        sync->mode = SYNC_LOOK;
    } else if (at_work(sync)) {
        cancel(sync, face);
    } else {
        face_interrupt(face, &sync->asked_to_quit);
    }
}

void sync_press(struct sync_screen *sync, struct face *face, const struct press *press)
{
    if (press->kind == PRESS_CONTROL && press->letter == 'd') {
        face->wish = WISH_QUIT;
        return;
    }
    if (press->kind == PRESS_CONTROL && press->letter == 'c') {
        interrupt(sync, face);
        return;
    }
    sync->asked_to_quit = false;
    switch (sync->mode) {
    case SYNC_LOOK: in_look(sync, face, press); break;
    case SYNC_URL: in_line(sync, face, &sync->url, press); break;
    case SYNC_AUTHORITY: in_line(sync, face, &sync->authority, press); break;
    case SYNC_FILE: in_line(sync, face, &sync->path, press); break;
    case SYNC_TERMS: answer_terms(sync, face, press); break;
    case SYNC_LEAVE: answer_leave(sync, face, press); break;
    }
}
