#include "app/commands/commands.h"
#include "app/commands/session.h"
#include "app/display.h"
#include "app/journal_care.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

struct listing {
    cJSON *findings; /* NULL: words */
    bool complete;   /* there was memory for all of them */
};

static const char *title_of(const char *subject)
{
    if (strcmp(subject, "layer") == 0)
        return "what was learnt";
    return strcmp(subject, "model") == 0 ? "the model" : "the journal";
}

static void print_finding(const struct finding *finding)
{
    const char *text = finding->fault ? finding->fault : finding->note;
    struct buffer safe;

    buffer_init(&safe, 64 * 1024);
    if (display_safe(text, strlen(text), DISPLAY_LINE, &safe) == ERROR_NONE)
        printf("%-16s %s  %s\n", title_of(finding->subject), finding->fault ? "WRONG" : "sound",
               safe.data ? safe.data : "");
    buffer_free(&safe);
}

static bool add_text(cJSON *object, const char *name, const char *text)
{
    return text ? cJSON_AddStringToObject(object, name, text) != NULL
                : cJSON_AddNullToObject(object, name) != NULL;
}

static bool add_finding(cJSON *findings, const struct finding *finding)
{
    cJSON *object = cJSON_CreateObject();

    if (object && add_text(object, "subject", finding->subject) &&
        cJSON_AddBoolToObject(object, "sound", !finding->fault) &&
        add_text(object, "fault", finding->fault) && add_text(object, "note", finding->note) &&
        cJSON_AddItemToArray(findings, object))
        return true;
    cJSON_Delete(object);
    return false;
}

static void take_finding(void *context, const struct finding *finding)
{
    struct listing *listing = context;

    if (listing->findings)
        listing->complete = listing->complete && add_finding(listing->findings, finding);
    else
        print_finding(finding);
}

static enum error print_json(struct listing *listing, bool sound)
{
    cJSON *object = cJSON_CreateObject();
    char *text = NULL;

    if (object && listing->complete && cJSON_AddBoolToObject(object, "sound", sound) &&
        cJSON_AddItemToObject(object, "findings", listing->findings)) {
        listing->findings = NULL;
        text = cJSON_PrintUnformatted(object);
    }
    if (text)
        puts(text);
    cJSON_Delete(listing->findings);
    cJSON_Delete(object);
    cJSON_free(text);
    return text ? ERROR_NONE : error_raise_plain(ERROR_NO_MEMORY);
}

static int run(const struct arguments *arguments)
{
    struct journal_options options = {.model = arguments_value(arguments, "model")};
    struct settings settings;
    bool json = arguments_has(arguments, "json"), sound = false;
    struct listing listing = {.findings = json ? cJSON_CreateArray() : NULL, .complete = true};
    enum error error = !json || listing.findings ? ERROR_NONE : error_raise_plain(ERROR_NO_MEMORY);

    session_settings(arguments, &settings);
    options.profile = settings.profile;
    session_ask(arguments, &options);
    if (!error)
        error = journal_check(&options, take_finding, &listing, &sound);
    if (!error && json)
        error = print_json(&listing, sound);
    else
        cJSON_Delete(listing.findings);
    if (!error && !sound)
        error = error_raise(ERROR_DAMAGED,
                            "something is wrong; a backup of an earlier day may be sound: "
                            "`emotrack restore FILE`");
    return report_outcome(arguments, error);
}

static const struct option options[] = {
    {"json", NULL, NULL, "print one object: sound, and findings with subject, sound, fault, note"},
    {0},
};

const struct command command_check = {
    .name = "check",
    .operands = "",
    .summary = "look whether the journal, the model and what was learnt are sound",
    .details = "Reads every page of the journal, its indexes and references, and opens every text "
               "of one that is encrypted; the whole model "
               "file; and learns all ratings anew, to see that what was learnt is what they teach. "
               "Changes nothing. Exit status 1: something is wrong.",
    .options = options,
    .run = run,
};
