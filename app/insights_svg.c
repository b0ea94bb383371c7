#include "app/insights_svg.h"

#include "app/describe.h"
#include "app/describe_insights.h"
#include "app/display.h"
#include "app/say.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* All lengths are in units of the picture: WIDTH of them are 210 mm. */
enum {
    WIDTH = 828,
    MARGIN = 40,
    RIGHT = WIDTH - MARGIN,
    ACROSS = RIGHT - MARGIN, /* between the margins */
    HEADING = 30,            /* from the line of a section's title to what is below it */
    GAP = 34,                /* between sections */
    NAME_COLUMNS = 18,       /* of a name; longer ones are cut */
    SIZE_MAX_TEXT = 1024,    /* bytes of a text */
};

/* What is drawn, from the top down. */
struct page {
    struct say words;
    const struct insights_view *view;
    const struct model *model;
    int y; /* where what comes next begins */
};

/* ---- colours: light enough for dark letters, and of different lightness ---- */

struct hue {
    const char *name; /* as in struct label */
    const char *fill, *line;
    const char *bold_fill, *bold_line;
};

static const struct hue hues[] = {
    {"default", "#d3d7dd", "#6b7280", "#b4bac4", "#565d69"},
    {"red", "#ec8577", "#a63a2b", "#f7a79b", "#b5483a"},
    {"green", "#9bd08a", "#3f7d2e", "#c0e3a4", "#5a8a3a"},
    {"yellow", "#ffe07a", "#9a7400", "#fccb5c", "#9c6b00"},
    {"blue", "#7fb2e5", "#2f68a3", "#a9c8f2", "#4470b0"},
    {"magenta", "#c99ad9", "#7a3f92", "#e3bbe6", "#8c4f9b"},
    {"cyan", "#9fe3dc", "#23807a", "#bdeaf2", "#2f7f92"},
};

struct paint {
    const char *fill, *line;
};

/* That of a label which the model does not know is the default. */
static struct paint paint_of(const struct page *page, int label)
{
    const char *name = page->view->data->name[label];
    int known = model_find_label(page->model, name);
    const char *colour = known >= 0 ? model_label(page->model, known)->colour : hues[0].name;
    bool bold = strncmp(colour, "bold ", strlen("bold ")) == 0;

    colour += bold ? strlen("bold ") : 0;
    for (size_t i = 0; i < sizeof hues / sizeof *hues; i++) {
        const struct hue *hue = &hues[i];

        if (strcmp(hue->name, colour) == 0)
            return bold ? (struct paint){hue->bold_fill, hue->bold_line}
                        : (struct paint){hue->fill, hue->line};
    }
    return (struct paint){hues[0].fill, hues[0].line};
}

/* ---- pieces ---- */

static const char *entity(char c)
{
    switch (c) {
    case '&': return "&amp;";
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '"': return "&quot;";
    default: return NULL;
    }
}

static void say_escaped(struct say *words, const char *text)
{
    for (; *text; text++) {
        const char *written = entity(*text);

        if (written)
            say(words, "%s", written);
        else
            say(words, "%c", *text);
    }
}

/* A label's name, "can't tell" for none; cut where it is longer than `columns`. */
static void say_name(struct page *page, int label, size_t columns)
{
    const char *name = describe_label(label >= 0 ? page->view->data->name[label] : NULL);
    struct buffer shown;

    buffer_init(&shown, SIZE_MAX_TEXT);
    if (!page->words.error)
        page->words.error = display_line(name, strlen(name), columns, &shown);
    if (!page->words.error && shown.length)
        say_escaped(&page->words, shown.data);
    buffer_free(&shown);
}

/* Text of our own, without what XML would take for markup. */
#define draw_text(page, x, y, style, ...)                                                          \
    do {                                                                                           \
        say(&(page)->words, "<text x=\"%d\" y=\"%d\" class=\"%s\">", (x), (y), (style));           \
        say(&(page)->words, __VA_ARGS__);                                                          \
        say(&(page)->words, "</text>\n");                                                          \
    } while (0)

static void draw_box(struct page *page, int x, int y, int width, int height, const char *fill)
{
    say(&page->words, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"3\" fill=\"%s\"/>\n",
        x, y, width, height, fill);
}

