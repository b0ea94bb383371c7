#include "classifier/model_read.h"

#include "base/bytes.h"
#include "base/utf8.h"
#include "classifier/crc32c.h"
#include "classifier/model_format.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Numbers are used as they stand in the file. */
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "a little-endian machine is needed");
_Static_assert(sizeof(float) == 4, "float is not IEEE 754 binary32");

/* A file being checked. */
struct check {
    const struct buffer *file;
    const char *name; /* for sentences */
    const char *section[SECTION_COUNT];
    size_t length[SECTION_COUNT];
};

static enum error damaged(const struct check *check, const char *what)
{
    return error_raise(ERROR_DAMAGED, "the model file '%s' is damaged (%s); " MODEL_REMEDY,
                       check->name, what);
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
        return error_raise(ERROR_DAMAGED, "'%s' is not an EmoTrack model; " MODEL_REMEDY,
                           check->name);
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

    if (check->length[SECTION_SETTINGS] != SETTINGS_LENGTH)
        return damaged(check, "its settings are wrong");
    if (bytes_get_u32(settings + SETTING_TEXT_RULES) != TEXT_RULES)
        return error_raise(ERROR_VERSION,
                           "the model file '%s' was made for other rules of reading text; update "
                           "EmoTrack, or name another model with --model",
                           check->name);
    parts->version = bytes_get_u32(check->file->data + HEADER_VERSION);
    parts->labels = bytes_get_u32(settings + SETTING_LABELS);
    parts->stride = model_stride(parts->labels);
    parts->vocabulary.count = bytes_get_u32(settings + SETTING_FEATURES);
    parts->text.negation_window = bytes_get_u32(settings + SETTING_NEGATION_WINDOW);
    parts->temperature = bytes_get_f32(settings + SETTING_TEMPERATURE);
    parts->slope = bytes_get_f32(settings + SETTING_SLOPE);
    parts->threshold = bytes_get_f32(settings + SETTING_THRESHOLD);
    parts->vocabulary.unseen_idf = bytes_get_f32(settings + SETTING_UNSEEN_IDF);
    parts->vocabulary.norm_floor = bytes_get_f32(settings + SETTING_NORM_FLOOR);
    parts->text.prefixes = bytes_get_u32(settings + SETTING_PREFIXES);
    if (parts->version == 0 || parts->labels < 2 || parts->labels > LABELS_MAX ||
        parts->vocabulary.count > VOCABULARY_MAX ||
        !(parts->temperature >= 0.01F && parts->temperature <= 100) ||
        !(parts->slope >= 0 && parts->slope <= 1) ||
        !(parts->threshold >= 0 && parts->threshold <= 1) ||
        !(parts->vocabulary.unseen_idf >= 0 && parts->vocabulary.unseen_idf <= 100) ||
        !(parts->vocabulary.norm_floor >= 0 && parts->vocabulary.norm_floor <= 1e6F))
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
    return at == end ? ERROR_NONE : damaged(check, "its labels are wrong");
}

static struct text_strings list_of(const struct check *check, enum section section)
{
    return (struct text_strings){check->section[section], check->length[section]};
}

static enum error read_texts(const struct check *check, struct model_parts *parts)
{
    const char *origin = check->section[SECTION_ORIGIN];
    size_t length = check->length[SECTION_ORIGIN];

    parts->text.negators = list_of(check, SECTION_NEGATORS);
    parts->text.suffixes = list_of(check, SECTION_SUFFIXES);
    parts->text.forms = list_of(check, SECTION_FORMS);
    parts->text.emoticons = list_of(check, SECTION_EMOTICONS);
    if (!text_settings_valid(&parts->text))
        return damaged(check, "its rules of reading text are wrong");
    parts->origin = origin;
    if (length == 0 || origin[length - 1] != '\0' || !utf8_valid(origin, length - 1))
        return damaged(check, "its provenance is wrong");
    return ERROR_NONE;
}

/* No weight is larger than this, so that no score overflows. */
static const float VALUE_MAX = 1e6F;

static bool all_within(const float *values, size_t count, float least, float most)
{
    bool within = true;

    for (size_t i = 0; i < count; i++)
        within &= values[i] >= least && values[i] <= most;
    return within;
}

/* Copies a number for each label. */
static bool read_row(const struct check *check, enum section section, size_t labels, float *out)
{
    if (check->length[section] != labels * sizeof *out)
        return false;
    memcpy(out, check->section[section], labels * sizeof *out);
    return true;
}

static enum error read_rows(const struct check *check, struct model *model)
{
    struct model_parts *parts = &model->parts;
    size_t labels = parts->labels;
    bool bytes = check->length[SECTION_SCALES] > 0;

    if (!read_row(check, SECTION_BIAS, labels, model->bias) ||
        !all_within(model->bias, labels, -VALUE_MAX, VALUE_MAX))
        return damaged(check, "its biases are wrong");
    if (!read_row(check, SECTION_THRESHOLDS, labels, model->label_threshold) ||
        !all_within(model->label_threshold, labels, 0, 1))
        return damaged(check, "its thresholds are wrong");
    if (bytes && (!read_row(check, SECTION_SCALES, labels, model->scale) ||
                  !all_within(model->scale, labels, 0, VALUE_MAX / WEIGHT_STEPS)))
        return damaged(check, "its scales are wrong");
    parts->bias = model->bias;
    parts->label_threshold = model->label_threshold;
    parts->scale = bytes ? model->scale : NULL;
    return ERROR_NONE;
}

