#include "sync/server/rate.h"

#include <math.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

struct bucket {
    double tokens;
    int64_t filled; /* ms: when it had so many */
};

struct peer {
    struct address address;
    uint32_t connections;
    struct bucket requests, openings;
    struct peer *chain;           /* of the same slot */
    struct peer *quieter, *newer; /* by last use; the ends are the rate's */
};

struct rate {
    struct rate_limits limits;
    pthread_mutex_t lock;
    unsigned char key[crypto_shorthash_KEYBYTES]; /* strangers choose addresses, not slots */
    size_t slots, used;                           /* a power of two; peers in use */
    struct peer **slot;                           /* [slots] */
    struct peer *peers;                           /* [limits.addresses] */
    struct peer *quietest, *newest;
};

struct address address_of(const struct sockaddr *from)
{
    static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};
    struct address address = {.loopback = false};

    if (from->sa_family == AF_INET) {
        struct sockaddr_in in;

        memcpy(&in, from, sizeof in);
        memcpy(address.bytes, mapped, sizeof mapped);
        memcpy(address.bytes + 12, &in.sin_addr, 4);
        address.loopback = address.bytes[12] == 127;
    } else if (from->sa_family == AF_INET6) {
        struct sockaddr_in6 in6;
        bool is_mapped;

        memcpy(&in6, from, sizeof in6);
        is_mapped = IN6_IS_ADDR_V4MAPPED(&in6.sin6_addr);
        memcpy(address.bytes, &in6.sin6_addr, is_mapped ? 16 : 8);
        address.loopback =
            is_mapped ? address.bytes[12] == 127 : (bool)IN6_IS_ADDR_LOOPBACK(&in6.sin6_addr);
        if (address.loopback && !is_mapped)
            address.bytes[15] = 1;
    }
    return address;
}

enum error rate_new(const struct rate_limits *limits, struct rate **out)
{
    struct rate *rate = calloc(1, sizeof *rate);

    *out = rate;
    if (!rate)
        return error_raise_plain(ERROR_NO_MEMORY);
    pthread_mutex_init(&rate->lock, NULL);
    rate->limits = *limits;
    crypto_shorthash_keygen(rate->key);
    for (rate->slots = 1; rate->slots < limits->addresses;)
        rate->slots *= 2;
    rate->slot = calloc(rate->slots, sizeof(struct peer *));
    rate->peers = calloc(limits->addresses, sizeof *rate->peers);
    if (rate->slot && rate->peers)
        return ERROR_NONE;
    rate_free(rate);
    *out = NULL;
    return error_raise_plain(ERROR_NO_MEMORY);
}

void rate_free(struct rate *rate)
{
    if (!rate)
        return;
    pthread_mutex_destroy(&rate->lock);
    free(rate->slot);
    free(rate->peers);
    free(rate);
}

static struct peer **slot_of(struct rate *rate, const struct address *address)
{
    unsigned char hash[crypto_shorthash_BYTES];
    size_t index;

    crypto_shorthash(hash, address->bytes, sizeof address->bytes, rate->key);
    memcpy(&index, hash, sizeof index);
    return &rate->slot[index & (rate->slots - 1)];
}

static void order_remove(struct rate *rate, struct peer *peer)
{
    *(peer->quieter ? &peer->quieter->newer : &rate->quietest) = peer->newer;
    *(peer->newer ? &peer->newer->quieter : &rate->newest) = peer->quieter;
}

static void order_add(struct rate *rate, struct peer *peer)
{
    peer->quieter = rate->newest;
    peer->newer = NULL;
    *(rate->newest ? &rate->newest->newer : &rate->quietest) = peer;
    rate->newest = peer;
}

static struct peer *find(struct rate *rate, const struct address *address)
{
    struct peer *peer = *slot_of(rate, address);

    while (peer && memcmp(peer->address.bytes, address->bytes, sizeof address->bytes) != 0)
        peer = peer->chain;
    return peer;
}

/* A place for a new address; NULL: every one is held by connections. */
static struct peer *make_room(struct rate *rate)
{
    struct peer *peer = rate->quietest, **link;

    if (rate->used < rate->limits.addresses)
        return &rate->peers[rate->used++];
    while (peer && peer->connections > 0)
        peer = peer->newer;
    if (!peer)
        return NULL;
    for (link = slot_of(rate, &peer->address); *link != peer;)
        link = &(*link)->chain;
    *link = peer->chain;
    order_remove(rate, peer);
    return peer;
}

static struct peer *find_or_add(struct rate *rate, const struct address *address, int64_t now)
{
    struct bucket full = {.tokens = rate->limits.burst, .filled = now};
    struct peer *peer = find(rate, address), **slot;

    if (peer) {
        order_remove(rate, peer);
        order_add(rate, peer);
        return peer;
    }
    peer = make_room(rate);
    if (!peer)
        return NULL;
    slot = slot_of(rate, address);
    *peer = (struct peer){.address = *address, .requests = full, .openings = full, .chain = *slot};
    *slot = peer;
    order_add(rate, peer);
    return peer;
}

static bool take(const struct rate *rate, struct bucket *bucket, int64_t now)
{
    double filled = (double)(now - bucket->filled) * rate->limits.rate / 1000;

    if (now > bucket->filled) {
        bucket->tokens += filled;
        bucket->filled = now;
    }
    if (bucket->tokens > rate->limits.burst)
        bucket->tokens = rate->limits.burst;
    if (bucket->tokens < 1)
        return false;
    bucket->tokens -= 1;
    return true;
}

static bool exempt(const struct rate *rate, const struct address *address)
{
    return address->loopback && !rate->limits.loopback;
}

/* Of an address that is not exempt. */
static bool may_connect(struct rate *rate, const struct address *address, int64_t now)
{
    struct peer *peer = find_or_add(rate, address, now);

    if (!peer || (rate->limits.connections > 0 && peer->connections >= rate->limits.connections))
        return false;
    if (rate->limits.rate > 0 && !take(rate, &peer->openings, now))
        return false;
    peer->connections++;
    return true;
}

bool rate_connect(struct rate *rate, const struct address *address, int64_t now)
{
    bool may;

    if (exempt(rate, address))
        return true;
    pthread_mutex_lock(&rate->lock);
    may = may_connect(rate, address, now);
    pthread_mutex_unlock(&rate->lock);
    return may;
}

void rate_disconnect(struct rate *rate, const struct address *address)
{
    struct peer *peer;

    if (exempt(rate, address))
        return;
    pthread_mutex_lock(&rate->lock);
    peer = find(rate, address);
    if (peer && peer->connections > 0)
        peer->connections--;
    pthread_mutex_unlock(&rate->lock);
}

bool rate_request(struct rate *rate, const struct address *address, int64_t now, int *wait)
{
    struct peer *peer;
    bool may;

    if (rate->limits.rate == 0 || exempt(rate, address))
        return true;
    pthread_mutex_lock(&rate->lock);
    peer = find_or_add(rate, address, now);
    may = peer && take(rate, &peer->requests, now);
    *wait = peer && !may ? (int)ceil((1 - peer->requests.tokens) / rate->limits.rate) : 1;
    pthread_mutex_unlock(&rate->lock);
    return may;
}
