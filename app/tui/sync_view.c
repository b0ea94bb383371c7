#include "app/describe_sync.h"
#include "app/glyph.h"
#include "app/tui/paint.h"
#include "app/tui/prompt.h"
#include "app/tui/screen.h"
#include "app/tui/sync.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum {
    NARROW = 60,
    VOTE_COLUMNS = 26,
    LINE_MAX_BYTES = 1024,
    AGO_MAX = 32,
    BUSY = 100, /* ms between looks at work that is under way */
};

/* Draws line after line, as long as there is room. */
struct lines {
    int row, bottom;
};

static void put(struct lines *lines, attr_t attributes, const char *format, ...) PRINTF_LIKE(3, 4);

static void put(struct lines *lines, attr_t attributes, const char *format, ...)
{
    char text[LINE_MAX_BYTES];
    struct wrapped line = {0};
    va_list arguments;
    size_t length;

    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    length = strlen(text);
    paint_wrapped(lines->row, 1, lines->bottom - lines->row, text, attributes);
    if (length == 0)
        lines->row++;
    for (size_t at = 0; at < length; at = line.next, lines->row++)
        glyph_wrap(text, length, at, COLS > 2 ? COLS - 2 : 1, &line);
}

/* ---- not joined ---- */

static void draw_off(const struct sync_screen *sync, struct lines *lines)
{
    if (sync->state.spent == 0)
        put(lines, A_BOLD, "Sync is off: nothing has ever been sent.");
    else
        put(lines, A_BOLD,
            "Sync is off: no server is joined. %zu contributions were made (l: log).",
            sync->state.spent);
    if (COLS < NARROW) {
        put(lines, A_NORMAL,
            "j joins a server: ratings become votes on public words, sent without your name. Never "
            "sent: messages.");
        return;
    }
    put(lines, A_NORMAL, "%s", "");
    put(lines, A_NORMAL,
        "j joins a server. Then, whenever you sync, this device turns your ratings into a few "
        "votes on public words (\"cancelled -> sadness\"), sends those without your name, and "
        "fetches the model that everyone's votes have made.");
    put(lines, A_NORMAL, "%s", "");
    put(lines, A_NORMAL,
        "Never sent: messages, their times, your name, words outside the public vocabulary. How "
        "much the votes can tell about you is counted, and there is a most. Before you join you "
        "see the server's terms, and what it could learn.");
}

/* ---- joined ---- */

/* "2 h ago" */
static void put_ago(int64_t milliseconds, char out[AGO_MAX])
{
    int64_t minutes = ((int64_t)time(NULL) * 1000 - milliseconds) / 60000;

    if (milliseconds <= 0)
        snprintf(out, AGO_MAX, "never");
    else if (minutes < 1)
        snprintf(out, AGO_MAX, "just now");
    else if (minutes < 120)
        snprintf(out, AGO_MAX, "%d min ago", (int)minutes);
    else if (minutes < 48 * 60)
        snprintf(out, AGO_MAX, "%d h ago", (int)(minutes / 60));
    else
        snprintf(out, AGO_MAX, "%lld days ago", (long long)(minutes / 60 / 24));
}

static void draw_head(const struct sync_screen *sync, struct lines *lines)
{
    const struct sync_state *state = &sync->state;
    char ago[AGO_MAX];

    put_ago(state->contacted, ago);
    put(lines, A_BOLD, "Joined: %s (%s: this server can see the votes below)", state->terms.url,
        state->terms.mode);
    put(lines, A_NORMAL, "Model %u   round %llu, %s   last sync: %s", state->model_version,
        (unsigned long long)state->round, state->open ? "open" : "closed", ago);
    if (state->model_beside)
        put(lines, A_BOLD,
            "A newer model did worse on your own ratings and waits: emotrack sync --use-model");
}

/* The votes side by side, as many as there is room for; at most `rows` lines. */
static void draw_votes(const struct preview_text *preview, struct lines *lines, int rows)
{
    int across = (COLS - 3) / VOTE_COLUMNS > 0 ? (COLS - 3) / VOTE_COLUMNS : 1;
    const char *vote = preview->votes.data ? preview->votes.data : "";
    size_t room = rows > 0 ? (size_t)rows * (size_t)across : 0;

    for (size_t i = 0; *vote && i < room; i++) {
        size_t length = strcspn(vote, "\n");
        int row = lines->row + (int)(i / (size_t)across);
        int column = 3 + (int)(i % (size_t)across) * VOTE_COLUMNS;

        if (i + 1 == room && preview->count > room)
            paint_format(row, column, VOTE_COLUMNS - 1, A_NORMAL, "... %zu more: p",
                         preview->count - i);
        else
            paint_text(row, column, VOTE_COLUMNS - 1, A_NORMAL, vote, length);
        vote += length + (vote[length] == '\n');
    }
    if (preview->count > 0 && rows > 0)
        lines->row += (int)(((preview->count < room ? preview->count : room) + (size_t)across - 1) /
                            (size_t)across);
}

