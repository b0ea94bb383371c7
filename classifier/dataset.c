#include "classifier/dataset.h"

#include <stdlib.h>
#include <string.h>

enum { ROWS_MIN = 2, DEV_PART = 10 };

static uint64_t next_random(uint64_t *state) /* SplitMix64 */
{
    uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);

    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return z ^ z >> 31;
}

bool train_takes(const struct train_settings *settings, size_t row)
{
    uint64_t state = settings->seed ^ row * UINT64_C(0x9E3779B97F4A7C15);

    return settings->part <= 0 || (double)(next_random(&state) >> 11) * 0x1p-53 < settings->part;
}

static void keep_part(const struct train_settings *settings, struct corpus *data)
{
    size_t kept = 0;

    for (size_t row = 0; row < data->count; row++)
        if (train_takes(settings, row))
            data->rows[kept++] = data->rows[row];
    data->count = kept;
}

/* Moves a tenth of the rows to dev, which borrows their text. */
static enum error split_dev(uint64_t seed, struct dataset *dataset)
{
    struct corpus *data = &dataset->data, *dev = &dataset->dev;
    size_t kept = 0;

    dev->rows = calloc(data->count + 1, sizeof *dev->rows);
    if (!dev->rows)
        return error_raise_plain(ERROR_NO_MEMORY);
    for (size_t i = 0; i < data->count; i++) {
        if (next_random(&seed) % DEV_PART == 0)
            dev->rows[dev->count++] = data->rows[i];
        else
            data->rows[kept++] = data->rows[i];
    }
    data->count = kept;
    dataset->drawn = true;
    return ERROR_NONE;
}

void dataset_rejoin(struct dataset *dataset)
{
    if (!dataset->drawn)
        return;
    memcpy(dataset->data.rows + dataset->data.count, dataset->dev.rows,
           dataset->dev.count * sizeof *dataset->dev.rows);
    dataset->data.count += dataset->dev.count;
    dataset->drawn = false;
}

struct named {
    const struct label_set *set;
    const struct table *table;
};

/* Labels go by their place in the label table, those that it lacks by name after them. */
static int compare_labels(const void *left, const void *right, void *context)
{
    const struct named *named = context;
    const char *a = named->set->names[*(const int *)left];
    const char *b = named->set->names[*(const int *)right];
    char *const *row_a = table_find(named->table, a, strlen(a));
    char *const *row_b = table_find(named->table, b, strlen(b));

    if (row_a && row_b)
        return (row_a > row_b) - (row_a < row_b);
    if (row_a || row_b)
        return row_a ? -1 : 1;
    return strcmp(a, b);
}

static void renumber(struct corpus *corpus, const int *place, int count)
{
    for (size_t row = 0; row < corpus->count; row++) {
        uint64_t labels = 0;

        for (int i = 0; i < count; i++)
            if (corpus->rows[row].labels >> i & 1)
                labels |= UINT64_C(1) << place[i];
        corpus->rows[row].labels = labels;
    }
}

static void order_labels(struct dataset *dataset)
{
    struct named named = {&dataset->set, &dataset->table};
    struct label_set ordered = {.count = dataset->set.count};
    int order[LABELS_MAX] = {0}, place[LABELS_MAX] = {0}, i;

    for (i = 0; i < dataset->set.count; i++)
        order[i] = i;
    qsort_r(order, (size_t)dataset->set.count, sizeof *order, compare_labels, &named);
    for (i = 0; i < dataset->set.count; i++) {
        place[order[i]] = i;
        memcpy(ordered.names[i], dataset->set.names[order[i]], sizeof ordered.names[i]);
    }
    dataset->set = ordered;
    renumber(&dataset->data, place, ordered.count);
    renumber(&dataset->dev, place, ordered.count);
}

static enum error describe_labels(const char *path, struct dataset *dataset)
{
    static const char *const colours[] = {"red", "green", "yellow", "blue", "magenta", "cyan"};

    for (int i = 0; i < dataset->set.count; i++) {
        const char *name = dataset->set.names[i];
        char *const *row = table_find(&dataset->table, name, strlen(name));

        dataset->labels[i] = (struct label){name, "", colours[i % 6]};
        if (!row)
            continue;
        if (!label_emoji_valid(row[1]) || !label_colour_valid(row[2]))
            return error_raise(ERROR_INVALID, "%s: '%s' needs an emoji or nothing, and a colour",
                               path, name);
        dataset->labels[i].emoji = row[1];
        dataset->labels[i].colour = row[2];
    }
    return ERROR_NONE;
}

/* Reads the files as they are. */
static enum error read_files(const struct train_settings *settings, struct dataset *dataset)
{
    const struct table *map = settings->map ? &dataset->map : NULL;
    enum error error = ERROR_NONE;

    if (map)
        error = table_read(settings->map, 2, &dataset->map);
    if (!error && settings->labels)
        error = table_read(settings->labels, 3, &dataset->table);
    if (!error)
        error = corpus_read(settings->data, map, true, &dataset->set, &dataset->data);
    if (!error && settings->dev)
        error = corpus_read(settings->dev, map, true, &dataset->set, &dataset->dev);
    return error;
}

enum error dataset_read(const struct train_settings *settings, struct dataset *out)
{
    enum error error;

    *out = (struct dataset){0};
    error = read_files(settings, out);
    if (!error)
        keep_part(settings, &out->data);
    if (!error && !settings->dev)
        error = split_dev(settings->seed, out);
    if (!error && (out->set.count < 2 || out->data.count < ROWS_MIN))
        error = error_raise(ERROR_INVALID, "%s: training needs two labels and a few rows each",
                            settings->data);
    if (error)
        return error;
    order_labels(out);
    return describe_labels(settings->labels, out);
}

void dataset_free(struct dataset *dataset)
{
    table_free(&dataset->map);
    table_free(&dataset->table);
    corpus_free(&dataset->data);
    corpus_free(&dataset->dev);
}

void dataset_target(const struct corpus_row *row, uint32_t stride, float *target)
{
    float share = 1 / (float)__builtin_popcountll(row->labels);

    for (uint32_t label = 0; label < stride; label++)
        target[label] = row->labels >> label & 1 ? share : 0;
}
