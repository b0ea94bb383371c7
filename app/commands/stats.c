#include "app/commands/commands.h"
#include "app/commands/object.h"
#include "app/commands/session.h"

#include <stdio.h>
#include <stdlib.h>

/* A share of fewer ratings would say more than is known. */
enum { RATINGS_LEAST = 20 };

static void print_row(const char *name, const struct month *month)
{
    printf("%-8s  %8zu  %6zu  %6zu", name, month->messages, month->rated, month->right);
    if (month->rated >= RATINGS_LEAST)
        printf("  %3.0f%%", 100.0 * (double)month->right / (double)month->rated);
    putchar('\n');
}

static void print_table(const struct month *total, const struct month *months, size_t count)
{
    if (total->messages == 0) {
        printf("There are no messages yet; 'emotrack write' takes some.\n");
        return;
    }
    printf("%-8s  %8s  %6s  %6s\n", "month", "messages", "rated", "right");
    for (size_t i = 0; i < count; i++)
        print_row(months[i].month, &months[i]);
    print_row("all", total);
    if (total->rated < RATINGS_LEAST)
        printf("\nHow often the model is right in percent shows from %d ratings on.\n",
               RATINGS_LEAST);
}

static bool add_counts(cJSON *object, const struct month *month)
{
    double accuracy = (double)month->right / (double)month->rated;

    return cJSON_AddNumberToObject(object, "messages", (double)month->messages) &&
           cJSON_AddNumberToObject(object, "rated", (double)month->rated) &&
           cJSON_AddNumberToObject(object, "right", (double)month->right) &&
           (month->rated > 0 ? cJSON_AddNumberToObject(object, "accuracy", accuracy)
                             : cJSON_AddNullToObject(object, "accuracy"));
}

static bool add_months(cJSON *object, const struct month *months, size_t count)
{
    cJSON *list = cJSON_AddArrayToObject(object, "months");
    bool complete = list != NULL;

    for (size_t i = 0; i < count && complete; i++) {
        cJSON *item = cJSON_CreateObject();

        complete = cJSON_AddItemToArray(list, item) &&
                   cJSON_AddStringToObject(item, "month", months[i].month) &&
                   add_counts(item, &months[i]);
    }
    return complete;
}

static enum error print_json(const struct month *total, const struct month *months, size_t count)
{
    cJSON *object = cJSON_CreateObject();
    bool complete = object && add_counts(object, total) && add_months(object, months, count);

    return object_print(object, complete);
}

static int run(const struct arguments *arguments)
{
    struct journal *journal = NULL;
    struct month total, *months = NULL;
    size_t count = 0;
    enum error error = session_open(arguments, JOURNAL_READ, &journal);

    if (!error)
        error = journal_stats(journal, &total, &months, &count);
    if (!error && arguments_has(arguments, "json"))
        error = print_json(&total, months, count);
    else if (!error)
        print_table(&total, months, count);
    free(months);
    journal_close(journal);
    return report_outcome(arguments, error);
}

static const struct option options[] = {
    {"json", NULL, NULL, "print one JSON object"},
    {0},
};

const struct command command_stats = {
    .name = "stats",
    .operands = "",
    .summary = "count messages and ratings, and how often the guess was right, by month",
    .details =
        "A percentage shows only from 20 ratings on. The object of --json has messages, rated, "
        "right and accuracy (right of rated, 0 to 1; null without ratings), and the same for "
        "each of its months.",
    .options = options,
    .run = run,
};