/* The lengths of what has a part for each feature: no more memory is taken than the file has need
 * of. */
static enum error check_lengths(const struct check *check, const struct model_parts *parts)
{
    size_t count = parts->vocabulary.count, weight = parts->scale ? 1 : sizeof(float);

    if (check->length[SECTION_STRINGS] < 2 * count ||
        check->length[SECTION_IDF] != count * sizeof(float) ||
        check->length[SECTION_WEIGHTS] != count * parts->labels * weight)
        return damaged(check, "its vocabulary is wrong");
    return ERROR_NONE;
}

static enum error allocate(struct model *model)
{
    size_t count = model->parts.vocabulary.count;

    model->offsets = malloc((count + 1) * sizeof *model->offsets);
    model->hashes = malloc((count + 1) * sizeof *model->hashes);
    model->slots = calloc(vocabulary_slots((uint32_t)count), sizeof *model->slots);
    model->weights = calloc(count + 1, model->parts.stride * sizeof *model->weights);
    if (!model->offsets || !model->hashes || !model->slots || !model->weights)
        return error_raise_plain(ERROR_NO_MEMORY);
    return ERROR_NONE;
}

/* True if all of it is UTF-8, NULs included: one look for all strings of a section. */
static bool all_utf8(const char *at, const char *end)
{
    const uint64_t tops = 0x8080808080808080;

    while (at < end) {
        int32_t codepoint;
        size_t taken = sizeof tops;

        if (end - at < (ptrdiff_t)sizeof tops || (bytes_get_u64(at) & tops) != 0) {
            taken = utf8_decode(at, (size_t)(end - at), &codepoint);
            if (taken == 1 && codepoint == UTF8_REPLACEMENT)
                return false;
        }
        at += taken;
    }
    return true;
}

static enum error read_vocabulary(const struct check *check, struct model *model)
{
    struct vocabulary *vocabulary = &model->parts.vocabulary;
    const char *strings = check->section[SECTION_STRINGS], *at = strings;
    const char *end = strings + check->length[SECTION_STRINGS];

    for (uint32_t i = 0; i < vocabulary->count; i++) {
        const char *string = next_string(&at, end);

        if (!string || at == string + 1)
            return damaged(check, "its vocabulary is wrong");
        model->offsets[i] = (uint32_t)(string - strings);
        model->hashes[i] = features_hash(string, (size_t)(at - string) - 1);
    }
    model->offsets[vocabulary->count] = (uint32_t)(at - strings);
    if (at != end || !all_utf8(strings, end) ||
        !vocabulary_fill(model->hashes, vocabulary->count, model->slots))
        return damaged(check, "its vocabulary is wrong");
    vocabulary->mask = vocabulary_slots(vocabulary->count) - 1;
    vocabulary->slots = model->slots;
    vocabulary->hashes = model->hashes;
    vocabulary->idf = (const void *)check->section[SECTION_IDF];
    model->parts.strings = strings;
    model->parts.offsets = model->offsets;
    if (!all_within(vocabulary->idf, vocabulary->count, -VALUE_MAX, VALUE_MAX))
        return damaged(check, "its vocabulary is wrong");
    return ERROR_NONE;
}

/* The float next to each step times its scale: exactly what training scored with. */
static bool expand_steps(const struct check *check, const struct model_parts *parts, float *weights)
{
    const signed char *steps = (const void *)check->section[SECTION_WEIGHTS];

    for (uint32_t i = 0; i < parts->vocabulary.count; i++) {
        for (uint32_t label = 0; label < parts->labels; label++)
            weights[label] = (float)steps[label] * parts->scale[label];
        steps += parts->labels;
        weights += parts->stride;
    }
    return !memchr(check->section[SECTION_WEIGHTS], WEIGHT_NONE, check->length[SECTION_WEIGHTS]);
}

static bool expand_floats(const struct check *check, const struct model_parts *parts,
                          float *weights)
{
    const float *values = (const void *)check->section[SECTION_WEIGHTS];

    for (uint32_t i = 0; i < parts->vocabulary.count; i++) {
        memcpy(weights, values, parts->labels * sizeof *weights);
        if (!all_within(weights, parts->labels, -VALUE_MAX, VALUE_MAX))
            return false;
        values += parts->labels;
        weights += parts->stride;
    }
    return true;
}

static enum error read_weights(const struct check *check, struct model *model)
{
    struct model_parts *parts = &model->parts;

    if (parts->scale ? !expand_steps(check, parts, model->weights)
                     : !expand_floats(check, parts, model->weights))
        return damaged(check, "its weights are wrong");
    parts->weights = model->weights;
    return ERROR_NONE;
}

static enum error read_features(const struct check *check, struct model *model)
{
    enum error error = check_lengths(check, &model->parts);

    if (!error)
        error = allocate(model);
    if (!error)
        error = read_vocabulary(check, model);
    return error ? error : read_weights(check, model);
}

enum error model_read(struct model *model, const char *name)
{
    struct check check = {.file = &model->file, .name = name};
    enum error error = check_header(&check);

    if (!error)
        error = find_sections(&check);
    if (!error)
        error = read_settings(&check, &model->parts);
    if (!error)
        error = read_labels(&check, model);
    if (!error)
        error = read_texts(&check, &model->parts);
    if (!error)
        error = read_rows(&check, model);
    return error ? error : read_features(&check, model);
}
