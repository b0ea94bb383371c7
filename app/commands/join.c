#include "app/commands/commands.h"
#include "app/commands/session.h"
#include "app/describe_sync.h"

#include <stdio.h>

enum { TERMS_MAX = 64 * 1024 /* bytes of words */ };

static enum error check_usage(const struct arguments *arguments)
{
    if (session_can_ask() || arguments_has(arguments, "key"))
        return ERROR_NONE;
    return error_raise(ERROR_USAGE,
                       "without a terminal there is nobody to compare the server's key: --key must "
                       "say which it has (--yes alone is not enough)");
}

static enum error print_terms(const struct sync_terms *terms)
{
    struct buffer words;
    enum error error;

    buffer_init(&words, TERMS_MAX);
    error = describe_terms(terms, &words);
    if (!error)
        fwrite(words.data, 1, words.length, stdout);
    buffer_free(&words);
    fflush(stdout);
    return error;
}

static bool is_agreed(const struct arguments *arguments)
{
    if (arguments_has(arguments, "yes") || !session_can_ask())
        return true;
    return session_confirm("Join this server?");
}

/* `*joined`: the user did not say no. */
static enum error join(const struct arguments *arguments, struct journal *journal,
                       const struct sync_offer *offer, bool *joined)
{
    const struct sync_terms *terms = sync_offer_terms(offer);
    bool refused = !terms->own_vocabulary && !arguments_has(arguments, "accept-vocabulary");
    enum error error = print_terms(terms);

    *joined = refused || is_agreed(arguments);
    if (error || !*joined)
        return error;
    error = journal_join(journal, offer);
    if (!error)
        printf("joined %s; nothing was sent yet: 'emotrack sync' contributes, 'emotrack sync "
               "--show' shows what\n",
               terms->url);
    return error;
}

static int run(const struct arguments *arguments)
{
    struct join_options options = {
        .url = arguments->operand[0],
        .key = arguments_value(arguments, "key"),
        .authority = arguments_value(arguments, "ca"),
        .vocabulary = arguments_has(arguments, "accept-vocabulary"),
    };
    struct journal *journal = NULL;
    struct sync_offer *offer = NULL;
    bool joined = true;
    enum error error = check_usage(arguments);

    if (!error)
        error = session_open(arguments, JOURNAL_WRITE, &journal);
    if (!error)
        error = journal_offer_fetch(journal, &options, &offer);
    if (!error)
        error = join(arguments, journal, offer, &joined);
    sync_offer_free(offer);
    journal_close(journal);
    if (error || joined)
        return report_outcome(arguments, error);
    report_note(arguments, "nothing was joined, and nothing was sent");
    return EXIT_FAILED;
}

static const struct option options[] = {
    {"key", "KEY", NULL, "the key, or its fingerprint, that the server must have"},
    {"ca", "FILE", NULL, "trust the certificates of this authority (PEM) alone, not the system's"},
    {"accept-vocabulary", NULL, NULL, "join although its vocabulary is not that of your model"},
    {"yes", NULL, NULL, "do not ask"},
    {0},
};

const struct command command_join = {
    .name = "join",
    .operands = "URL",
    .summary = "join a server, after showing its key and its terms",
    .details =
        "Before this nothing is ever contacted. Joining fetches the server's description of its "
        "round, checks its signature and shows the fingerprint of the key that signed it (compare "
        "it with what the operator has published), the terms that are kept from then on, the "
        "privacy of one and of all contributions as an epsilon, and what the server can see. A "
        "round on weaker terms, or of another vocabulary, is refused later on until you join "
        "again. Nothing is sent: 'sync' does that.\n\n"
        "At a terminal it asks; without one it needs --key. One server at a time: 'leave' comes "
        "before another one. Exit status 1 where the answer was no.\n\n"
        "    emotrack join https://emotrack.example.org\n"
        "    emotrack join https://127.0.0.1:8443 --ca try/ca.pem --key \"$(cat try/key)\"",
    .options = options,
    .operands_min = 1,
    .operands_max = 1,
    .run = run,
};
