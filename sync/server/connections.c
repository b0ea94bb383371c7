#include "sync/server/connections.h"

#include "base/clock.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

enum {
    LOOK_MOST = 1000,       /* ms between looks at the deadlines */
    LOOKS = 4,              /* looks in the time for a request */
    REPLY_STEP = 64 * 1024, /* bytes of a reply that earn it another such time */
};

struct connections {
    pthread_mutex_t lock;
    pthread_cond_t changed; /* it stops, or one more is at rest */
    pthread_t reaper;
    size_t limit;
    int64_t patience; /* ms for a request */
    bool stop;
    size_t busy; /* that work or send */
    size_t shut; /* that were shut down and are still to be removed */
    struct connection *oldest, *newest;
    struct connections_counts counts;
};

static void order_remove(struct connection *connection)
{
    struct connections *all = connection->all;

    *(connection->older ? &connection->older->newer : &all->oldest) = connection->newer;
    *(connection->newer ? &connection->newer->older : &all->newest) = connection->older;
}

static void order_add(struct connection *connection)
{
    struct connections *all = connection->all;

    connection->older = all->newest;
    connection->newer = NULL;
    *(all->newest ? &all->newest->newer : &all->oldest) = connection;
    all->newest = connection;
}

/* The library finds it closed, and tells its end. */
static void shut(struct connection *connection)
{
    connection->shut = true;
    connection->all->shut++;
    shutdown(connection->socket, SHUT_RDWR);
}

static void look(struct connections *all)
{
    int64_t now = clock_milliseconds();

    for (struct connection *at = all->oldest; at; at = at->newer) {
        if (at->shut || at->deadline > now)
            continue;
        shut(at);
        all->counts.late++;
    }
}

/* Waits for a change, or so long; the lock is held. */
static void wait_for(struct connections *all, int64_t milliseconds)
{
    struct timespec until;

    clock_gettime(CLOCK_MONOTONIC, &until);
    milliseconds += until.tv_nsec / 1000000;
    until.tv_sec += milliseconds / 1000;
    until.tv_nsec = milliseconds % 1000 * 1000000;
    pthread_cond_timedwait(&all->changed, &all->lock, &until);
}

static void *reap(void *context)
{
    struct connections *all = context;
    int64_t pause = all->patience / LOOKS < LOOK_MOST ? all->patience / LOOKS : LOOK_MOST;

    pthread_mutex_lock(&all->lock);
    while (!all->stop) {
        look(all);
        wait_for(all, pause);
    }
    pthread_mutex_unlock(&all->lock);
    return NULL;
}

static void init_locks(struct connections *all)
{
    pthread_condattr_t attributes;

    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&all->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    pthread_mutex_init(&all->lock, NULL);
}

static void free_all(struct connections *all)
{
    pthread_cond_destroy(&all->changed);
    pthread_mutex_destroy(&all->lock);
    free(all);
}

enum error connections_new(size_t limit, uint32_t seconds, struct connections **out)
{
    struct connections *all = calloc(1, sizeof *all);

    *out = NULL;
    if (!all)
        return error_raise_plain(ERROR_NO_MEMORY);
    all->limit = limit;
    all->patience = (int64_t)seconds * 1000;
    init_locks(all);
    if (pthread_create(&all->reaper, NULL, reap, all) != 0) {
        free_all(all);
        return error_raise(ERROR_NO_MEMORY, "cannot start a thread: close other programs");
    }
    *out = all;
    return ERROR_NONE;
}

void connections_free(struct connections *connections)
{
    if (!connections)
        return;
    pthread_mutex_lock(&connections->lock);
    connections->stop = true;
    pthread_cond_broadcast(&connections->changed);
    pthread_mutex_unlock(&connections->lock);
    pthread_join(connections->reaper, NULL);
    free_all(connections);
}

/* Shuts down the one that waits longest. */
static bool make_room(struct connections *all)
{
    struct connection *at = all->oldest;

    while (at && (at->shut || !at->waits))
        at = at->newer;
    if (!at)
        return false;
    shut(at);
    all->counts.displaced++;
    return true;
}

struct connection *connections_add(struct connections *connections, int socket,
                                   const struct address *address)
{
    struct connection *connection = calloc(1, sizeof *connection);
    bool room;

    if (!connection)
        return NULL;
    *connection = (struct connection){.all = connections,
                                      .socket = socket,
                                      .address = *address,
                                      .waits = true,
                                      .deadline = clock_milliseconds() + connections->patience};
    pthread_mutex_lock(&connections->lock);
    room =
        connections->counts.now - connections->shut < connections->limit || make_room(connections);
    order_add(connection);
    if (!room)
        shut(connection);
    connections->counts.now++;
    connections->counts.accepted++;
    pthread_mutex_unlock(&connections->lock);
    return connection;
}

/* From work to rest or back; the lock is held. */
static void set_waits(struct connection *connection, bool waits)
{
    struct connections *all = connection->all;

    if (connection->waits == waits)
        return;
    connection->waits = waits;
    all->busy += waits ? (size_t)-1 : 1;
    if (all->busy == 0)
        pthread_cond_broadcast(&all->changed);
}

void connections_remove(struct connection *connection)
{
    struct connections *all;

    if (!connection)
        return;
    all = connection->all;
    pthread_mutex_lock(&all->lock);
    set_waits(connection, true);
    order_remove(connection);
    all->counts.now--;
    all->shut -= connection->shut;
    pthread_mutex_unlock(&all->lock);
    free(connection);
}

static void begin(struct connection *connection, bool waits, int64_t deadline)
{
    pthread_mutex_lock(&connection->all->lock);
    set_waits(connection, waits);
    connection->deadline = deadline;
    order_remove(connection);
    order_add(connection);
    pthread_mutex_unlock(&connection->all->lock);
}

void connection_waits(struct connection *connection)
{
    begin(connection, true, clock_milliseconds() + connection->all->patience);
}

void connection_works(struct connection *connection)
{
    begin(connection, false, INT64_MAX);
}

void connection_sends(struct connection *connection, uint64_t bytes)
{
    int64_t patience = connection->all->patience * (int64_t)(1 + bytes / REPLY_STEP);

    begin(connection, false, clock_milliseconds() + patience);
}

void connections_count(struct connections *connections, struct connections_counts *out)
{
    pthread_mutex_lock(&connections->lock);
    *out = connections->counts;
    pthread_mutex_unlock(&connections->lock);
}

void connections_drain(struct connections *connections, int milliseconds)
{
    int64_t until = clock_milliseconds() + milliseconds, left;

    pthread_mutex_lock(&connections->lock);
    while (connections->busy > 0 && (left = until - clock_milliseconds()) > 0)
        wait_for(connections, left);
    pthread_mutex_unlock(&connections->lock);
}