/* The sign by which an emotion is known all over the page. */
static void draw_swatch(struct page *page, int x, int y, int label)
{
    draw_box(page, x, y, 18, 18, paint_of(page, label).fill);
    draw_text(page, x + 9, y + 13, "letter", "%c", page->view->letters[label]);
}

static void draw_heading(struct page *page, const char *title, const char *note)
{
    page->y += GAP;
    say(&page->words,
        "<text x=\"%d\" y=\"%d\" class=\"heading\">%s<tspan class=\"note\" dx=\"10\">", MARGIN,
        page->y, title);
    say_escaped(&page->words, note);
    say(&page->words, "</tspan></text>\n");
    page->y += HEADING - 14;
}

/* ---- days ---- */

static const char untold[] = "#eef0f3"; /* a day with messages and no emotion */

/* What a pointer is told about a day. */
static void say_day(struct page *page, int32_t at)
{
    const struct insights_cell *cell = &page->view->cells[at];
    char date[INSIGHTS_DATE_MAX];

    insights_date(page->view->trends.period.first + at, date);
    say(&page->words, "<title>%s: %zu message%s", date, cell->messages,
        cell->messages == 1 ? "" : "s");
    if (cell->label >= 0) {
        say(&page->words, ", mostly ");
        say_name(page, cell->label, NAME_COLUMNS);
    }
    say(&page->words, "</title>");
}

/* A day's box with a sign in it: the letter of its main emotion, "-" where it has none, and a dot
 * where nothing was written. */
static void draw_day(struct page *page, int32_t at, int x, int y, int width, int height)
{
    const struct insights_cell *cell = &page->view->cells[at];
    bool told = cell->label >= 0;
    int middle = x + width / 2, line = y + height / 2 + 4;

    say(&page->words, "<g>");
    say_day(page, at);
    if (cell->messages)
        draw_box(page, x, y, width, height, told ? paint_of(page, cell->label).fill : untold);
    if (told)
        draw_text(page, middle, line, "letter", "%c", page->view->letters[cell->label]);
    else
        draw_text(page, middle, line, "faint", "%s", cell->messages ? "-" : "&#183;");
    say(&page->words, "</g>\n");
}

enum { MONTHS = 12, MONTH_DAYS = 31, STEP = 23, BOX = 21, MONTH_NAME = 36 };

/* Months as rows, the days of a month as columns. */
static void draw_year(struct page *page)
{
    const struct insights_period *period = &page->view->trends.period;
    int left = MARGIN + MONTH_NAME;

    for (int day = 0; day < MONTH_DAYS; day++)
        draw_text(page, left + day * STEP + BOX / 2, page->y + 10, "tick", "%d", day + 1);
    page->y += 16;
    for (int month = 0; month < MONTHS; month++, page->y += STEP) {
        struct insights_bucket bucket;

        insights_bucket(period, month, &bucket);
        draw_text(page, MARGIN, page->y + 15, "name", "%s", bucket.name);
        for (int32_t day = 0; day < bucket.days; day++)
            draw_day(page, bucket.first - period->first + day, left + (int)day * STEP, page->y, BOX,
                     BOX);
    }
}

enum { WEEK = 7, DAY_GAP = 4, DAY_STEP = (ACROSS + DAY_GAP) / WEEK };
enum { DAY_WIDTH = DAY_STEP - DAY_GAP, DAY_HEIGHT = 46, DAY_LINE = DAY_HEIGHT + DAY_GAP };

/* A larger box, with the day of the month and the name of the emotion. */
static void draw_day_of_week(struct page *page, int32_t at, int x, int y)
{
    char date[INSIGHTS_DATE_MAX];
    const char *number;

    insights_date(page->view->trends.period.first + at, date);
    number = strrchr(date, '-') + 1;
    draw_day(page, at, x, y, DAY_WIDTH, DAY_HEIGHT);
    draw_text(page, x + 12, y + 14, "tick", "%s", number + (number[0] == '0'));
    if (page->view->cells[at].label < 0)
        return;
    say(&page->words, "<text x=\"%d\" y=\"%d\" class=\"tick\">", x + DAY_WIDTH / 2,
        y + DAY_HEIGHT - 6);
    say_name(page, page->view->cells[at].label, NAME_COLUMNS);
    say(&page->words, "</text>\n");
}

