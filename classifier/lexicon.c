#include "classifier/lexicon.h"

#include "classifier/numeric.h"

#include <stdlib.h>
#include <string.h>

enum {
    SLOTS_FIRST = 1 << 8,
    ENTRIES_FIRST = 1 << 11,
    ENTRIES_MAX = 1 << (VOCABULARY_TAG - 1),
    NAME_SIZE = 2 * (TOKENS_MAX + 64), /* a name's longest, with its NUL */
};

/* Of the mean squared norm. Without it, messages of few words are guessed with too much confidence
 * and long ones with too little. */
static const double NORM_FLOOR = 0.2;

static enum error set_slots(struct lexicon *lexicon, uint32_t count)
{
    uint32_t *slots = calloc(count, sizeof *slots), mask = count - 1;

    if (!slots)
        return error_raise_plain(ERROR_NO_MEMORY);
    for (size_t i = 0; i < lexicon->count; i++) {
        uint64_t hash = lexicon->entries[i].hash;
        uint32_t slot = vocabulary_slot(hash, mask);

        while (slots[slot] != 0)
            slot = (slot + 1) & mask;
        slots[slot] = vocabulary_entry((uint32_t)i, hash);
    }
    free(lexicon->slots);
    lexicon->slots = slots;
    lexicon->mask = mask;
    return ERROR_NONE;
}

static enum error grow(struct lexicon *lexicon)
{
    size_t capacity = lexicon->capacity ? 2 * lexicon->capacity : ENTRIES_FIRST;
    struct lexicon_entry *entries;

    if (capacity > ENTRIES_MAX)
        return error_raise(ERROR_TOO_LARGE, "the corpus has too many different word pairs");
    entries = realloc(lexicon->entries, capacity * sizeof *entries);
    if (!entries)
        return error_raise_plain(ERROR_NO_MEMORY);
    lexicon->entries = entries;
    lexicon->capacity = capacity;
    return set_slots(lexicon, (uint32_t)(2 * capacity));
}

static uint32_t *find_slot(const struct lexicon *lexicon, uint64_t hash)
{
    uint32_t slot = vocabulary_slot(hash, lexicon->mask);

    while (lexicon->slots[slot] != 0 &&
           lexicon->entries[vocabulary_feature(lexicon->slots[slot])].hash != hash)
        slot = (slot + 1) & lexicon->mask;
    return &lexicon->slots[slot];
}

static enum error count_ngram(struct lexicon *lexicon, const struct features *features,
                              const struct ngram *ngram, uint32_t row, char *name)
{
    struct lexicon_entry *entry;
    uint32_t *slot;
    enum error error;
    size_t length;

    if (lexicon->count == lexicon->capacity) {
        error = grow(lexicon);
        if (error)
            return error;
    }
    slot = find_slot(lexicon, ngram->hash);
    if (*slot == 0) {
        length = features_name(features, ngram, name, NAME_SIZE);
        error = buffer_append(&lexicon->names, name, length);
        if (error)
            return error;
        lexicon->entries[lexicon->count++] =
            (struct lexicon_entry){.hash = ngram->hash,
                                   .name = lexicon->names.length - length,
                                   .length = (uint32_t)length,
                                   .kind = ngram->kind};
        *slot = vocabulary_entry((uint32_t)lexicon->count - 1, ngram->hash);
    }
    entry = &lexicon->entries[vocabulary_feature(*slot)];
    entry->rows += entry->last != row + 1;
    entry->last = row + 1;
    return ERROR_NONE;
}

enum error lexicon_count(struct lexicon *lexicon, const struct text_settings *settings,
                         const struct corpus *corpus)
{
    static const uint32_t no_slots[1];
    static const struct vocabulary nothing = {.slots = no_slots};
    struct features *features = NULL;
    char *name = malloc(NAME_SIZE);
    enum error error = name ? ERROR_NONE : error_raise_plain(ERROR_NO_MEMORY);

    *lexicon = (struct lexicon){0};
    buffer_init(&lexicon->names, CORPUS_FILE_MAX);
    buffer_init(&lexicon->strings, UINT32_MAX);
    if (!error)
        error = features_new(settings, &nothing, &features);
    for (size_t row = 0; row < corpus->count && !error; row++) {
        const struct ngram *ngrams;
        size_t count;

        features_scan(features, corpus->rows[row].text, corpus->rows[row].length);
        ngrams = features_ngrams(features, &count);
        for (size_t i = 0; i < count && !error; i++)
            error = count_ngram(lexicon, features, &ngrams[i], (uint32_t)row, name);
    }
    features_free(features);
    free(name);
    return error;
}