static void draw_budget(const struct sync_screen *sync, struct lines *lines)
{
    const struct sync_state *state = &sync->state;
    char epsilon[EPSILON_TEXT_MAX];

    describe_epsilon(state->epsilon, epsilon);
    if (state->terms.noise > 0)
        put(lines, A_NORMAL,
            "Privacy: %zu of %u contributions, epsilon %s if the operator adds the noise",
            state->spent, state->terms.contributions, epsilon);
    else
        put(lines, A_NORMAL,
            "Privacy: %zu of %u contributions; no noise is added: no guarantee beyond trust in "
            "the operator",
            state->spent, state->terms.contributions);
    put(lines, A_NORMAL, "NOT sent: messages, times, names, words outside the public vocabulary");
    put(lines, A_NORMAL, "%zu new ratings since the last contribution", state->fresh);
}

/* The sentence says that the data is safe here, and when it is tried again. */
static void draw_failure(const struct sync_state *state, struct lines *lines)
{
    if (state->failure[0])
        put(lines, A_BOLD, "The last sync failed: %s; s tries now.", state->failure);
}

static void draw_next(const struct sync_screen *sync, struct lines *lines)
{
    const struct preview_text *preview = &sync->preview;

    if (sync->no_preview[0]) {
        put(lines, A_NORMAL, "%s", sync->no_preview);
        return;
    }
    if (!preview->page.data) {
        put(lines, A_NORMAL, "Working out what would be sent ...");
        return;
    }
    put(lines, A_NORMAL, "%s: %zu votes, without your name   p: exact bytes",
        preview->frozen ? "Waits to be sent" : "Would be sent next", preview->count);
    if (preview->reason[0])
        put(lines, A_NORMAL, "Not now: %s", preview->reason);
    draw_votes(preview, lines, lines->bottom - lines->row - 5);
}

static const char *const stages[] = {
    [SYNC_MANIFEST] = "asking the server what the round is",
    [SYNC_MODEL] = "fetching the new model",
    [SYNC_TRAINING] = "learning from your ratings",
    [SYNC_SENDING] = "sending the votes",
    [SYNC_DONE] = "finishing",
};

static const char *const works[] = {
    [JOB_OFFER] = "Asking the server for its terms",
    [JOB_SYNC] = "Syncing",
    [JOB_EXPORT] = "Exporting",
    [JOB_BACKUP] = "Backing up",
    [JOB_INSPECT] = "Reading the backup",
    [JOB_RESTORE] = "Restoring",
};

static void draw_progress(const struct sync_screen *sync, int row)
{
    enum job job = worker_job(sync->worker);
    enum sync_stage stage;
    int percent, used;
    const char *act;

    if (job == JOB_NONE || job == JOB_PREVIEW)
        return;
    worker_progress(sync->worker, &stage, &percent);
    act = job == JOB_SYNC ? stages[stage] : worker_act(sync->worker);
    used = paint_format(row, 1, COLS - 1, A_BOLD, "%s%s%s ...  Esc stops  ", works[job],
                        act[0] ? ": " : "", act);
    if (percent > 0 && COLS - used > 12)
        paint_bar(row, 1 + used, 10, percent / 100.0, A_NORMAL);
}

/* The same in a small window, in few words. */
static void draw_joined_narrow(const struct sync_screen *sync, struct lines *lines)
{
    const struct sync_state *state = &sync->state;
    char epsilon[EPSILON_TEXT_MAX], ago[AGO_MAX];

    describe_epsilon(state->epsilon, epsilon);
    put_ago(state->contacted, ago);
    put(lines, A_BOLD, "%s (%s)", state->terms.url, state->terms.mode);
    draw_failure(state, lines);
    put(lines, A_NORMAL, "Model %u, last sync: %s", state->model_version, ago);
    if (sync->preview.page.data)
        put(lines, A_NORMAL, "%s: %zu votes (p)",
            sync->preview.frozen ? "Waits to be sent" : "Would be sent", sync->preview.count);
    put(lines, A_NORMAL, "%zu of %u contributions, epsilon %s", state->spent,
        state->terms.contributions, state->terms.noise > 0 ? epsilon : "no bound");
    put(lines, A_NORMAL, "%zu new ratings", state->fresh);
}

static void draw_joined(const struct sync_screen *sync, struct lines *lines)
{
    if (COLS < NARROW) {
        draw_joined_narrow(sync, lines);
        return;
    }
    draw_head(sync, lines);
    draw_failure(&sync->state, lines);
    draw_next(sync, lines);
    draw_budget(sync, lines);
}