/* Weeks as rows, the days of the week as columns. */
static void draw_weeks(struct page *page)
{
    const struct insights_period *period = &page->view->trends.period;
    int lead = (insights_weekday(period->first) - period->week_start + WEEK) % WEEK;

    for (int day = 0; day < WEEK; day++)
        draw_text(page, MARGIN + day * DAY_STEP + DAY_WIDTH / 2, page->y + 10, "tick", "%s",
                  insights_weekday_names[(period->week_start + day) % WEEK]);
    page->y += 16;
    for (int32_t at = 0; at < period->days; at++)
        draw_day_of_week(page, at, MARGIN + (lead + at) % WEEK * DAY_STEP,
                         page->y + (lead + at) / WEEK * DAY_LINE);
    page->y += (lead + period->days + WEEK - 1) / WEEK * DAY_LINE;
}

enum { LEGEND_ACROSS = 5, LEGEND_STEP = ACROSS / LEGEND_ACROSS, LEGEND_LINE = 24 };

static int legend_x(int place)
{
    return MARGIN + place % LEGEND_ACROSS * LEGEND_STEP;
}

/* Every emotion of the period; then what stands for no emotion and for no message. */
static void draw_legend(struct page *page)
{
    const struct insights_trends *trends = &page->view->trends;
    int count = trends->count;

    page->y += 12;
    for (int place = 0; place < count + 2; place++) {
        int x = legend_x(place), y = page->y + place / LEGEND_ACROSS * LEGEND_LINE;

        if (place < count) {
            draw_swatch(page, x, y, trends->trend[place].label);
            say(&page->words, "<text x=\"%d\" y=\"%d\" class=\"name\">", x + 26, y + 13);
            say_name(page, trends->trend[place].label, NAME_COLUMNS);
            say(&page->words, "</text>\n");
            continue;
        }
        if (place == count)
            draw_box(page, x, y, 18, 18, untold);
        draw_text(page, x + 9, y + 13, "faint", "%s", place == count ? "-" : "&#183;");
        draw_text(page, x + 26, y + 13, "name", "%s",
                  place == count ? "no emotion" : "nothing written");
    }
    page->y += (count + 2 + LEGEND_ACROSS - 1) / LEGEND_ACROSS * LEGEND_LINE;
}

static void draw_days(struct page *page)
{
    enum insights_span span = page->view->trends.period.span;

    if (span == INSIGHTS_DAY)
        return;
    draw_heading(page, span == INSIGHTS_YEAR ? "The year in days" : "Day by day",
                 "colour and letter: the main emotion of a day");
    if (span == INSIGHTS_YEAR)
        draw_year(page);
    else
        draw_weeks(page);
    draw_legend(page);
}

/* ---- trends ---- */

enum { CHART_TOP = 26, CHART_HEIGHT = 40, PANEL_HEIGHT = 98, PANEL_GAP = 28, FEW_TRENDS = 8 };

static void say_points(struct page *page, const struct insights_trend *trend, int x, int y,
                       int width)
{
    const struct insights_trends *trends = &page->view->trends;

    for (int i = 0; i < trends->period.buckets; i++) {
        double height = CHART_HEIGHT * (double)trend->buckets[i] / (double)trends->most;
        double across = (double)width * i / (trends->period.buckets - 1);

        say(&page->words, " %.1f,%.1f", x + across, y + CHART_HEIGHT - height);
    }
}

static void draw_chart(struct page *page, const struct insights_trend *trend, int x, int y,
                       int width)
{
    struct paint paint = paint_of(page, trend->label);
    int base = y + CHART_HEIGHT;

    say(&page->words, "<polygon fill=\"%s\" fill-opacity=\"0.6\" points=\"%d,%d", paint.fill, x,
        base);
    say_points(page, trend, x, y, width);
    say(&page->words, " %d,%d\"/>\n<polyline class=\"line\" stroke=\"%s\" points=\"", x + width,
        base, paint.line);
    say_points(page, trend, x, y, width);
    say(&page->words, "\"/>\n<path class=\"base\" d=\"M%d %dh%d\"/>\n", x, base, width);
}

