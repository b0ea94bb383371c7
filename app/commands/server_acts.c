#include "app/commands/server_acts.h"

#include "app/nearest.h"

#include <string.h>

const char server_dir_help[] = "the server's folder";

enum error server_dir(const struct arguments *arguments, const char **out)
{
    *out = arguments_value(arguments, "dir");
    return *out && **out ? ERROR_NONE
                         : error_raise(ERROR_USAGE, "'%s' needs the server's folder: --dir DIR",
                                       arguments->command->name);
}

enum error server_of(const struct arguments *arguments, struct server *out)
{
    const char *dir;
    enum error error = server_dir(arguments, &dir);

    *out = (struct server){.folder = {.lock = -1, .work = -1}};
    return error ? error : server_open(dir, out);
}

static enum error find(const struct server_act *acts, size_t count, const char *word,
                       const struct server_act **out)
{
    struct nearest nearest;

    nearest_init(&nearest, word);
    for (size_t i = 0; i < count; i++) {
        nearest_offer(&nearest, acts[i].name);
        if (strcmp(acts[i].name, word) == 0) {
            *out = &acts[i];
            return ERROR_NONE;
        }
    }
    return error_raise(ERROR_USAGE, "there is no '%s' here%s%s%s", word,
                       nearest.best ? "; did you mean '" : "", nearest.best ? nearest.best : "",
                       nearest.best ? "'?" : "");
}

static enum error run(struct server *server, const struct server_act *act, const char *operand)
{
    enum error error;

    if (act->reads)
        return act->run(server, operand);
    error = folder_work(&server->folder, true);
    if (!error)
        error = server_check_mark(server);
    return error ? error : act->run(server, operand);
}

int server_act(const struct arguments *arguments, const struct server_act *acts, size_t count)
{
    const char *operand = arguments->operands > 1 ? arguments->operand[1] : NULL;
    const struct server_act *act = NULL;
    struct server server = {.folder = {.lock = -1, .work = -1}};
    enum error error = find(acts, count, arguments->operand[0], &act);

    if (!error && !act->operand != !operand)
        error = error_raise(ERROR_USAGE, "'%s %s' takes %s", arguments->command->name, act->name,
                            act->operand ? act->operand : "nothing more");
    if (!error)
        error = server_of(arguments, &server);
    if (!error)
        error = run(&server, act, operand);
    server_close(&server);
    return report_outcome(arguments, error);
}
