#include "app/home.h"

#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>

enum error home_folder(const char *variable, const char *otherwise, struct buffer *out)
{
    const char *folder = getenv(variable);
    const char *home = getenv("HOME");

    if (folder && folder[0] == '/')
        return buffer_format(out, "%s/emotrack", folder);
    if (!home || home[0] != '/') {
        const struct passwd *user = getpwuid(getuid());

        home = user ? user->pw_dir : NULL;
    }
    if (!home)
        return error_raise(ERROR_INVALID,
                           "there is no telling where your files should live: set HOME or %s",
                           variable);
    return buffer_format(out, "%s/%s/emotrack", home, otherwise);
}
