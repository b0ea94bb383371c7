#include "app/tui/list.h"

#include <stdlib.h>
#include <string.h>

void list_init(struct list *list)
{
    *list = (struct list){0};
}

void list_free(struct list *list)
{
    free(list->ids);
    free(list->marked);
    list_init(list);
}

/* ---- the choice ---- */

int64_t list_chosen(const struct list *list)
{
    return list->count > 0 ? list->ids[list->chosen] : 0;
}

void list_choose(struct list *list, long long index)
{
    long long last = (long long)list->count - 1;

    if (index > last)
        index = last;
    list->chosen = index > 0 ? (size_t)index : 0;
}

void list_take(struct list *list, int64_t *ids, size_t count, bool stay)
{
    int64_t chosen = list_chosen(list);
    size_t place = stay ? list->chosen : 0;

    free(list->ids);
    list->ids = ids;
    list->count = count;
    for (size_t i = 0; stay && i < count; i++) {
        if (ids[i] == chosen)
            place = i;
    }
    list_choose(list, (long long)place);
}

/* ---- marks ---- */

static int compare(const void *left, const void *right)
{
    const int64_t *a = left, *b = right;

    return (*a > *b) - (*a < *b);
}

/* The first mark that is not below `id`. */
static size_t place_of(const struct list *list, int64_t id)
{
    size_t low = 0, high = list->marks;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (list->marked[middle] < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool list_is_marked(const struct list *list, int64_t id)
{
    size_t place = place_of(list, id);

    return place < list->marks && list->marked[place] == id;
}

static enum error make_room(struct list *list, size_t marks)
{
    int64_t *grown;

    if (marks <= list->room)
        return ERROR_NONE;
    grown = realloc(list->marked, 2 * marks * sizeof *grown);
    if (!grown)
        return error_raise_plain(ERROR_NO_MEMORY);
    list->marked = grown;
    list->room = 2 * marks;
    return ERROR_NONE;
}

enum error list_turn_mark(struct list *list, int64_t id)
{
    size_t place = place_of(list, id), behind = list->marks - place;
    enum error error;

    if (list_is_marked(list, id)) {
        memmove(list->marked + place, list->marked + place + 1, (behind - 1) * sizeof id);
        list->marks--;
        return ERROR_NONE;
    }
    error = make_room(list, list->marks + 1);
    if (error)
        return error;
    memmove(list->marked + place + 1, list->marked + place, behind * sizeof id);
    list->marked[place] = id;
    list->marks++;
    return ERROR_NONE;
}

enum error list_mark_all(struct list *list)
{
    size_t before = list->marks, kept = 0;
    enum error error = make_room(list, before + list->count);

    if (error || list->count == 0)
        return error;
    memcpy(list->marked + before, list->ids, list->count * sizeof *list->ids);
    list->marks = before + list->count;
    qsort(list->marked, list->marks, sizeof *list->marked, compare);
    for (size_t i = 0; i < list->marks; i++) {
        if (kept == 0 || list->marked[i] != list->marked[kept - 1])
            list->marked[kept++] = list->marked[i];
    }
    list->marks = kept;
    return ERROR_NONE;
}

void list_unmark_all(struct list *list)
{
    list->marks = 0;
}

enum error list_keep_marks(struct list *list, const int64_t *ids, size_t count)
{
    int64_t *sorted = malloc((count + 1) * sizeof *sorted);
    size_t kept = 0;

    if (!sorted)
        return error_raise_plain(ERROR_NO_MEMORY);
    if (count > 0)
        memcpy(sorted, ids, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, compare);
    for (size_t i = 0; i < list->marks; i++) {
        if (bsearch(&list->marked[i], sorted, count, sizeof *sorted, compare))
            list->marked[kept++] = list->marked[i];
    }
    list->marks = kept;
    free(sorted);
    return ERROR_NONE;
}

enum error list_marked(const struct list *list, int64_t **ids)
{
    int64_t *out = malloc((list->marks + 1) * sizeof *out), *listed;
    size_t count = 0;

    *ids = out;
    if (!out)
        return error_raise_plain(ERROR_NO_MEMORY);
    for (size_t i = 0; i < list->count; i++) {
        if (list_is_marked(list, list->ids[i]))
            out[count++] = list->ids[i];
    }
    if (count == list->marks)
        return ERROR_NONE;
    listed = malloc((count + 1) * sizeof *listed);
    if (!listed) {
        free(out);
        *ids = NULL;
        return error_raise_plain(ERROR_NO_MEMORY);
    }
    memcpy(listed, out, count * sizeof *listed);
    qsort(listed, count, sizeof *listed, compare);
    for (size_t i = 0, shown = count; i < list->marks; i++) {
        if (!bsearch(&list->marked[i], listed, shown, sizeof *listed, compare))
            out[count++] = list->marked[i];
    }
    free(listed);
    return ERROR_NONE;
}
