#include "sync/server/page.h"

#include "base/utf8.h"
#include "sync/server/chart.h"
#include "sync/server/gate.h"

#include <inttypes.h>
#include <math.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { FIGURE_MAX = 32, TIME_MAX = 32, BAR_WIDTH = 720 };

static const char style[] =
    ":root{color-scheme:light dark;--ink:#1c2430;--soft:#5b6675;--paper:#f6f7f9;--card:#fff;"
    "--rule:#dfe3e8;--one:#1f6feb;--two:#c2410c;--good:#1a7f37}"
    "@media(prefers-color-scheme:dark){:root{--ink:#e6e9ee;--soft:#9aa5b4;--paper:#12161c;"
    "--card:#1a2029;--rule:#2d3541;--one:#6cb0ff;--two:#ff9a5c;--good:#57c76b}}"
    "*{box-sizing:border-box}body{margin:0;background:var(--paper);color:var(--ink);"
    "font:16px/1.5 system-ui,sans-serif}main{max-width:52rem;margin:0 auto;padding:2rem 1rem}"
    "h1{font-size:1.5rem;margin:0}h2{font-size:1.1rem;margin:0 0 .6rem}p{margin:.4rem 0}"
    "header{display:flex;gap:.8rem;align-items:center;flex-wrap:wrap;margin-bottom:1.2rem}"
    ".state{border:1px solid;border-radius:1rem;padding:0 .7rem;color:var(--soft)}"
    ".open{color:var(--good)}"
    "section{background:var(--card);border:1px solid var(--rule);border-radius:.6rem;"
    "padding:1rem 1.2rem;margin-bottom:1rem}"
    ".facts{display:flex;flex-wrap:wrap;gap:.4rem 2.4rem;margin:0 0 .4rem}.facts "
    "div{min-width:7rem}"
    "dt{color:var(--soft);font-size:.85rem}dd{margin:0;font-size:1.35rem;font-weight:600}"
    ".soft{color:var(--soft)}.wide{overflow-x:auto}table{border-collapse:collapse;width:100%}"
    "th,td{text-align:left;padding:.3rem .8rem .3rem 0;border-bottom:1px solid var(--rule);"
    "vertical-align:top}th{color:var(--soft);font-weight:500;font-size:.85rem}"
    "td.number,th.number{text-align:right;font-variant-numeric:tabular-nums}"
    "tr:last-child td{border-bottom:0}td.when{white-space:nowrap}"
    "pre,code{font-family:ui-monospace,monospace}"
    "pre{background:var(--paper);border:1px solid var(--rule);border-radius:.4rem;"
    "padding:.6rem .8rem;overflow-x:auto;margin:.5rem 0}"
    "svg{width:100%;height:auto;display:block}.grid{stroke:var(--rule)}"
    ".axis{fill:var(--soft);font-size:13px}.line{fill:none;stroke-width:2.2}"
    "path.accuracy{stroke:var(--one)}path.f1{stroke:var(--two)}"
    "circle.accuracy{fill:var(--one)}circle.f1{fill:var(--two)}"
    ".key{display:inline-block;width:.8rem;height:.8rem;border-radius:50%}"
    ".key.accuracy{background:var(--one)}.key.f1{background:var(--two);margin-left:1rem}"
    ".trough{fill:var(--rule)}.fill{fill:var(--good)}";

/* The page so far, and the first error. */
struct page {
    struct buffer *out;
    enum error error;
};

static void put(struct page *page, const char *format, ...) PRINTF_LIKE(2, 3);
static void put(struct page *page, const char *format, ...)
{
    char text[1024];
    va_list arguments;
    int length;

    va_start(arguments, format);
    length = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (length >= (int)sizeof text)
        length = (int)sizeof text - 1;
    if (!page->error && length > 0)
        page->error = buffer_append(page->out, text, (size_t)length);
}

/* Text of anybody's: what HTML would read is escaped, what is no UTF-8 is replaced. */
static void put_text(struct page *page, const char *text)
{
    size_t length = strlen(text);

    for (size_t at = 0; at < length;) {
        int32_t codepoint;
        char bytes[4];

        at += utf8_decode(text + at, length - at, &codepoint);
        if (codepoint < ' ' || codepoint == 0x7f || utf8_reorders(codepoint))
            codepoint = UTF8_REPLACEMENT;
        if (strchr("&<>\"'", codepoint < 0x7f ? codepoint : 'x'))
            put(page, "&#%d;", (int)codepoint);
        else
            put(page, "%.*s", (int)utf8_encode(codepoint, bytes), bytes);
    }
}

