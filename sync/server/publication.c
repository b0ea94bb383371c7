#include "sync/server/publication.h"

#include <pthread.h>
#include <stdlib.h>

struct board {
    pthread_mutex_t lock; /* held for the few instructions that take or change the pointer */
    struct publication *present;
};

enum error board_new(struct board **out)
{
    struct board *board = calloc(1, sizeof *board);

    *out = board;
    if (!board)
        return error_raise_plain(ERROR_NO_MEMORY);
    pthread_mutex_init(&board->lock, NULL);
    return ERROR_NONE;
}

void board_free(struct board *board)
{
    if (!board)
        return;
    publication_release(board->present);
    pthread_mutex_destroy(&board->lock);
    free(board);
}

void board_set(struct board *board, struct publication *publication)
{
    struct publication *old;

    atomic_store(&publication->users, 1);
    pthread_mutex_lock(&board->lock);
    old = board->present;
    board->present = publication;
    pthread_mutex_unlock(&board->lock);
    publication_release(old);
}

struct publication *board_get(struct board *board)
{
    struct publication *present;

    pthread_mutex_lock(&board->lock);
    present = board->present;
    if (present)
        atomic_fetch_add(&present->users, 1);
    pthread_mutex_unlock(&board->lock);
    return present;
}

void publication_release(struct publication *publication)
{
    if (!publication || atomic_fetch_sub(&publication->users, 1) > 1)
        return;
    buffer_free(&publication->envelope);
    free(publication->models);
    free(publication);
}
