#include "classifier/model.h"

#include "base/bytes.h"
#include "base/file.h"
#include "base/utf8.h"
#include "classifier/crc32c.h"
#include "classifier/model_format.h"
#include "classifier/model_parts.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The sections are used in place. */
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "a little-endian machine is needed");
_Static_assert(sizeof(float) == 4, "float is not IEEE 754 binary32");

struct model {
    struct buffer file;
    struct model_parts parts;
    struct label labels[LABELS_MAX];
    float label_threshold[LABELS_MAX];
    char id[32];
};

/* A file being checked. */
struct check {
    const struct buffer *file;
    const char *name; /* for sentences */
    const char *section[SECTION_COUNT];
    size_t length[SECTION_COUNT];
};

#define REMEDY "reinstall EmoTrack, or name another model with --model"

static enum error damaged(const struct check *check, const char *what)
{
    return error_raise(ERROR_DAMAGED, "the model file '%s' is damaged (%s); " REMEDY, check->name,
                       what);
}

static enum error check_header(const struct check *check)
{
    static const char zeros[4];
    const char *file = check->file->data;
    size_t length = check->file->length, after = HEADER_CHECKSUM + sizeof zeros;
    uint32_t checksum, format;

    if (length == 0)
        return damaged(check, "it is empty");
    if (length < strlen(MODEL_MAGIC) || memcmp(file, MODEL_MAGIC, strlen(MODEL_MAGIC)) != 0)
        return error_raise(ERROR_DAMAGED, "'%s' is not an EmoTrack model; " REMEDY, check->name);
    if (length < MODEL_ALIGNMENT)
        return damaged(check, "it is cut short");
    checksum = crc32c(0, file, HEADER_CHECKSUM);
    checksum = crc32c(checksum, zeros, sizeof zeros);
    checksum = crc32c(checksum, file + after, length - after);
    format = bytes_get_u32(file + HEADER_FORMAT);
    if (checksum == bytes_get_u32(file + HEADER_CHECKSUM) && format != MODEL_FORMAT)
        return error_raise(ERROR_VERSION,
                           "the model file '%s' has format %u, and this EmoTrack reads format %d; "
                           "update EmoTrack, or name another model with --model",
                           check->name, format, MODEL_FORMAT);
    if (format != MODEL_FORMAT)
        return damaged(check, "or made for another version of EmoTrack");
    if (bytes_get_u64(file + HEADER_SIZE) != length)
        return damaged(check, "it is not as long as it should be");
    if (checksum != bytes_get_u32(file + HEADER_CHECKSUM))
        return damaged(check, "its checksum is wrong");
    return ERROR_NONE;
}

static enum error find_sections(struct check *check)
{
    static const char names[SECTION_COUNT][MODEL_NAME + 1] = MODEL_SECTION_NAMES;
    const struct buffer *file = check->file;
    size_t table_end = MODEL_ALIGNMENT + SECTION_COUNT * MODEL_ENTRY;

    if (bytes_get_u32(file->data + HEADER_SECTIONS) != SECTION_COUNT || file->length < table_end)
        return damaged(check, "its section table is wrong");
    for (int section = 0; section < SECTION_COUNT; section++) {
        const char *entry = file->data + MODEL_ALIGNMENT + section * MODEL_ENTRY;
        uint64_t offset = bytes_get_u64(entry + ENTRY_OFFSET);
        uint64_t length = bytes_get_u64(entry + ENTRY_LENGTH);

        if (memcmp(entry + ENTRY_NAME, names[section], MODEL_NAME) != 0 ||
            offset % MODEL_ALIGNMENT != 0 || offset < table_end || offset > file->length ||
            length > file->length - offset)
            return damaged(check, "its section table is wrong");
        check->section[section] = file->data + offset;
        check->length[section] = (size_t)length;
    }
    return ERROR_NONE;
}

static enum error read_settings(const struct check *check, struct model_parts *parts)
{
    const char *settings = check->section[SECTION_SETTINGS];
    uint32_t slots;

    if (check->length[SECTION_SETTINGS] != SETTINGS_LENGTH)
        return damaged(check, "its settings are wrong");
    parts->version = bytes_get_u32(check->file->data + HEADER_VERSION);
    parts->labels = bytes_get_u32(settings + SETTING_LABELS);
    parts->stride = bytes_get_u32(settings + SETTING_STRIDE);
    parts->vocabulary.count = bytes_get_u32(settings + SETTING_FEATURES);
    slots = bytes_get_u32(settings + SETTING_SLOTS);
    parts->vocabulary.mask = slots - 1;
    parts->text.negator_count = bytes_get_u32(settings + SETTING_NEGATORS);
    parts->text.negation_window = bytes_get_u32(settings + SETTING_NEGATION_WINDOW);
    parts->temperature = bytes_get_f32(settings + SETTING_TEMPERATURE);
    parts->threshold = bytes_get_f32(settings + SETTING_THRESHOLD);
    parts->vocabulary.unseen_idf = bytes_get_f32(settings + SETTING_UNSEEN_IDF);
    if (bytes_get_u32(settings + SETTING_TEXT_RULES) != TEXT_RULES)
        return error_raise(ERROR_VERSION,
                           "the model file '%s' was made for other rules of reading text; update "
                           "EmoTrack, or name another model with --model",
                           check->name);
    if (parts->version == 0 || parts->labels < 2 || parts->labels > LABELS_MAX ||
        parts->stride != model_stride(parts->labels) || slots == 0 || (slots & (slots - 1)) != 0 ||
        parts->vocabulary.count >= slots || parts->vocabulary.count > VOCABULARY_MAX ||
        parts->text.negator_count > NEGATORS_MAX)
        return damaged(check, "its settings are wrong");
    if (!(parts->temperature >= 0.01F && parts->temperature <= 100) ||
        !(parts->threshold >= 0 && parts->threshold <= 1) ||
        !(parts->vocabulary.unseen_idf >= 0 && parts->vocabulary.unseen_idf <= 100))
        return damaged(check, "its settings are wrong");
    return ERROR_NONE;
}