static int compare(const void *left, const void *right, void *names)
{
    const struct lexicon_entry *a = left, *b = right;
    const char *text = names;
    int order;

    if (a->rows != b->rows)
        return a->rows < b->rows ? 1 : -1;
    order = memcmp(text + a->name, text + b->name, a->length < b->length ? a->length : b->length);
    return order ? order : (a->length > b->length) - (a->length < b->length);
}

static enum error fill_vocabulary(struct lexicon *lexicon, size_t rows)
{
    struct vocabulary *vocabulary = &lexicon->vocabulary;
    enum error error = ERROR_NONE;
    double norm = 0;

    buffer_clear(&lexicon->strings);
    for (size_t i = 0; i < lexicon->count && !error; i++) {
        const struct lexicon_entry *entry = &lexicon->entries[i];

        lexicon->hashes[i] = entry->hash;
        lexicon->idf[i] = (float)(numeric_log((1 + (double)rows) / (1 + (double)entry->rows)) + 1);
        norm += (double)entry->rows * (double)lexicon->idf[i] * (double)lexicon->idf[i];
        lexicon->offsets[i] = (uint32_t)lexicon->strings.length;
        error = buffer_append(&lexicon->strings, lexicon->names.data + entry->name, entry->length);
        if (!error)
            error = buffer_append_byte(&lexicon->strings, '\0');
    }
    lexicon->offsets[lexicon->count] = (uint32_t)lexicon->strings.length;
    vocabulary->slots = lexicon->slots;
    vocabulary->mask = lexicon->mask;
    vocabulary->hashes = lexicon->hashes;
    vocabulary->idf = lexicon->idf;
    vocabulary->count = (uint32_t)lexicon->count;
    vocabulary->unseen_idf = (float)(numeric_log((1 + (double)rows) / 2) + 1);
    vocabulary->norm_floor = (float)(rows > 0 ? NORM_FLOOR * norm / (double)rows : 0);
    return error;
}

enum error lexicon_select(struct lexicon *lexicon, size_t rows,
                          bool (*keep)(const void *context, const struct lexicon_entry *entry,
                                       size_t place),
                          const void *context)
{
    uint32_t slots = SLOTS_FIRST;
    size_t kept = 0, place;
    enum error error;

    for (place = 0; place < lexicon->count; place++)
        if (keep(context, &lexicon->entries[place], place))
            lexicon->entries[kept++] = lexicon->entries[place];
    lexicon->count = kept;
    qsort_r(lexicon->entries, kept, sizeof *lexicon->entries, compare, lexicon->names.data);
    while (slots < 2 * kept)
        slots *= 2;
    error = set_slots(lexicon, slots);
    free(lexicon->hashes);
    free(lexicon->idf);
    free(lexicon->offsets);
    lexicon->hashes = calloc(kept + 1, sizeof *lexicon->hashes);
    lexicon->idf = calloc(kept + 1, sizeof *lexicon->idf);
    lexicon->offsets = calloc(kept + 1, sizeof *lexicon->offsets);
    if (!error && (!lexicon->hashes || !lexicon->idf || !lexicon->offsets))
        error = error_raise_plain(ERROR_NO_MEMORY);
    return error ? error : fill_vocabulary(lexicon, rows);
}

void lexicon_free(struct lexicon *lexicon)
{
    free(lexicon->entries);
    free(lexicon->slots);
    free(lexicon->hashes);
    free(lexicon->idf);
    free(lexicon->offsets);
    buffer_free(&lexicon->names);
    buffer_free(&lexicon->strings);
    *lexicon = (struct lexicon){0};
}
