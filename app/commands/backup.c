#include "app/commands/commands.h"
#include "app/commands/passphrase.h"
#include "app/commands/session.h"
#include "app/commands/watch.h"

static bool is_sealed(const struct arguments *arguments)
{
    return arguments_has(arguments, "passphrase") || arguments_has(arguments, "passphrase-file");
}

static enum error back_up(const struct arguments *arguments, struct journal *journal,
                          const struct passphrase *passphrase)
{
    const char *path = arguments->operand[0];
    struct backup_options options = {
        .passphrase = passphrase,
        .replace = arguments_has(arguments, "force"),
        .watch = watch_start(),
    };
    size_t messages;
    enum error error = journal_backup(journal, path, &options, &messages);

    watch_clear();
    if (!error)
        report_result(
            "wrote %s and read it back: %zu message%s%s", path, messages, messages == 1 ? "" : "s",
            passphrase             ? ", sealed with your passphrase: without it nobody opens them"
            : journal_key(journal) ? ", encrypted as the journal is: its passphrase opens them"
                                   : "; whoever has the file can read them");
    return error;
}

static int run(const struct arguments *arguments)
{
    bool sealed = is_sealed(arguments);
    struct passphrase passphrase = {.length = 0};
    struct journal *journal = NULL;
    enum error error = session_open(arguments, JOURNAL_READ, &journal);

    if (!error && sealed)
        error =
            passphrase_get(arguments_value(arguments, "passphrase-file"),
                           "Passphrase (nobody can open the file without it): ", true, &passphrase);
    if (!error)
        error = back_up(arguments, journal, sealed ? &passphrase : NULL);
    passphrase_wipe(&passphrase);
    journal_close(journal);
    return report_outcome(arguments, error);
}

static const struct option options[] = {
    {"passphrase", NULL, NULL, "seal the file with a passphrase, which is asked for"},
    {"passphrase-file", "FILE", NULL, "seal it with the passphrase in the first line of FILE"},
    {"force", NULL, NULL, "replace FILE where it is there"},
    {0},
};

const struct command command_backup = {
    .name = "backup",
    .operands = "FILE",
    .summary = "write the whole journal into one file, and see that it can be read back",
    .details =
        "The file holds messages, ratings, drafts, the settings and the ledger of what was "
        "contributed, as they are at one moment; the journal may be in use meanwhile. Every page "
        "of the copy is looked at, and the file is read back before it is called done. It appears "
        "whole or not at all, and only you can read it. 'emotrack restore' puts it back.\n\n"
        "Without a passphrase the file is an SQLite database. With one it is sealed "
        "(XChaCha20-Poly1305, the key by Argon2id with 64 MiB, about half a second); a "
        "passphrase that is lost cannot be found again. In a script --passphrase-file names a "
        "file, or an open descriptor as /dev/fd/3. The texts of an encrypted journal are encrypted "
        "in either, with the journal's own passphrase: a --passphrase-file before 'backup' names "
        "that one, behind it the file's.\n\n"
        "    emotrack backup ~/journal.backup --passphrase\n"
        "    emotrack backup nightly.backup --force --passphrase-file /run/keys/journal",
    .options = options,
    .operands_min = 1,
    .operands_max = 1,
    .run = run,
};
