#include "sync/server/descriptors.h"

#include <sys/resource.h>

enum {
    OWN = 64, /* the database, the locks, what threads wait on */
    EACH = 2, /* a connection and the model that it fetches; or one more on its way out */
};

uint32_t descriptors_allow(uint32_t connections)
{
    struct rlimit limit;
    rlim_t wanted = OWN + EACH * (rlim_t)connections, allowed;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return connections;
    if (limit.rlim_cur < wanted) {
        limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
        setrlimit(RLIMIT_NOFILE, &limit); /* what came of it is asked for below */
        if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
            return connections;
    }
    allowed = limit.rlim_cur > OWN + EACH ? (limit.rlim_cur - OWN) / EACH : 1;
    return allowed < connections ? (uint32_t)allowed : connections;
}
