#include "sync/server/aggregate.h"

#include "sync/privacy.h"

#include <assert.h>
#include <stdlib.h>

enum error aggregate_init(struct aggregate *aggregate, uint32_t coordinates)
{
    *aggregate = (struct aggregate){.coordinates = coordinates};
    aggregate->sum = calloc(coordinates, sizeof *aggregate->sum);
    return aggregate->sum ? ERROR_NONE : error_raise_plain(ERROR_NO_MEMORY);
}

void aggregate_free(struct aggregate *aggregate)
{
    free(aggregate->sum);
    *aggregate = (struct aggregate){0};
}

void aggregate_add(struct aggregate *aggregate, const struct report *report)
{
    assert(aggregate->reports < INT32_MAX);
    for (uint32_t i = 0; i < report->count; i++)
        aggregate->sum[vote_coordinate(report->vote[i])] += vote_sign(report->vote[i]);
    aggregate->reports++;
}

enum error aggregate_open(const struct aggregate *aggregate, const struct manifest *manifest,
                          struct random *random, double *mean)
{
    size_t count = aggregate->coordinates;
    int64_t *sum = malloc(count * sizeof *sum);
    double worth = manifest->training.unit / (double)aggregate->reports;

    assert(aggregate->reports > 0);
    if (!sum)
        return error_raise_plain(ERROR_NO_MEMORY);
    for (size_t i = 0; i < count; i++)
        sum[i] = aggregate->sum[i];
    privacy_add_noise(random, manifest->noise, manifest->votes, sum, count);
    for (size_t i = 0; i < count; i++)
        mean[i] = (double)sum[i] * worth;
    free(sum);
    return ERROR_NONE;
}
