#include "app/commands/commands.h"
#include "app/commands/server_acts.h"
#include "sync/server/round.h"

#include <stdio.h>

static enum error open_round(struct server *server, const char *operand)
{
    struct store_round round = {0};
    enum error error = round_open(server);

    (void)operand;
    if (!error)
        error = round_present(server, &round);
    if (!error)
        printf("round %llu is open, on model %u\n", (unsigned long long)round.round, round.model);
    return error;
}

/* Where a round is closing already, it is finished. */
static enum error close_round(struct server *server, const char *operand)
{
    struct store_round round = {0};
    enum error error = round_present(server, &round);

    (void)operand;
    if (!error && round.state != ROUND_CLOSING)
        error = round_close(server);
    if (!error)
        error = round_finish(server);
    if (!error)
        error = server->store->round(server->store, round.round, &round);
    if (!error)
        printf("round %llu is closed, %llu reports: %s\n", (unsigned long long)round.round,
               (unsigned long long)round.reports, round.outcome);
    return error || !server->config.continuous ? error : open_round(server, NULL);
}

static const struct server_act acts[] = {
    {"open", NULL, false, open_round},
    {"close", NULL, false, close_round},
};

static int run(const struct arguments *arguments)
{
    return server_act(arguments, acts, sizeof acts / sizeof *acts);
}

static const struct option options[] = {
    {"dir", "DIR", NULL, server_dir_help},
    {0},
};

const struct command command_server_round = {
    .name = "round",
    .operands = "open|close",
    .summary = "open a round, or close the one that is open, by hand",
    .details =
        "Closing adds the noise to the sum of the reports, destroys the sum, makes a model, lets "
        "the gate judge it, and publishes it or says why not. Below the minimum number of reports "
        "nothing is opened: the round stays open. With \"continuous\" in config.json the next "
        "round opens at once.",
    .options = options,
    .operands_min = 1,
    .operands_max = 1,
    .run = run,
};
