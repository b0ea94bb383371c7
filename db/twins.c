#include "db/twins.h"

#include "base/secret.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { SLOTS_FIRST = 1024 };

static const unsigned char nothing[TWIN];

void twins_free(struct twins *twins)
{
    free(twins->slot);
    *twins = (struct twins){0};
}

static void hash(const struct twins *twins, int64_t time, const char *text, unsigned char out[TWIN])
{
    crypto_generichash_state state;

    crypto_generichash_init(&state, twins->key, sizeof twins->key, TWIN);
    crypto_generichash_update(&state, (const unsigned char *)&time, sizeof time);
    if (text) /* its NUL too, which tells "" from none */
        crypto_generichash_update(&state, (const unsigned char *)text, strlen(text) + 1);
    crypto_generichash_final(&state, out, TWIN);
}

/* The slot that holds it, or the free one where it would be; there are free ones. */
static unsigned char *find(const struct twins *twins, const unsigned char twin[TWIN])
{
    size_t at;

    memcpy(&at, twin, sizeof at);
    for (at &= twins->slots - 1;; at = (at + 1) & (twins->slots - 1)) {
        unsigned char *slot = twins->slot[at];

        if (memcmp(slot, twin, TWIN) == 0 || memcmp(slot, nothing, TWIN) == 0)
            return slot;
    }
}

bool twins_has(const struct twins *twins, int64_t time, const char *text)
{
    unsigned char twin[TWIN];

    if (twins->slots == 0)
        return false;
    hash(twins, time, text, twin);
    return memcmp(find(twins, twin), twin, TWIN) == 0;
}

static enum error grow(struct twins *twins)
{
    struct twins larger = *twins;

    larger.slots = 2 * twins->slots;
    larger.slot = calloc(larger.slots, sizeof *larger.slot);
    if (!larger.slot)
        return error_raise_plain(ERROR_NO_MEMORY);
    for (size_t i = 0; i < twins->slots; i++) {
        if (memcmp(twins->slot[i], nothing, TWIN) != 0)
            memcpy(find(&larger, twins->slot[i]), twins->slot[i], TWIN);
    }
    free(twins->slot);
    *twins = larger;
    return ERROR_NONE;
}

static enum error start(struct twins *twins)
{
    enum error error = secret_ready();

    if (error)
        return error;
    twins->slot = calloc(SLOTS_FIRST, sizeof *twins->slot);
    if (!twins->slot)
        return error_raise_plain(ERROR_NO_MEMORY);
    twins->slots = SLOTS_FIRST;
    crypto_generichash_keygen(twins->key);
    return ERROR_NONE;
}

enum error twins_add(struct twins *twins, int64_t time, const char *text)
{
    unsigned char twin[TWIN], *slot;
    enum error error = ERROR_NONE;

    if (twins->slots == 0)
        error = start(twins);
    else if (2 * (twins->count + 1) > twins->slots)
        error = grow(twins);
    if (error)
        return error;
    hash(twins, time, text, twin);
    slot = find(twins, twin);
    twins->count += memcmp(slot, twin, TWIN) != 0;
    memcpy(slot, twin, TWIN);
    return ERROR_NONE;
}