static void put_time(struct page *page, int64_t seconds)
{
    time_t time = (time_t)seconds;
    char text[TIME_MAX];
    struct tm parts;

    if (seconds <= 0 || !gmtime_r(&time, &parts) ||
        strftime(text, sizeof text, "%Y-%m-%d %H:%M", &parts) == 0)
        snprintf(text, sizeof text, "-");
    put(page, "%s", text);
}

static void figure(double value, char out[FIGURE_MAX])
{
    snprintf(out, FIGURE_MAX, isnan(value) ? "-" : "%.3f", value);
}

static void put_fact(struct page *page, const char *name, const char *value)
{
    put(page, "<div><dt>%s</dt><dd>%s</dd></div>", name, value);
}

/* How far the round is on its way to closing (or to the minimum). */
static void put_bar(struct page *page, const struct server_status *status)
{
    uint64_t goal = status->close_reports ? status->close_reports : status->minimum;
    double part = goal ? fmin(1, (double)status->reports / (double)goal) : 0;

    put(page,
        "<svg viewBox=\"0 0 %d 10\" role=\"img\" aria-label=\"%.0f percent of the reports\">"
        "<rect class=\"trough\" width=\"%d\" height=\"10\" rx=\"5\"/>"
        "<rect class=\"fill\" width=\"%.1f\" height=\"10\" rx=\"5\"/></svg>\n",
        BAR_WIDTH, 100 * part, BAR_WIDTH, part * BAR_WIDTH);
}

/* Anybody reads this page. */
static void put_gate(struct page *page, const struct server_status *status)
{
    if (strncmp(status->gate, GATE_TROUBLE, sizeof GATE_TROUBLE - 1) == 0) {
        put(page, "<p>The gate cannot judge the new model; the operator has to look.</p>");
    } else if (status->gate[0]) {
        put(page, "<p>The gate: ");
        put_text(page, status->gate);
        put(page, "</p>");
    }
}

static void put_now(struct page *page, const struct server_status *status)
{
    char number[FIGURE_MAX];

    put(page, "<section><h2>Now</h2><dl class=\"facts\">");
    snprintf(number, sizeof number, "%" PRIu64, status->round);
    put_fact(page, "Round", status->round ? number : "none yet");
    snprintf(number, sizeof number, "%" PRIu64, status->reports);
    put_fact(page, "Reports in it", number);
    snprintf(number, sizeof number, "%" PRIu32, status->model);
    put_fact(page, "Model version", number);
    put(page, "</dl>\n");
    if (status->round)
        put_bar(page, status);
    put(page, "<p class=\"soft\">");
    if (status->close_reports)
        put(page, "The round closes at %" PRIu32 " reports. ", status->close_reports);
    put(page, "With fewer than %" PRIu32 " nothing is opened.</p>\n", status->minimum);
    put_gate(page, status);
    put(page, "</section>\n");
}

static void put_privacy(struct page *page, const struct server_status *status)
{
    put(page, "<section><h2>Privacy</h2><p>A contribution is a few votes on public words and word "
              "pairs. It has no name, and no message leaves a device. The server adds the votes up "
              "and keeps the sum alone.</p>\n");
    if (status->noise > 0)
        put(page,
            "<p>Before a sum is looked at, noise of %g times its sensitivity is added to it. If "
            "the operator keeps to that, one contribution costs at most &epsilon; = %.2f, and all "
            "that a device may ever send &epsilon; = %.2f (&delta; = 10<sup>-6</sup>).</p>",
            status->noise, status->epsilon_each, status->epsilon_all);
    else
        put(page, "<p><strong>No noise is added:</strong> there is no guarantee beyond trust in "
                  "the operator.</p>");
    put(page, "</section>\n");
}

