#include "classifier/parallel.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

enum { RANGE = 16 };

struct job {
    void (*work)(void *context, size_t from, size_t to);
    void *context;
    size_t count;
    atomic_size_t next; /* the first that nobody has taken */
};

int parallel_processors(void)
{
    cpu_set_t set;
    int count = 1;

    if (sched_getaffinity(0, sizeof set, &set) == 0)
        count = CPU_COUNT(&set);
    return count < PARALLEL_MAX ? count : PARALLEL_MAX;
}

static void *run(void *argument)
{
    struct job *job = argument;
    size_t from;

    while ((from = atomic_fetch_add(&job->next, RANGE)) < job->count)
        job->work(job->context, from, from + RANGE < job->count ? from + RANGE : job->count);
    return NULL;
}

void parallel_for(void (*work)(void *context, size_t from, size_t to), void *context, size_t count,
                  int threads)
{
    struct job job = {work, context, count, 0};
    pthread_t others[PARALLEL_MAX];
    int started = 0;

    while (started + 1 < threads && started + 1 < PARALLEL_MAX &&
           pthread_create(&others[started], NULL, run, &job) == 0)
        started++;
    run(&job);
    while (started > 0)
        pthread_join(others[--started], NULL);
}
