#include "app/journal_parts.h"

enum error journal_unlock(struct db *db, const char *what, journal_ask *ask, void *context)
{
    enum error error = ERROR_DENIED;

    if (!db_encrypted(db))
        return ERROR_NONE;
    if (!ask)
        return error_raise(ERROR_DENIED, "%s is encrypted: its passphrase is needed", what);
    for (bool again = false; error == ERROR_DENIED; again = true) {
        struct passphrase passphrase = {.length = 0};

        error = ask(context, what, again, &passphrase);
        if (error)
            return error;
        error = db_unlock(db, &passphrase);
        passphrase_wipe(&passphrase);
    }
    return error;
}