/* Takes the next of a section's NUL-terminated strings; NULL where there is none. */
static const char *next_string(const char **at, const char *end)
{
    const char *string = *at, *nul = memchr(string, '\0', (size_t)(end - string));

    if (nul)
        *at = nul + 1;
    return nul ? string : NULL;
}

static enum error read_labels(const struct check *check, struct model *model)
{
    const char *at = check->section[SECTION_LABELS], *end = at + check->length[SECTION_LABELS];

    for (uint32_t i = 0; i < model->parts.labels; i++) {
        struct label *label = &model->labels[i];

        label->name = next_string(&at, end);
        label->emoji = label->name ? next_string(&at, end) : NULL;
        label->colour = label->emoji ? next_string(&at, end) : NULL;
        if (!label->colour || !label_name_valid(label->name, strlen(label->name)) ||
            !label_emoji_valid(label->emoji) || !label_colour_valid(label->colour))
            return damaged(check, "its labels are wrong");
        for (uint32_t other = 0; other < i; other++)
            if (strcmp(model->labels[other].name, label->name) == 0)
                return damaged(check, "two labels have one name");
    }
    model->parts.label = model->labels;
    for (int i = 0; i < LABELS_MAX; i++)
        model->label_threshold[i] = 0.5F;
    model->parts.label_threshold = model->label_threshold;
    return at == end ? ERROR_NONE : damaged(check, "its labels are wrong");
}

static enum error read_texts(const struct check *check, struct model_parts *parts)
{
    const char *at = check->section[SECTION_NEGATORS];
    const char *end = at + check->length[SECTION_NEGATORS];
    const char *origin = check->section[SECTION_ORIGIN];
    size_t length = check->length[SECTION_ORIGIN];

    parts->text.negators = at;
    for (uint32_t i = 0; i < parts->text.negator_count; i++)
        if (!next_string(&at, end))
            return damaged(check, "its negators are wrong");
    if (at != end)
        return damaged(check, "its negators are wrong");
    parts->origin = origin;
    if (length == 0 || origin[length - 1] != '\0' || !utf8_valid(origin, length - 1))
        return damaged(check, "its provenance is wrong");
    return ERROR_NONE;
}

static enum error read_strings(const struct check *check, struct model_parts *parts)
{
    uint32_t count = parts->vocabulary.count, i;
    const uint32_t *offsets = (const void *)check->section[SECTION_OFFSETS];

    if (check->length[SECTION_OFFSETS] != ((size_t)count + 1) * sizeof *offsets ||
        offsets[0] != 0 || offsets[count] != check->length[SECTION_STRINGS])
        return damaged(check, "its vocabulary is wrong");
    parts->strings = check->section[SECTION_STRINGS];
    parts->offsets = offsets;
    for (i = 0; i < count; i++) {
        size_t start = offsets[i], end = offsets[i + 1];

        if (start + 1 >= end || end > offsets[count] || parts->strings[end - 1] != '\0' ||
            !utf8_valid(parts->strings + start, end - 1 - start))
            return damaged(check, "its vocabulary is wrong");
    }
    return ERROR_NONE;
}

/* Every entry within the vocabulary, and as many as there are features, so that one slot at least
 * is empty and every search ends. */
static enum error read_index(const struct check *check, struct model_parts *parts)
{
    struct vocabulary *vocabulary = &parts->vocabulary;
    size_t slots = (size_t)vocabulary->mask + 1, used = 0;

    vocabulary->slots = (const void *)check->section[SECTION_SLOTS];
    vocabulary->hashes = (const void *)check->section[SECTION_HASHES];
    if (check->length[SECTION_SLOTS] != slots * sizeof *vocabulary->slots ||
        check->length[SECTION_HASHES] != (size_t)vocabulary->count * sizeof *vocabulary->hashes)
        return damaged(check, "its index is wrong");
    for (size_t slot = 0; slot < slots; slot++) {
        uint32_t entry = vocabulary->slots[slot];

        if (entry != 0 && vocabulary_feature(entry) >= vocabulary->count)
            return damaged(check, "its index is wrong");
        used += entry != 0;
    }
    return used == vocabulary->count ? ERROR_NONE : damaged(check, "its index is wrong");
}

