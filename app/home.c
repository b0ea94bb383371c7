#include "app/home.h"

#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>

/* NULL: none is known. */
static const char *home(void)
{
    const char *named = getenv("HOME");
    const struct passwd *user;

    if (named && named[0] == '/')
        return named;
    user = getpwuid(getuid());
    return user ? user->pw_dir : NULL;
}

enum error home_folder(const char *variable, const char *otherwise, struct buffer *out)
{
    const char *folder = getenv(variable);

    if (folder && folder[0] == '/')
        return buffer_format(out, "%s/emotrack", folder);
    if (!home())
        return error_raise(ERROR_INVALID,
                           "there is no telling where your files should live: set HOME or %s",
                           variable);
    return buffer_format(out, "%s/%s/emotrack", home(), otherwise);
}

enum error home_path(const char *typed, struct buffer *out)
{
    if (typed[0] != '~' || (typed[1] != '/' && typed[1] != '\0'))
        return buffer_append_text(out, typed);
    if (!home())
        return error_raise(ERROR_INVALID, "there is no telling what ~ is: set HOME");
    return buffer_format(out, "%s%s", home(), typed + 1);
}
