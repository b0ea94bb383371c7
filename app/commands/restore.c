#include "app/commands/commands.h"
#include "app/commands/passphrase.h"
#include "app/commands/session.h"
#include "app/commands/watch.h"

#include <stdio.h>

static const char *plural(size_t count)
{
    return count == 1 ? "" : "s";
}

static bool confirm(const struct arguments *arguments, const struct journal *journal,
                    const struct restore_offer *offer)
{
    if (offer->shared)
        report_note(arguments, "another program has the journal open; it goes on with what is "
                               "restored");
    if (arguments_has(arguments, "yes"))
        return true;
    return session_confirm("The backup holds %zu message%s and %zu rating%s. Put them in place of "
                           "the %zu message%s of the profile '%s'?",
                           offer->messages, plural(offer->messages), offer->ratings,
                           plural(offer->ratings), offer->present, plural(offer->present),
                           journal_profile(journal));
}

static void tell(const struct arguments *arguments, const struct restore_offer *offer,
                 const struct restore_result *result)
{
    printf("restored %zu message%s\n", result->messages, plural(result->messages));
    if (result->kept)
        report_result("what was there is kept in %s%s", offer->kept,
                      result->clear ? ", and not encrypted" : "");
    if (offer->damaged > 0)
        report_note(arguments,
                    "%zu of the texts in the backup are damaged and stay so: `emotrack "
                    "check` says which",
                    offer->damaged);
    if (result->contributions > 0)
        printf("the ledger has gained %zu contribution%s of the backup\n", result->contributions,
               plural(result->contributions));
    if (result->unjoined)
        report_note(arguments, "the backup had joined a server; this profile has joined none: "
                               "`emotrack join URL` joins it");
}

static enum error restore(const struct arguments *arguments, struct journal *journal,
                          struct restore *restore)
{
    const struct restore_offer *offer = journal_restore_offer(restore);
    struct restore_result result;
    enum error error;

    if (!confirm(arguments, journal, offer)) {
        printf("nothing was restored\n");
        return ERROR_NONE;
    }
    error = journal_restore(restore, arguments_has(arguments, "force"), &result);
    watch_clear();
    if (!error) {
        tell(arguments, offer, &result);
        session_tell(arguments, journal);
    }
    return error;
}

static enum error read_and_restore(const struct arguments *arguments, struct journal *journal)
{
    const char *path = arguments->operand[0];
    const char *file = arguments_value(arguments, "passphrase-file");
    struct passphrase passphrase = {.length = 0};
    struct journal_watch watch = watch_start();
    struct restore *opened = NULL;
    bool sealed;
    enum error error = sealed_is(path, &sealed);

    if (!error && sealed && (file || passphrase_possible()))
        error = passphrase_get(file, "Passphrase of the file: ", false, &passphrase);
    if (!error)
        error = journal_restore_open(journal, path, passphrase.length ? &passphrase : NULL, &watch,
                                     &opened);
    passphrase_wipe(&passphrase);
    watch_clear();
    if (!error)
        error = restore(arguments, journal, opened);
    journal_restore_free(opened);
    return error;
}

static int run(const struct arguments *arguments)
{
    struct journal *journal = NULL;
    enum error error = ERROR_NONE;

    if (!arguments_has(arguments, "yes") && !session_can_ask())
        error = error_raise(ERROR_USAGE,
                            "without a terminal there is nobody to ask: restoring needs --yes");
    if (!error)
        error = session_open(arguments, JOURNAL_WRITE, &journal);
    if (!error)
        error = read_and_restore(arguments, journal);
    journal_close(journal);
    return report_outcome(arguments, error);
}

static const struct option options[] = {
    {"passphrase-file", "FILE", NULL, "open a sealed file with the first line of FILE"},
    {"yes", NULL, NULL, "do not ask"},
    {"force", NULL, NULL, "give up the journal that an earlier restore has kept"},
    {0},
};

const struct command command_restore = {
    .name = "restore",
    .operands = "FILE",
    .summary = "put a backup in place of the journal, which is kept",
    .details =
        "All of FILE is read and checked before anything is changed. Then the messages, ratings, "
        "drafts and settings of the backup take the place of the profile's, in one step: whatever "
        "happens meanwhile, the journal is the old one or the restored one. A program that has it "
        "open goes on with the restored one. The journal that was there is kept as NAME.kept "
        "beside it, a backup as well, unless it was empty; deleting the profile deletes it, "
        "too.\n\n"
        "The journal is encrypted afterwards where either was. An encrypted backup brings its "
        "passphrase along, the one that the journal had when it was made, which is asked for; a "
        "backup of this very journal keeps the passphrase that it has now. A backup that is not "
        "encrypted takes on that of the journal.\n\n"
        "What was spent on privacy stays spent: the ledger of contributions never shrinks, and "
        "gains those of the backup that it lacks. The joined server stays that of the profile; a "
        "profile without one has none afterwards, whatever the backup had. A report that waits is "
        "withdrawn, since the messages behind it are replaced. What was learnt is learnt anew "
        "from the ratings.\n\n"
        "    emotrack restore ~/journal.backup\n"
        "    emotrack profile new old; emotrack --profile old restore ~/journal.backup",
    .options = options,
    .operands_min = 1,
    .operands_max = 1,
    .run = run,
};