static void draw_share(struct page *page, const struct insights_trend *trend, int x, int y)
{
    const struct insights_trends *trends = &page->view->trends;
    long change = lround(100 * trend->change);

    say(&page->words, "<text x=\"%d\" y=\"%d\" class=\"number\">", x, y);
    if (trends->shares)
        say(&page->words, "%ld%%", describe_percent(trend->count, trends->told));
    else
        say(&page->words, "%zu", trend->count);
    if (trends->changes)
        say(&page->words,
            change ? "<tspan class=\"note\" dx=\"6\">%+ld points</tspan>"
                   : "<tspan class=\"note\" dx=\"6\">%ld points</tspan>",
            change);
    say(&page->words, "</text>\n");
}

static void draw_panel(struct page *page, const struct insights_trend *trend, int x, int y,
                       int width)
{
    const struct insights_period *period = &page->view->trends.period;
    struct insights_bucket first, last;

    insights_bucket(period, 0, &first);
    insights_bucket(period, period->buckets - 1, &last);
    draw_swatch(page, x, y, trend->label);
    say(&page->words, "<text x=\"%d\" y=\"%d\" class=\"strong\">", x + 26, y + 14);
    say_name(page, trend->label, NAME_COLUMNS);
    say(&page->words, "</text>\n");
    draw_share(page, trend, x + width, y + 14);
    draw_chart(page, trend, x, y + CHART_TOP, width);
    draw_text(page, x, y + CHART_TOP + CHART_HEIGHT + 13, "start", "%s", first.name);
    draw_text(page, x + width, y + CHART_TOP + CHART_HEIGHT + 13, "end", "%s", last.name);
}

static void draw_trends(struct page *page)
{
    const struct insights_trends *trends = &page->view->trends;
    int across = trends->count > FEW_TRENDS ? 3 : 2;
    int step = (ACROSS + PANEL_GAP) / across;
    char note[160];

    if (trends->count == 0)
        return;
    snprintf(note, sizeof note, "%s; the lines have one scale, up to %zu message%s",
             trends->shares ? "share of what has an emotion" : "messages", trends->most,
             trends->most == 1 ? "" : "s");
    draw_heading(page, "Trends", note);
    for (int i = 0; i < trends->count; i++)
        draw_panel(page, &trends->trend[i], MARGIN + i % across * step,
                   page->y + i / across * PANEL_HEIGHT, step - PANEL_GAP);
    page->y += (trends->count + across - 1) / across * PANEL_HEIGHT - 12;
}

/* ---- the model and you ---- */

enum { BAR_HEIGHT = 12, CORRECTIONS_ACROSS = 3 };

static void draw_accuracy(struct page *page)
{
    const struct insights_agreement *agreement = &page->view->agreement;
    double share = (double)agreement->right / (double)agreement->rated;

    draw_box(page, MARGIN, page->y, ACROSS, BAR_HEIGHT, "#e6e9ee");
    draw_box(page, MARGIN, page->y, (int)lround(share * ACROSS), BAR_HEIGHT, "#475569");
    page->y += BAR_HEIGHT + 20;
}

static void draw_correction(struct page *page, const struct insights_correction *correction, int x,
                            int y)
{
    say(&page->words, "<text x=\"%d\" y=\"%d\" class=\"name\">", x, y);
    say_name(page, correction->from, NAME_COLUMNS);
    say(&page->words, " &#8594; ");
    say_name(page, correction->to, NAME_COLUMNS);
    say(&page->words, "<tspan class=\"note\" dx=\"6\">%zu</tspan></text>\n", correction->count);
}

static void draw_corrections(struct page *page)
{
    const struct insights_agreement *agreement = &page->view->agreement;
    int rows = (agreement->corrections + CORRECTIONS_ACROSS - 1) / CORRECTIONS_ACROSS;

    if (agreement->corrections == 0)
        return;
    draw_text(page, MARGIN, page->y, "note", "Most often corrected");
    for (int i = 0; i < agreement->corrections; i++)
        draw_correction(page, &agreement->correction[i],
                        MARGIN + i % CORRECTIONS_ACROSS * (ACROSS / CORRECTIONS_ACROSS),
                        page->y + 20 + i / CORRECTIONS_ACROSS * 20);
    page->y += 20 + rows * 20;
}

