#include "classifier/batch.h"

#include "classifier/parallel.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

enum {
    WORTH_A_THREAD = 16 * BATCH_RANGE, /* fewer messages are not worth waking a thread for */
    LINGER = 1000, /* looks at what another thread is about to do, some 10 us, before sleeping */
};

struct batch {
    struct predictor *predictor; /* of the thread that starts and finishes */
    pthread_t threads[PARALLEL_MAX];
    int wanted, started; /* beside the calling one */

    pthread_mutex_t lock; /* for what is changed below, but `next` */
    pthread_cond_t wake;  /* there is a new job, or none will come */
    pthread_cond_t idle;  /* the last thread is done with the present job */
    atomic_int job;       /* its number */
    atomic_int working;   /* threads that are at the present job, the calling one left out */
    bool ending;
    batch_work *work;
    void *context;
    size_t count;
    atomic_size_t next; /* the first message that nobody has taken */
};

static void work_on(struct batch *batch, struct predictor *predictor)
{
    size_t from;

    while ((from = atomic_fetch_add(&batch->next, BATCH_RANGE)) < batch->count) {
        size_t left = batch->count - from;

        batch->work(batch->context, predictor, from,
                    from + (left < BATCH_RANGE ? left : BATCH_RANGE));
    }
}

/* Looks for a little while whether the value stays. */
static void linger(const atomic_int *value, int present)
{
    for (int look = 0; look < LINGER && atomic_load(value) == present; look++) {
#ifdef __SSE2__
        __builtin_ia32_pause();
#endif
    }
}

/* Waits for a job after that of number `*seen`; false: none will come. */
static bool take_job(struct batch *batch, int *seen)
{
    bool taken;

    linger(&batch->job, *seen);
    pthread_mutex_lock(&batch->lock);
    while (batch->job == *seen && !batch->ending)
        pthread_cond_wait(&batch->wake, &batch->lock);
    taken = !batch->ending;
    *seen = batch->job;
    batch->working += taken;
    pthread_mutex_unlock(&batch->lock);
    return taken;
}

static void *run(void *argument)
{
    struct batch *batch = argument;
    struct predictor *predictor;
    int seen = 0;

    if (predictor_twin(batch->predictor, &predictor))
        return NULL; /* the others do it all */
    while (take_job(batch, &seen)) {
        work_on(batch, predictor);
        pthread_mutex_lock(&batch->lock);
        if (--batch->working == 0)
            pthread_cond_signal(&batch->idle);
        pthread_mutex_unlock(&batch->lock);
    }
    predictor_free(predictor);
    return NULL;
}

enum error batch_new(struct predictor *predictor, int threads, struct batch **out)
{
    struct batch *batch = calloc(1, sizeof *batch);

    *out = batch;
    if (!batch)
        return error_raise_plain(ERROR_NO_MEMORY);
    batch->predictor = predictor;
    if (threads == 0)
        threads = parallel_processors();
    batch->wanted = (threads < PARALLEL_MAX ? threads : PARALLEL_MAX) - 1;
    pthread_mutex_init(&batch->lock, NULL);
    pthread_cond_init(&batch->wake, NULL);
    pthread_cond_init(&batch->idle, NULL);
    return ERROR_NONE;
}

void batch_free(struct batch *batch)
{
    if (!batch)
        return;
    pthread_mutex_lock(&batch->lock);
    batch->ending = true;
    pthread_cond_broadcast(&batch->wake);
    pthread_mutex_unlock(&batch->lock);
    while (batch->started > 0)
        pthread_join(batch->threads[--batch->started], NULL);
    pthread_mutex_destroy(&batch->lock);
    pthread_cond_destroy(&batch->wake);
    pthread_cond_destroy(&batch->idle);
    free(batch);
}

static void start_threads(struct batch *batch)
{
    while (batch->started < batch->wanted &&
           pthread_create(&batch->threads[batch->started], NULL, run, batch) == 0)
        batch->started++;
    batch->wanted = batch->started; /* where there are no more, none are asked for again */
}

void batch_start(struct batch *batch, batch_work *work, void *context, size_t count)
{
    pthread_mutex_lock(&batch->lock);
    while (batch->working > 0) /* one that woke late, and finds nothing */
        pthread_cond_wait(&batch->idle, &batch->lock);
    batch->work = work;
    batch->context = context;
    batch->count = count;
    atomic_store(&batch->next, 0);
    if (count >= WORTH_A_THREAD) {
        start_threads(batch);
        batch->job++;
        pthread_cond_broadcast(&batch->wake);
    }
    pthread_mutex_unlock(&batch->lock);
}

void batch_finish(struct batch *batch)
{
    int working;

    work_on(batch, batch->predictor);
    working = atomic_load(&batch->working);
    if (working > 0)
        linger(&batch->working, working);
    pthread_mutex_lock(&batch->lock);
    while (batch->working > 0)
        pthread_cond_wait(&batch->idle, &batch->lock);
    pthread_mutex_unlock(&batch->lock);
}

struct reading {
    const struct message *messages;
    struct prediction *out;
};

static void read_range(void *context, struct predictor *predictor, size_t from, size_t to)
{
    const struct reading *reading = context;

    for (size_t i = from; i < to; i++)
        predictor_read(predictor, reading->messages[i].text, reading->messages[i].length,
                       &reading->out[i]);
}

void batch_read(struct batch *batch, const struct message *messages, size_t count,
                struct prediction *out)
{
    struct reading reading = {messages, out};

    batch_start(batch, read_range, &reading, count);
    batch_finish(batch);
}