/* No weight is larger than this, so that no score overflows. */
static const float VALUE_MAX = 1e6F;

static bool all_sane(const float *values, size_t count)
{
    bool sane = true;

    for (size_t i = 0; i < count; i++)
        sane &= values[i] >= -VALUE_MAX && values[i] <= VALUE_MAX;
    return sane;
}

static enum error read_numbers(const struct check *check, struct model_parts *parts)
{
    size_t count = parts->vocabulary.count, cells = count * parts->stride;

    parts->vocabulary.idf = (const void *)check->section[SECTION_IDF];
    parts->bias = (const void *)check->section[SECTION_BIAS];
    parts->weights = (const void *)check->section[SECTION_WEIGHTS];
    if (check->length[SECTION_IDF] != count * sizeof(float) ||
        check->length[SECTION_BIAS] != parts->stride * sizeof(float) ||
        check->length[SECTION_WEIGHTS] != cells * sizeof(float))
        return damaged(check, "its weights are wrong");
    if (!all_sane(parts->vocabulary.idf, count) || !all_sane(parts->bias, parts->stride) ||
        !all_sane(parts->weights, cells))
        return damaged(check, "its weights are wrong");
    return ERROR_NONE;
}

static enum error read_model(struct check *check, struct model *model)
{
    struct model_parts *parts = &model->parts;
    enum error error = check_header(check);

    if (!error)
        error = find_sections(check);
    if (!error)
        error = read_settings(check, parts);
    if (!error)
        error = read_labels(check, model);
    if (!error)
        error = read_texts(check, parts);
    if (!error)
        error = read_strings(check, parts);
    if (!error)
        error = read_index(check, parts);
    if (!error)
        error = read_numbers(check, parts);
    return error;
}

enum error model_from_bytes(struct buffer *bytes, const char *name, struct model **out)
{
    struct model *model = calloc(1, sizeof *model);
    struct check check = {.name = name};
    enum error error;

    *out = NULL;
    if (!model) {
        buffer_free(bytes);
        return error_raise_plain(ERROR_NO_MEMORY);
    }
    model->file = *bytes;
    buffer_init(bytes, bytes->limit);
    check.file = &model->file;
    error = read_model(&check, model);
    if (error) {
        model_close(model);
        return error;
    }
    snprintf(model->id, sizeof model->id, "v%u-%08x", model->parts.version,
             bytes_get_u32(model->file.data + HEADER_CHECKSUM));
    *out = model;
    return ERROR_NONE;
}

enum error model_open(const char *path, struct model **out)
{
    struct buffer bytes;
    enum error error;

    *out = NULL;
    buffer_init(&bytes, MODEL_FILE_MAX);
    error = file_read(path, &bytes);
    if (error) {
        buffer_free(&bytes);
        return error_raise(error, "no model: %s; " REMEDY, error_sentence());
    }
    return model_from_bytes(&bytes, path, out);
}

void model_close(struct model *model)
{
    if (!model)
        return;
    buffer_free(&model->file);
    free(model);
}

const struct model_parts *model_parts(const struct model *model)
{
    return &model->parts;
}

int model_label_count(const struct model *model)
{
    return (int)model->parts.labels;
}

const struct label *model_label(const struct model *model, int index)
{
    return &model->labels[index];
}

int model_find_label(const struct model *model, const char *name)
{
    for (uint32_t i = 0; i < model->parts.labels; i++)
        if (strcmp(model->labels[i].name, name) == 0)
            return (int)i;
    return -1;
}

const char *model_id(const struct model *model)
{
    return model->id;
}

uint32_t model_version(const struct model *model)
{
    return model->parts.version;
}

const char *model_provenance(const struct model *model)
{
    return model->parts.origin;
}

uint32_t model_feature_count(const struct model *model)
{
    return model->parts.vocabulary.count;
}

float model_temperature(const struct model *model)
{
    return model->parts.temperature;
}

float model_threshold(const struct model *model)
{
    return model->parts.threshold;
}

size_t model_file_size(const struct model *model)
{
    return model->file.length;
}

enum { BLOCK = STRIDE_STEP }; /* floats that one vector register holds everywhere */

void model_parts_score(const struct model_parts *parts, const struct term *terms, size_t count,
                       float *score)
{
    for (uint32_t from = 0; from < parts->stride; from += BLOCK) {
        const float *weights = parts->weights + from;
        float sum[BLOCK];

        memcpy(sum, parts->bias + from, sizeof sum);
        for (size_t i = 0; i < count; i++) {
            const float *row = weights + (size_t)terms[i].feature * parts->stride;

            if (terms[i].feature >= parts->vocabulary.count)
                continue;
            for (int lane = 0; lane < BLOCK; lane++)
                sum[lane] += terms[i].value * row[lane];
        }
        memcpy(score + from, sum, sizeof sum);
    }
}