/* ---- asking ---- */

/* What is asked about, from line `top` on. */
static void draw_words(struct sync_screen *sync, int row, int bottom)
{
    const char *text = sync->words.data ? sync->words.data : "";
    size_t length = strlen(text), number = 0;
    struct wrapped line = {0};

    for (size_t at = 0; at < length; at = line.next, number++) {
        glyph_wrap(text, length, at, COLS > 3 ? COLS - 2 : 1, &line);
        if (number >= sync->top && row < bottom)
            paint_line(row++, 1, text, at, line.end, NULL);
    }
    if (sync->top >= number)
        sync->top = number > 0 ? number - 1 : 0;
}

static const char *const prompts[] = {
    [SYNC_URL] = "Server: ",           [SYNC_AUTHORITY] = "Its private CA, a file (Enter: none): ",
    [SYNC_BYTES] = "Bytes to: ",       [SYNC_BACKUP] = "Back up to: ",
    [SYNC_EXPORT] = "Export all to: ", [SYNC_RESTORE] = "Restore from: ",
};

static const char *const questions[] = {
    [SYNC_TERMS] = "Join? y joins, any other key does not",
    [SYNC_LEAVE] = "Leave this server? What waits is not sent. y leaves, any other key stays",
    [SYNC_REPLACE] = "Restore it? y restores, any other key leaves it",
};

/* A line that is typed into has the cursor; so has a question. */
static void draw_question(struct sync_screen *sync, const struct face *face, int row,
                          struct spot *spot)
{
    char erase[PROFILE_NAME_MAX + 64];
    const char *prompt = erase;

    if (sync->mode == SYNC_LOOK) {
        draw_progress(sync, row);
        return;
    }
    *spot = (struct spot){.row = row};
    if (!sync_input(sync)) {
        paint_format(row, 1, COLS - 1, A_BOLD, "%s", questions[sync->mode]);
        return;
    }
    if (sync->mode == SYNC_ERASE)
        snprintf(erase, sizeof erase, "Type %s to delete it: ", journal_profile(face->journal));
    else
        prompt = prompts[sync->mode];
    spot->column = prompt_draw(row, prompt, sync_input(sync), 0);
}

/* Whether what is asked about stands in the place of everything else. */
static bool shows_words(const struct sync_screen *sync)
{
    return sync->mode == SYNC_TERMS || sync->mode == SYNC_REPLACE || sync->mode == SYNC_ERASE;
}

static void draw(void *state, struct face *face, const struct area *area, struct spot *spot)
{
    struct sync_screen *sync = state;
    struct lines lines = {.row = area->top, .bottom = area->bottom - 2};

    sync_load(sync, face);
    if (shows_words(sync))
        draw_words(sync, area->top, area->bottom - 2);
    else if (sync->state.joined)
        draw_joined(sync, &lines);
    else
        draw_off(sync, &lines);
    paint_rule(area->bottom - 2);
    draw_question(sync, face, area->bottom - 1, spot);
}

static const char *hints(void *state, struct face *face)
{
    static char line[HINTS_MAX];
    struct sync_screen *sync = state;

    (void)face;
    binding_hints(sync_bindings, (int)sync_mode(sync), sync_input(sync) != NULL, COLS - 2, line);
    return line;
}

static void press(void *state, struct face *face, const struct press *press)
{
    sync_press(state, face, press);
}

static void outdated(void *state, struct face *face, bool changed)
{
    (void)face;
    (void)changed;
    sync_outdated(state);
}

static bool rest(void *state, struct face *face)
{
    return sync_tick(state, face);
}

static int patience(const void *state)
{
    return sync_busy(state) ? BUSY : 0;
}

/* Where a line is typed or a question asked, the last line alone tells the keys. */
static const char *const modes[] = {
    [SYNC_OFF] = "Where no server is joined",
    [SYNC_LOOK] = "Where a server is joined",
    [SYNC_URL] = "",
    [SYNC_AUTHORITY] = "",
    [SYNC_BYTES] = "",
    [SYNC_BACKUP] = "",
    [SYNC_EXPORT] = "",
    [SYNC_RESTORE] = "",
    [SYNC_ERASE] = "",
    [SYNC_TERMS] = "",
    [SYNC_LEAVE] = "",
    [SYNC_REPLACE] = "",
    NULL,
};

const struct screen sync_screen = {
    .number = 4,
    .name = "Sync",
    .bindings = sync_bindings,
    .modes = modes,
    .press = press,
    .draw = draw,
    .hints = hints,
    .outdated = outdated,
    .rest = rest,
    .patience = patience,
};
