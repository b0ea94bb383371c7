#include "app/commands/commands.h"
#include "app/commands/period.h"
#include "app/commands/session.h"
#include "app/describe_insights.h"
#include "app/export.h"
#include "app/insights_svg.h"

#include <string.h>
#include <sys/stat.h>

/* NULL: standard output. */
static enum error choose_file(const struct arguments *arguments, const char **path)
{
    const char *name = arguments_value(arguments, "svg");
    struct stat status;

    if (!name)
        return error_raise(ERROR_USAGE, "a picture needs a file: name it with --svg");
    *path = strcmp(name, "-") == 0 ? NULL : name;
    if (*path && !arguments_has(arguments, "force") && stat(name, &status) == 0 &&
        S_ISREG(status.st_mode))
        return error_raise(ERROR_EXISTS, "'%s' is there already; --force replaces it", name);
    return ERROR_NONE;
}

static enum error draw(const struct arguments *arguments, struct journal *journal,
                       const struct insights_period *period, struct buffer *picture)
{
    struct insights_data data;
    struct insights_view view;
    enum error error = insights_read(journal, &data);

    if (!error && data.count == 0)
        error = error_raise(ERROR_NOT_FOUND, "%s", describe_insights_empty);
    if (!error) {
        insights_view(&data, period, period_source(arguments, &data), insights_today(), &view);
        error = insights_svg(&view, journal_model(journal), insights_today(), picture);
    }
    insights_data_free(&data);
    return error;
}

static enum error write_picture(const char *path, const struct buffer *picture)
{
    struct output output;
    enum error error = export_open(&output, path);

    if (!error)
        error = output_add(&output, picture->data, picture->length);
    return output_close(&output, error);
}

static int run(const struct arguments *arguments)
{
    struct journal *journal = NULL;
    struct insights_period period;
    struct buffer picture;
    const char *path = NULL;
    struct settings settings;
    enum error error = choose_file(arguments, &path);

    buffer_init(&picture, INSIGHTS_SVG_MAX);
    session_settings(arguments, &settings);
    if (!error)
        error = period_read(arguments, &settings, INSIGHTS_YEAR, &period);
    if (!error)
        error = session_open(arguments, JOURNAL_READ, &journal);
    if (!error)
        error = draw(arguments, journal, &period, &picture);
    if (!error)
        error = write_picture(path, &picture);
    buffer_free(&picture);
    journal_close(journal);
    return report_outcome(arguments, error);
}

static const struct option options[] = {
    {"svg", "FILE", NULL, "draw the picture into FILE, '-' for standard output"},
    {"force", NULL, NULL, "replace FILE where it is there"},
    {"period", "PERIOD", PERIOD_SPANS, "show so long a time; without it a year"},
    {"at", "DATE", NULL, period_at_help},
    {"source", "SOURCE", PERIOD_SOURCES, period_source_help},
    {0},
};

const struct command command_insights = {
    .name = "insights",
    .operands = "",
    .summary = "draw a year in emotions as a picture to print or to keep",
    .details =
        "The picture shows every day of the year, or of the period that is asked for, in the "
        "colour of its main emotion, each emotion over that time, and how often the guesses that "
        "you rated were right: what 'emotrack stats' says in words. Each emotion has a letter too, "
        "so that it reads without colours. It is an SVG file as wide as a page of A4; it holds no "
        "script, loads nothing, and holds no message. It appears whole or not at all, and only you "
        "can read it. FILE may not be a journal or in the folder of the "
        "journals.\n\n" PERIOD_DETAILS "\n\n"
        "    emotrack insights --svg 2026.svg\n"
        "    emotrack insights --svg - --period month | rsvg-convert --format pdf >month.pdf",
    .options = options,
    .run = run,
};