static void draw_agreement(struct page *page)
{
    const struct insights_agreement *agreement = &page->view->agreement;
    struct buffer line;

    if (agreement->rated == 0)
        return;
    buffer_init(&line, SIZE_MAX_TEXT);
    if (!page->words.error)
        page->words.error = describe_agreement(agreement, &line);
    draw_heading(page, "The model and you", line.data ? line.data : "");
    buffer_free(&line);
    page->y -= 4;
    if (agreement->rated >= INSIGHTS_FIRST)
        draw_accuracy(page);
    else
        page->y += 12;
    draw_corrections(page);
}

/* ---- the page ---- */

static void draw_title(struct page *page)
{
    const struct insights_trends *trends = &page->view->trends;

    page->y = MARGIN + 34;
    draw_text(page, MARGIN, page->y, "title", "%s", trends->period.title);
    draw_text(page, RIGHT, page->y, "mark", "EmoTrack");
    page->y += 24;
    draw_text(page, MARGIN, page->y, "note", "%zu message%s, %zu with an emotion by %s",
              trends->messages, trends->messages == 1 ? "" : "s", trends->told,
              insights_source_names[trends->source]);
}

static void draw_footer(struct page *page, int32_t today)
{
    char date[INSIGHTS_DATE_MAX];

    insights_date(today, date);
    page->y += 22;
    say(&page->words, "<path class=\"base\" d=\"M%d %dh%d\"/>\n", MARGIN, page->y, ACROSS);
    page->y += 20;
    draw_text(page, MARGIN, page->y, "start",
              "Made on this device by EmoTrack on %s; nothing was uploaded for it.", date);
    draw_text(page, RIGHT, page->y, "end", "Guesses rest on words: they are no diagnosis.");
    page->y += MARGIN;
}

static const char style[] =
    "<style>\n"
    "text{font-family:system-ui,'Helvetica Neue','DejaVu Sans',sans-serif;fill:#1f2733}\n"
    ".title{font-size:34px;font-weight:700}\n"
    ".mark{font-size:14px;font-weight:600;text-anchor:end;fill:#667085}\n"
    ".heading{font-size:16px;font-weight:700}\n"
    ".note{font-size:12px;font-weight:400;fill:#5b6472}\n"
    ".name{font-size:12px}\n"
    ".strong{font-size:13px;font-weight:600}\n"
    ".number{font-size:13px;font-weight:600;text-anchor:end}\n"
    ".letter{font-size:12px;font-weight:600;text-anchor:middle}\n"
    ".faint{font-size:12px;text-anchor:middle;fill:#98a1ae}\n"
    ".tick{font-size:9px;text-anchor:middle;fill:#3c4552}\n"
    ".start{font-size:10px;fill:#5b6472}\n"
    ".end{font-size:10px;fill:#5b6472;text-anchor:end}\n"
    ".line{fill:none;stroke-width:1.5;stroke-linejoin:round}\n"
    ".base{stroke:#c5cbd4;stroke-width:1}\n"
    "</style>\n";

static void put_head(struct say *words, const struct page *page)
{
    const struct insights_trends *trends = &page->view->trends;

    say(words,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"210mm\" height=\"%.1fmm\" "
        "viewBox=\"0 0 %d %d\" role=\"img\">\n",
        page->y * 210.0 / WIDTH, WIDTH, page->y);
    say(words,
        "<title>%s in emotions</title>\n<desc>%zu messages, %zu with an emotion by %s</desc>\n",
        trends->period.title, trends->messages, trends->told,
        insights_source_names[trends->source]);
    say(words, "%s<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>\n", style, WIDTH, page->y);
}

/* The page's height is known when all is drawn. */
enum error insights_svg(const struct insights_view *view, const struct model *model, int32_t today,
                        struct buffer *out)
{
    struct buffer body;
    struct page page = {.words = {.out = &body}, .view = view, .model = model};
    struct say words = {.out = out};

    buffer_init(&body, INSIGHTS_SVG_MAX);
    draw_title(&page);
    draw_days(&page);
    draw_trends(&page);
    draw_agreement(&page);
    draw_footer(&page, today);
    words.error = page.words.error;
    put_head(&words, &page);
    if (!words.error)
        words.error = buffer_append(out, body.data, body.length);
    buffer_free(&body);
    say(&words, "</svg>\n");
    return words.error;
}