static void put_models(struct page *page, const struct server_status *status)
{
    put(page, "<section><h2>Models</h2>\n");
    if (chart_has_figures(status)) {
        put(page, "<p><span class=\"key accuracy\"></span> accuracy <span class=\"key f1\"></span> "
                  "macro-F1 <span class=\"soft\">on the operator's validation file</span></p>\n");
        if (!page->error)
            page->error = chart_write(status, page->out);
    } else {
        put(page, "<p>No figures: %s.</p>\n",
            status->gated ? "no model was measured yet" : "no validation file is configured");
    }
    put(page, "<div class=\"wide\"><table><tr><th class=\"number\">Version</th><th>Published (UTC)"
              "</th><th>From</th><th class=\"number\">Accuracy</th><th class=\"number\">Macro-F1"
              "</th></tr>\n");
    for (size_t i = status->model_count; i-- > 0;) {
        const struct status_model *model = &status->models[i];
        char accuracy[FIGURE_MAX], macro_f1[FIGURE_MAX];

        figure(model->accuracy, accuracy);
        figure(model->macro_f1, macro_f1);
        put(page, "<tr><td class=\"number\">%" PRIu32 "</td><td class=\"when\">", model->version);
        put_time(page, model->published);
        put(page, "</td><td>");
        put_text(page, model->origin);
        put(page, "%s</td><td class=\"number\">%s</td><td class=\"number\">%s</td></tr>\n",
            model->current ? " (in use)" : "", accuracy, macro_f1);
    }
    put(page, "</table></div></section>\n");
}

static void put_rounds(struct page *page, const struct server_status *status)
{
    put(page, "<section><h2>Rounds</h2>\n");
    if (status->round_count == 0)
        put(page, "<p>None yet.</p></section>\n");
    if (status->round_count == 0)
        return;
    put(page, "<div class=\"wide\"><table><tr><th class=\"number\">Round</th><th class=\"number\">"
              "Reports</th><th>Opened (UTC)</th><th>Closed (UTC)</th><th>Outcome</th></tr>\n");
    for (size_t i = status->round_count; i-- > 0;) {
        const struct status_round *round = &status->rounds[i];

        put(page,
            "<tr><td class=\"number\">%" PRIu64 "</td><td class=\"number\">%" PRIu64
            "</td><td class=\"when\">",
            round->round, round->reports);
        put_time(page, round->opened);
        put(page, "</td><td class=\"when\">");
        if (round->closed)
            put_time(page, round->closed);
        put(page, "</td><td>");
        put_text(page, round->closed ? round->outcome : "open");
        put(page, "</td></tr>\n");
    }
    put(page, "</table></div></section>\n");
}

static void put_joining(struct page *page, const struct server_status *status)
{
    char fingerprint[FINGERPRINT_MAX];

    key_fingerprint(status->key, fingerprint);
    put(page, "<section><h2>Take part</h2><p>With EmoTrack on your device:</p><pre>emotrack join ");
    put_text(page, status->url);
    put(page,
        "\nemotrack sync</pre><p>It shows the server's key and asks. Compare the fingerprint with "
        "what the operator told you by another way:</p><pre>%s</pre></section>\n",
        fingerprint);
}

enum error page_write(const struct server_status *status, struct buffer *out)
{
    struct page page = {.out = out, .error = ERROR_NONE};
    const char *state = status->state ? status->state : "stopped";

    put(&page, "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
               "<meta name=\"viewport\" content=\"width=device-width\">"
               "<title>EmoTrack server</title><style>");
    if (!page.error)
        page.error = buffer_append_text(out, style);
    put(&page, "</style></head>\n<body><main><header><h1>EmoTrack server</h1><span class=\"state ");
    put_text(&page, state);
    put(&page, "\">");
    put_text(&page, state);
    put(&page, "</span></header>\n");
    put_now(&page, status);
    put_privacy(&page, status);
    put_models(&page, status);
    put_rounds(&page, status);
    put_joining(&page, status);
    put(&page, "</main></body></html>\n");
    return page.error;
}

void page_policy(char out[PAGE_POLICY_MAX])
{
    unsigned char hash[HASH_BYTES];
    char text[sodium_base64_ENCODED_LEN(HASH_BYTES, sodium_base64_VARIANT_ORIGINAL)];

    hash_bytes(style, sizeof style - 1, hash);
    sodium_bin2base64(text, sizeof text, hash, sizeof hash, sodium_base64_VARIANT_ORIGINAL);
    snprintf(out, PAGE_POLICY_MAX,
             "default-src 'none'; style-src 'sha256-%s'; base-uri 'none'; form-action 'none'; "
             "frame-ancestors 'none'",
             text);
}
