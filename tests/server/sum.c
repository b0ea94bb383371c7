#include "sync/server/publisher.h"
#include "sync/server/round.h"

#include <inttypes.h>
#include <stdio.h>

/* sum DIR: the sum of the open round of the server in DIR, read by the server's own code: the
 * number of reports, then "COORDINATE VALUE" for each that is not 0. */
int main(int argc, char **argv)
{
    struct server server = {.folder = {.lock = -1, .work = -1}};
    unsigned char hash[HASH_BYTES];
    struct aggregate sum = {0};
    struct store_round round;
    struct manifest manifest;
    enum error error = server_open(argc == 2 ? argv[1] : "", &server);

    if (!error)
        error = round_present(&server, &round);
    if (!error)
        error = publisher_manifest(&server, &manifest, hash);
    if (!error)
        error = round_sum(server.store, &server.folder, round.round,
                          manifest_coordinates(&manifest), &sum);
    if (!error)
        printf("%" PRIu64 "\n", sum.reports);
    for (uint32_t i = 0; i < sum.coordinates && !error; i++)
        if (sum.sum[i] != 0)
            printf("%" PRIu32 " %" PRId32 "\n", i, sum.sum[i]);
    if (error)
        fprintf(stderr, "%s\n", error_sentence());
    aggregate_free(&sum);
    server_close(&server);
    return error ? 1 : 0;
}
