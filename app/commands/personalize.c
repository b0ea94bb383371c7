#include "app/commands/commands.h"
#include "app/commands/object.h"

#include "app/personalize.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum { PEOPLE = 50, PEOPLE_MAX = 100000 };

static const char *name_of(int habit)
{
    return habit < HABIT_KINDS ? habit_names[habit] : "all";
}

/* ---- a table ---- */

static double percent(uint64_t right, const struct personalize_tally *tally)
{
    return 100 * personalize_accuracy(right, tally);
}

static void print_tallies(const char *title, const char *column, const struct personalize_tally *at,
                          int first, int count)
{
    printf("  %-22s", title);
    for (int i = 0; i < count; i++)
        printf("  %s%2d", column, first + i * PERSONALIZE_BLOCK);
    printf("\n  %-22s", "    with the layer");
    for (int i = 0; i < count; i++)
        printf("%6.1f", percent(at[i].with, &at[i]));
    printf("\n  %-22s", "    without");
    for (int i = 0; i < count; i++)
        printf("%6.1f", percent(at[i].without, &at[i]));
    putchar('\n');
}

static void print_difference(const char *title, const struct personalize_difference *difference)
{
    printf("  %s %+.2f points, 95%% interval %+.2f to %+.2f\n", title, 100 * difference->by,
           100 * difference->low, 100 * difference->high);
}

static void print_result(int habit, const struct personalize_result *result)
{
    printf("%s: %u people\n", name_of(habit), result->people);
    print_tallies("as they are rated, to", "  ", result->block, PERSONALIZE_BLOCK,
                  PERSONALIZE_BLOCKS);
    print_tallies("never rated, after", "  ", result->held_out, 0, PERSONALIZE_BLOCKS + 1);
    print_difference("gain within 20 ratings", &result->gain);
    print_difference("ordinary messages after 50", &result->harm);
}

/* ---- JSON ---- */

static bool add_tally(cJSON *object, const struct personalize_tally *tally)
{
    return object && cJSON_AddNumberToObject(object, "messages", (double)tally->messages) &&
           cJSON_AddNumberToObject(object, "with", personalize_accuracy(tally->with, tally)) &&
           cJSON_AddNumberToObject(object, "without", personalize_accuracy(tally->without, tally));
}

/* One object a tally; `number` is `first`, then 10 more each. */
static bool add_tallies(cJSON *object, const char *name, const char *number, int first,
                        const struct personalize_tally *tallies, int count)
{
    cJSON *list = cJSON_AddArrayToObject(object, name);
    bool complete = list != NULL;

    for (int i = 0; i < count && complete; i++) {
        cJSON *item = cJSON_CreateObject();

        complete = cJSON_AddItemToArray(list, item) &&
                   cJSON_AddNumberToObject(item, number, first + i * PERSONALIZE_BLOCK) &&
                   add_tally(item, &tallies[i]);
    }
    return complete;
}

static bool add_difference(cJSON *object, const char *name,
                           const struct personalize_difference *difference)
{
    cJSON *item = cJSON_AddObjectToObject(object, name);

    return item && cJSON_AddNumberToObject(item, "by", difference->by) &&
           cJSON_AddNumberToObject(item, "low", difference->low) &&
           cJSON_AddNumberToObject(item, "high", difference->high);
}

static bool add_result(cJSON *object, int habit, const struct personalize_result *result)
{
    cJSON *item = cJSON_AddObjectToObject(object, name_of(habit));

    return item && cJSON_AddNumberToObject(item, "people", result->people) &&
           add_tallies(item, "rated", "to", PERSONALIZE_BLOCK, result->block, PERSONALIZE_BLOCKS) &&
           add_tallies(item, "held_out", "after", 0, result->held_out, PERSONALIZE_BLOCKS + 1) &&
           add_tally(cJSON_AddObjectToObject(item, "ordinary"), &result->ordinary) &&
           add_difference(item, "gain", &result->gain) &&
           add_difference(item, "harm", &result->harm);
}

static enum error print_json(const struct model *model, const struct personalize_result *results)
{
    cJSON *object = cJSON_CreateObject();
    bool complete = object && cJSON_AddStringToObject(object, "model", model_id(model));

    for (int habit = 0; habit <= HABIT_KINDS && complete; habit++)
        complete = add_result(object, habit, &results[habit]);
    return object_print(object, complete);
}

/* ---- the command ---- */

static bool read_count(const struct arguments *arguments, const char *option, long long most,
                       long long *out)
{
    const char *text = arguments_value(arguments, option);
    char *end;

    if (!text)
        return true;
    errno = 0;
    *out = strtoll(text, &end, 10);
    return text[0] >= '0' && text[0] <= '9' && *end == '\0' && errno == 0 && *out >= 1 &&
           *out <= most;
}

static int run(const struct arguments *arguments)
{
    struct personalize_settings settings = {.data = arguments_value(arguments, "data"),
                                            .map = arguments_value(arguments, "map")};
    struct personalize_result results[HABIT_KINDS + 1];
    const char *path = arguments_value(arguments, "model");
    long long people = PEOPLE, seed = 1;
    struct model *model = NULL;
    enum error error;

    if (!path || !settings.data)
        return report_usage(arguments, "personalize needs --model MODEL and --data TSV");
    if (!read_count(arguments, "people", PEOPLE_MAX, &people))
        return report_usage(arguments, "--people takes a whole number from 1 to %d", PEOPLE_MAX);
    if (!read_count(arguments, "seed", UINT32_MAX, &seed))
        return report_usage(arguments, "--seed takes a whole number from 1 to %u", UINT32_MAX);
    settings.people = (uint32_t)people;
    settings.seed = (uint64_t)seed;
    error = model_open(path, &model);
    if (!error)
        error = personalize(model, &settings, results);
    if (!error && arguments_has(arguments, "json"))
        error = print_json(model, results);
    else if (!error)
        for (int habit = 0; habit <= HABIT_KINDS; habit++)
            print_result(habit, &results[habit]);
    model_close(model);
    return error ? report_error(arguments) : EXIT_OK;
}

static const struct option options[] = {
    {"model", "MODEL", NULL, "guess with this model"},
    {"data", "TSV", NULL, "these rows are ordinary messages, and what people write about"},
    {"map", "TSV", NULL, "lead each label through this table: from, a tab, to"},
    {"people", "N", NULL, "so many people with each habit (default 50)"},
    {"seed", "N", NULL, "draw everything by this number (default 1)"},
    {"json", NULL, NULL, "print one JSON object"},
    {0},
};

const struct command command_personalize = {
    .name = "personalize",
    .operands = "",
    .summary = "what ratings teach the guesses of people with habits of their own",
    .details =
        "Makes up people who write unlike others: slang, words that nobody else has; irony, "
        "phrases that mean another emotion than they say; emoji used for another emotion; and a "
        "label for what others call by another. Each writes 50 messages, half of them touched by "
        "the habit and the others rows of the data, and says of each guess whether it is right; of "
        "five corrections one names no emotion.\n\n"
        "Accuracy on messages that the habit touches, with what was learnt until then and without: "
        "as they are rated, in ten ratings each, every guess before it is learnt from; and on such "
        "messages that are never rated. Below them, the accuracy on the rows that the person has "
        "not rated, with what 50 ratings have taught, less that without.\n\n"
        "    emotrack-lab personalize --model emotions.model --data dev.tsv --map ekman.tsv",
    .options = options,
    .run = run,
};
