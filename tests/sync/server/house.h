#ifndef EMOTRACK_TESTS_SYNC_SERVER_HOUSE_H
#define EMOTRACK_TESTS_SYNC_SERVER_HOUSE_H

#include "sync/random.h"
#include "sync/server/publisher.h"
#include "sync/server/round.h"

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* A server in a folder of its own, which goes with the test. */

#define assert_ok(call)                                                                            \
    do {                                                                                           \
        if (call)                                                                                  \
            fail_msg("%s: %s", #call, error_sentence());                                           \
    } while (0)
#define assert_error(call, code) assert_int_equal((call), (code))

static inline void assert_sentence(const char *words)
{
    if (!strstr(error_sentence(), words))
        fail_msg("'%s' is not in: %s", words, error_sentence());
}

struct house {
    char folder[256], dir[300];
    struct server server;
    struct manifest manifest; /* of house_open */
    unsigned char hash[HASH_BYTES];
};

static inline struct server_plan house_plan(void)
{
    struct server_plan plan = {.model = "assets/emotions.model"};

    config_default(&plan.config);
    plan.config.block = 100;
    plan.config.minimum = 3;
    plan.config.noise = 0;
    return plan;
}

static inline void house_make(struct house *house, const struct server_plan *plan)
{
    assert_ok(server_make(house->dir, plan, &house->server));
}

static inline int house_enter(void **state)
{
    const char *temporary = getenv("TMPDIR");
    struct house *house = calloc(1, sizeof *house);

    if (!house)
        return -1;
    *state = house;
    house->server = (struct server){.folder = {.lock = -1, .work = -1}};
    snprintf(house->folder, sizeof house->folder, "%s/house.XXXXXX",
             temporary ? temporary : "/tmp");
    if (!mkdtemp(house->folder))
        return -1;
    snprintf(house->dir, sizeof house->dir, "%s/server", house->folder);
    return random_ready() ? -1 : 0;
}

static inline int house_remove(const char *path, const struct stat *status, int type,
                               struct FTW *walk)
{
    (void)status;
    (void)type;
    (void)walk;
    return remove(path);
}

static inline int house_leave(void **state)
{
    struct house *house = *state;
    int result;

    server_close(&house->server);
    result = nftw(house->folder, house_remove, 16, FTW_DEPTH | FTW_PHYS);
    free(house);
    return result;
}

#define house_test(test) cmocka_unit_test_setup_teardown(test, house_enter, house_leave)

/* Opens a round, and reads its manifest. */
static inline void house_open(struct house *house)
{
    assert_ok(round_open(&house->server));
    assert_ok(publisher_manifest(&house->server, &house->manifest, house->hash));
}

static inline struct store *house_store(const struct house *house)
{
    char path[FOLDER_PATH_MAX];
    struct store *store = NULL;

    assert_ok(folder_file(&house->server.folder, "server.db", path));
    assert_ok(store_open_sqlite(path, STORE_LIVE, &store));
    return store;
}

/* A report of the open round: `count` votes on the coordinates from `first` on, in turns more and
 * less. The caller changes it and writes it. */
static inline struct report house_report(const struct house *house, uint8_t id, uint32_t first,
                                         uint32_t count)
{
    struct report report = {.round = house->manifest.round, .count = count};

    memcpy(report.manifest_hash, house->hash, HASH_BYTES);
    memset(report.id, id, REPORT_ID_BYTES);
    for (uint32_t i = 0; i < count; i++)
        report.vote[i] = vote_make(first + i, i & 1);
    return report;
}

#endif
