#include "app/tui/claim.h"

#include "app/profile.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>

enum error claims_open(const char *profile, int *claims)
{
    struct buffer path;
    enum error error;

    *claims = -1;
    buffer_init(&path, PATH_MAX);
    error = profile_file(profile, PROFILE_CLAIMS, &path);
    if (!error)
        *claims = open(path.data, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    buffer_free(&path);
    return error;
}

static bool lock(int claims, int64_t draft, short type)
{
    struct flock byte = {.l_type = type, .l_whence = SEEK_SET, .l_start = draft, .l_len = 1};

    return fcntl(claims, F_OFD_SETLK, &byte) == 0 || (errno != EAGAIN && errno != EACCES);
}

bool claim_take(int claims, int64_t draft)
{
    return claims < 0 || lock(claims, draft, F_WRLCK);
}

void claim_drop(int claims, int64_t draft)
{
    if (claims >= 0)
        lock(claims, draft, F_UNLCK);
}
