#include "app/commands/commands.h"
#include "app/commands/server_acts.h"
#include "sync/server/upkeep.h"

#include <stdio.h>

static void print_key(const unsigned char key[KEY_BYTES], const char *word)
{
    char fingerprint[FINGERPRINT_MAX];

    key_fingerprint(key, fingerprint);
    printf("%s%s\n", fingerprint, word);
}

static enum error list(struct server *server, const char *operand)
{
    const struct signer *signer = &server->signer;

    (void)operand;
    print_key(signer->first, signer->successions == 0 ? "  signs" : "");
    for (size_t i = 0; i < signer->successions; i++)
        print_key(signer->succession[i].key, i + 1 == signer->successions ? "  signs" : "");
    return ERROR_NONE;
}

static enum error rotate(struct server *server, const char *operand)
{
    enum error error = upkeep_rotate(server);

    (void)operand;
    if (!error)
        print_key(server->signer.pair.public, "  signs from now on");
    return error;
}

static const struct server_act acts[] = {
    {"list", NULL, true, list},
    {"rotate", NULL, false, rotate},
};

static int run(const struct arguments *arguments)
{
    return server_act(arguments, acts, sizeof acts / sizeof *acts);
}

static const struct option options[] = {
    {"dir", "DIR", NULL, server_dir_help},
    {0},
};

const struct command command_server_keys = {
    .name = "keys",
    .operands = "list|rotate",
    .summary = "show the keys that have signed, or go over to a new one",
    .details =
        "`rotate` makes a key, has the present one sign it, and forgets the secret half of the "
        "present one. Devices that joined before follow the signatures from the key that they "
        "know; the fingerprint of the new key is what those compare who join from now on. A server "
        "that runs signs with the new key at once. Rotate now and then, and when somebody leaves "
        "who could read the folder; take a backup afterwards, for an older one holds the old "
        "key.\n\n"
        "If somebody else may have a key that still signs, rotating does not help: they can sign a "
        "next key as well. Stop the server, tell the users by another way to leave it, make a new "
        "server in a new folder, and let them join that with its key compared.",
    .options = options,
    .operands_min = 1,
    .operands_max = 1,
    .run = run,
};
