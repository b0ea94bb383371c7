#include "app/commands/commands.h"
#include "app/commands/passphrase.h"
#include "app/commands/session.h"
#include "app/commands/watch.h"
#include "app/journal_care.h"

#include <stdio.h>

static const char *plural(size_t count)
{
    return count == 1 ? "" : "s";
}

/* ---- on ---- */

static void explain(const struct arguments *arguments, const struct journal *journal)
{
    if (session_passphrase_file(arguments) || !passphrase_possible())
        return;
    fprintf(stderr,
            "The texts of all messages and drafts of the profile '%s' are encrypted with a\n"
            "passphrase, which EmoTrack asks for from then on. Nobody can find it again: if you\n"
            "forget it, the texts are lost.\n",
            journal_profile(journal));
}

static enum error encrypt(const struct arguments *arguments, struct journal *journal)
{
    bool force = arguments_has(arguments, "force");
    struct passphrase passphrase = {.length = 0};
    struct journal_watch watch = watch_start();
    size_t count = 0;
    enum error error = journal_encrypt_ready(journal, force);

    if (!error) {
        explain(arguments, journal);
        error = passphrase_get(session_passphrase_file(arguments), "New passphrase: ", true,
                               &passphrase);
    }
    if (!error)
        error = journal_encrypt(journal, &passphrase, force, &watch);
    passphrase_wipe(&passphrase);
    watch_clear();
    if (!error)
        error = journal_count(journal, &count);
    if (error)
        return error;
    session_tell(arguments, journal);
    printf("encrypted the texts of %zu message%s; backups and exports that were made before are "
           "not\n",
           count, plural(count));
    return ERROR_NONE;
}

/* ---- off ---- */

static enum error decrypt(const struct arguments *arguments, struct journal *journal)
{
    struct journal_watch watch = watch_start();
    size_t count = 0;
    enum error error;

    if (!arguments_has(arguments, "yes") &&
        !session_confirm("Write the texts of all messages of the profile '%s' in clear, for "
                         "whoever can read the file?",
                         journal_profile(journal))) {
        printf("nothing was changed\n");
        return ERROR_NONE;
    }
    error = journal_decrypt(journal, &watch);
    watch_clear();
    if (!error)
        error = journal_count(journal, &count);
    if (error)
        return error;
    session_tell(arguments, journal);
    printf("decrypted the texts of %zu message%s; no passphrase is needed now\n", count,
           plural(count));
    return ERROR_NONE;
}

static enum error check_decrypt(const struct arguments *arguments)
{
    if (arguments_has(arguments, "yes") || session_can_ask())
        return ERROR_NONE;
    return error_raise(ERROR_USAGE,
                       "without a terminal there is nobody to ask: decrypting needs --yes");
}

enum error encrypt_or_decrypt(const struct arguments *arguments, struct journal *journal)
{
    return journal_key(journal) ? decrypt(arguments, journal) : encrypt(arguments, journal);
}

/* ---- another passphrase ---- */

static enum error change(const struct arguments *arguments, struct journal *journal)
{
    const char *path = arguments_value(arguments, "new-passphrase-file");
    struct passphrase passphrase = {.length = 0};
    enum error error = ERROR_NONE;

    if (!journal_key(journal))
        error = error_raise(ERROR_NOT_FOUND,
                            "the profile '%s' is not encrypted; `emotrack encrypt` encrypts it",
                            journal_profile(journal));
    else if (!path && !passphrase_possible())
        error = error_raise(ERROR_USAGE, "without a terminal there is nobody to ask: name a file "
                                         "that holds the new one with --new-passphrase-file");
    if (!error)
        error = passphrase_get(path, "New passphrase: ", true, &passphrase);
    if (!error)
        error = journal_change_passphrase(journal, &passphrase);
    passphrase_wipe(&passphrase);
    if (error)
        return error;
    session_tell(arguments, journal);
    printf("the new passphrase opens the profile '%s' now, and the old one does not\n",
           journal_profile(journal));
    return ERROR_NONE;
}

