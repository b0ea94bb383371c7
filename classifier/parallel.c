#include "classifier/parallel.h"

#include <pthread.h>

struct part {
    void (*work)(void *context, size_t from, size_t to);
    void *context;
    size_t from, to;
};

static void *run(void *argument)
{
    const struct part *part = argument;

    part->work(part->context, part->from, part->to);
    return NULL;
}

void parallel_for(void (*work)(void *context, size_t from, size_t to), void *context, size_t count)
{
    struct part other = {work, context, count / 2, count};
    pthread_t thread;

    if (pthread_create(&thread, NULL, run, &other) != 0) {
        work(context, 0, count);
        return;
    }
    work(context, 0, count / 2);
    pthread_join(thread, NULL);
}
