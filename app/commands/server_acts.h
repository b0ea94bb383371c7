#ifndef EMOTRACK_APP_COMMANDS_SERVER_ACTS_H
#define EMOTRACK_APP_COMMANDS_SERVER_ACTS_H

#include "app/commands/command.h"
#include "sync/server/server.h"

/* What the commands of emotrack-server have in common. */

extern const char server_dir_help[]; /* of --dir */

/* The value of --dir; ERROR_USAGE: it is missing. */
enum error server_dir(const struct arguments *arguments, const char **out) MUST_CHECK;

/* Opens the server of --dir. server_close in every case. */
enum error server_of(const struct arguments *arguments, struct server *out) MUST_CHECK;

/* What a command's first operand can be, with those that follow it. */
struct server_act {
    const char *name;
    const char *operand; /* "a version"; NULL: it takes none */
    bool reads;          /* changes nothing: also where the database is an old one */
    enum error (*run)(struct server *server, const char *operand);
};

/* Opens the server, holds its work lock for an act that changes something, runs the act. Returns an
 * exit code. */
int server_act(const struct arguments *arguments, const struct server_act *acts, size_t count);

#endif
