#include "app/tui/undo.h"

#include <stdlib.h>
#include <string.h>

static size_t bytes_of(const struct undo_step *step)
{
    return step->removed.length + step->inserted.length;
}

static void free_step(struct undo *undo, struct undo_step *step)
{
    undo->bytes -= bytes_of(step);
    buffer_free(&step->removed);
    buffer_free(&step->inserted);
}

void undo_free(struct undo *undo)
{
    while (undo->count > 0)
        free_step(undo, &undo->steps[--undo->count]);
    free(undo->steps);
    *undo = (struct undo){0};
}

void undo_close(struct undo *undo)
{
    undo->open = false;
}

void undo_fence(struct undo *undo)
{
    undo->fenced = true;
    undo->open = false;
}

static void forget_undone(struct undo *undo)
{
    while (undo->count > undo->done)
        free_step(undo, &undo->steps[--undo->count]);
}

static void forget_oldest(struct undo *undo)
{
    free_step(undo, &undo->steps[0]);
    undo->count--;
    undo->done--;
    memmove(undo->steps, undo->steps + 1, undo->count * sizeof *undo->steps);
}

static bool make_room(struct undo *undo)
{
    size_t room = undo->room ? 2 * undo->room : 16;
    struct undo_step *grown;

    if (undo->count < undo->room)
        return true;
    grown = realloc(undo->steps, room * sizeof *grown);
    if (!grown)
        return false;
    undo->steps = grown;
    undo->room = room;
    return true;
}

static bool blank(char byte)
{
    return byte == ' ' || byte == '\n' || byte == '\t';
}

/* Whether what was typed belongs to the word that the last step ends with. */
static bool goes_on(const struct undo_step *last, const struct undo_step *step)
{
    const struct buffer *typed = &last->inserted;

    if (last->run != step->run || last->after != step->before)
        return false;
    if (step->run == RUN_ERASED)
        return step->at + step->removed.length == last->at;
    return step->run == RUN_TYPED && step->at == last->at + typed->length &&
           (!blank(typed->data[typed->length - 1]) || blank(step->inserted.data[0]));
}

/* What was erased before stands behind what is erased now. */
static bool join_erased(struct undo_step *last, const struct undo_step *step)
{
    struct buffer *removed = &last->removed;

    if (buffer_reserve(removed, step->removed.length))
        return false;
    memmove(removed->data + step->removed.length, removed->data, removed->length + 1);
    memcpy(removed->data, step->removed.data, step->removed.length);
    removed->length += step->removed.length;
    last->at = step->at;
    return true;
}

static bool join(struct undo *undo, const struct undo_step *step)
{
    struct undo_step *last = &undo->steps[undo->count - 1];

    if (step->run == RUN_ERASED ? !join_erased(last, step)
                                : buffer_append(&last->inserted, step->inserted.data,
                                                step->inserted.length) != ERROR_NONE)
        return false;
    last->after = step->after;
    undo->bytes += bytes_of(step);
    return true;
}

static bool append(struct undo *undo, const struct undo_step *step)
{
    struct undo_step *copy;

    if (!make_room(undo))
        return false;
    copy = &undo->steps[undo->count];
    *copy = *step;
    buffer_init(&copy->removed, UNDO_BYTES);
    buffer_init(&copy->inserted, UNDO_BYTES);
    if (buffer_append(&copy->removed, step->removed.data, step->removed.length) ||
        buffer_append(&copy->inserted, step->inserted.data, step->inserted.length)) {
        buffer_free(&copy->removed);
        buffer_free(&copy->inserted);
        return false;
    }
    undo->done = ++undo->count;
    undo->bytes += bytes_of(copy);
    return true;
}

void undo_note(struct undo *undo, const struct undo_step *step)
{
    bool open = undo->open && undo->done == undo->count && undo->count > 0;

    if (undo->fenced)
        undo_free(undo);
    forget_undone(undo);
    if (!(open && goes_on(&undo->steps[undo->count - 1], step) ? join(undo, step)
                                                               : append(undo, step))) {
        undo_free(undo);
        return;
    }
    undo->open = true;
    while (undo->count > UNDO_STEPS || undo->bytes > UNDO_BYTES)
        forget_oldest(undo);
}

const struct undo_step *undo_back(struct undo *undo)
{
    undo->open = false;
    return undo->done > 0 ? &undo->steps[--undo->done] : NULL;
}

const struct undo_step *undo_forth(struct undo *undo)
{
    undo->open = false;
    return undo->done < undo->count ? &undo->steps[undo->done++] : NULL;
}