/* ---- the commands ---- */

typedef enum error journal_work(const struct arguments *arguments, struct journal *journal);

static int run(const struct arguments *arguments, enum error error, journal_work *work)
{
    struct journal *journal = NULL;

    if (!error)
        error = session_open(arguments, JOURNAL_WRITE, &journal);
    if (!error)
        error = work(arguments, journal);
    journal_close(journal);
    return report_outcome(arguments, error);
}

static int run_encrypt(const struct arguments *arguments)
{
    return run(arguments, ERROR_NONE, encrypt);
}

static int run_decrypt(const struct arguments *arguments)
{
    return run(arguments, check_decrypt(arguments), decrypt);
}

static int run_passphrase(const struct arguments *arguments)
{
    return run(arguments, ERROR_NONE, change);
}

static const struct option encrypt_options[] = {
    {"force", NULL, NULL, "give up the journal that a restore has kept, if it is not encrypted"},
    {0},
};

const struct command command_encrypt = {
    .name = "encrypt",
    .operands = "",
    .summary = "encrypt the texts of the journal with a passphrase",
    .details =
        "The passphrase is asked for twice, or is the first line of the file that "
        "--passphrase-file names. The texts of all messages and drafts are encrypted, and what was "
        "learnt from them, in one step: whatever happens meanwhile, all are or none is. Then every "
        "byte that was in clear is overwritten in the files of the profile; where that is "
        "interrupted, the next start makes it good. From then on every command that opens the "
        "journal asks for the passphrase, and so does the terminal program, before its screen "
        "opens.\n\n"
        "A passphrase that is forgotten cannot be found again, and the texts are lost with it.\n\n"
        "Encrypted (XChaCha20-Poly1305 with a random key, which a key made of the passphrase by "
        "Argon2id opens) are the texts alone. In clear stay when each message was written and how "
        "long it is, its guess and rating, the settings, and the log of what was contributed. "
        "Nothing is hidden from a program that runs as you while the journal is open; 'edit' gives "
        "the editor a file in $XDG_RUNTIME_DIR, else in $TMPDIR. A disk may keep old bytes where "
        "no program can overwrite them (SSDs, snapshots, backups of the folder): encrypt before "
        "you write, or the whole disk.\n\n"
        "Backups and exports that were made before stay as they are: delete them yourself. A "
        "journal in clear that 'restore' has kept stands in the way; --force deletes it.\n\n"
        "    emotrack encrypt\n"
        "    emotrack encrypt --passphrase-file /run/keys/journal",
    .options = encrypt_options,
    .run = run_encrypt,
};

static const struct option decrypt_options[] = {
    {"yes", NULL, NULL, "do not ask"},
    {0},
};

const struct command command_decrypt = {
    .name = "decrypt",
    .operands = "",
    .summary = "write the texts of an encrypted journal in clear again",
    .details = "All of them in one step, or none. Where texts are damaged nothing is changed: "
               "'check' says which they are. Encrypting again makes a new key, so that what the "
               "old passphrase opened in an old copy does not open the journal.",
    .options = decrypt_options,
    .run = run_decrypt,
};

static const struct option passphrase_options[] = {
    {"new-passphrase-file", "FILE", NULL, "take the new one from the first line of FILE"},
    {0},
};

const struct command command_passphrase = {
    .name = "passphrase",
    .operands = "",
    .summary = "change the passphrase of an encrypted journal",
    .details =
        "The old passphrase is asked for, or comes from --passphrase-file; then the new one, "
        "twice. No text is written anew: the passphrase opens the key of the texts. So whoever has "
        "an old backup and the old passphrase has that key; if that is a danger, decrypt the "
        "journal and encrypt it again.\n\n"
        "    emotrack passphrase\n"
        "    emotrack --passphrase-file old passphrase --new-passphrase-file new",
    .options = passphrase_options,
    .run = run_passphrase,
};
