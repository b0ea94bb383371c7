#include "classifier/model_parts.h"

#include "base/bytes.h"
#include "classifier/crc32c.h"
#include "classifier/model_format.h"

#include <math.h>
#include <string.h>

/* One section's place in the file. */
struct place {
    size_t offset, length;
};

static enum error pad(struct buffer *out, size_t start)
{
    static const char zeros[MODEL_ALIGNMENT];
    size_t past = (out->length - start) % MODEL_ALIGNMENT;

    return past == 0 ? ERROR_NONE : buffer_append(out, zeros, MODEL_ALIGNMENT - past);
}

static enum error append_settings(const struct model_parts *parts, struct buffer *out)
{
    char settings[SETTINGS_LENGTH];

    bytes_put_u32(settings + SETTING_LABELS, parts->labels);
    bytes_put_u32(settings + SETTING_FEATURES, parts->vocabulary.count);
    bytes_put_u32(settings + SETTING_TEXT_RULES, TEXT_RULES);
    bytes_put_u32(settings + SETTING_NEGATION_WINDOW, parts->text.negation_window);
    bytes_put_f32(settings + SETTING_TEMPERATURE, parts->temperature);
    bytes_put_f32(settings + SETTING_SLOPE, parts->slope);
    bytes_put_f32(settings + SETTING_THRESHOLD, parts->threshold);
    bytes_put_f32(settings + SETTING_UNSEEN_IDF, parts->vocabulary.unseen_idf);
    bytes_put_f32(settings + SETTING_NORM_FLOOR, parts->vocabulary.norm_floor);
    bytes_put_u32(settings + SETTING_PREFIXES, parts->text.prefixes);
    return buffer_append(out, settings, sizeof settings);
}

static enum error append_labels(const struct model_parts *parts, struct buffer *out)
{
    enum error error = ERROR_NONE;

    for (uint32_t i = 0; i < parts->labels && !error; i++) {
        const char *const fields[] = {parts->label[i].name, parts->label[i].emoji,
                                      parts->label[i].colour};

        for (int field = 0; field < 3 && !error; field++)
            error = buffer_append(out, fields[field], strlen(fields[field]) + 1);
    }
    return error;
}

static enum error append_strings(const struct text_strings *strings, struct buffer *out)
{
    return buffer_append(out, strings->bytes, strings->length);
}

static enum error append_row(const struct model_parts *parts, const float *row, struct buffer *out)
{
    return row ? buffer_append(out, row, parts->labels * sizeof *row) : ERROR_NONE;
}

/* The scale's whole multiple that the weight is. */
static enum error append_step(const struct model_parts *parts, uint32_t feature, uint32_t label,
                              struct buffer *out)
{
    float weight = parts->weights[(size_t)feature * parts->stride + label];
    float scale = parts->scale[label], step = scale > 0 ? roundf(weight / scale) : 0;

    if (!(scale >= 0 && fabsf(step) <= WEIGHT_STEPS && step * scale == weight))
        return error_raise(ERROR_INVALID,
                           "the weight %g of '%s' for '%s' is no multiple of %g, -%d to %d times",
                           (double)weight, parts->strings + parts->offsets[feature],
                           parts->label[label].name, (double)scale, WEIGHT_STEPS, WEIGHT_STEPS);
    return buffer_append_byte(out, (char)(signed char)step);
}

static enum error append_weights(const struct model_parts *parts, struct buffer *out)
{
    enum error error = ERROR_NONE;

    for (uint32_t feature = 0; feature < parts->vocabulary.count && !error; feature++) {
        const float *row = parts->weights + (size_t)feature * parts->stride;

        if (!parts->scale)
            error = append_row(parts, row, out);
        for (uint32_t label = 0; parts->scale && label < parts->labels && !error; label++)
            error = append_step(parts, feature, label, out);
    }
    return error;
}

static enum error append_section(const struct model_parts *parts, enum section section,
                                 struct buffer *out)
{
    size_t features = parts->vocabulary.count;

    switch (section) {
    case SECTION_SETTINGS: return append_settings(parts, out);
    case SECTION_LABELS: return append_labels(parts, out);
    case SECTION_NEGATORS: return append_strings(&parts->text.negators, out);
    case SECTION_SUFFIXES: return append_strings(&parts->text.suffixes, out);
    case SECTION_FORMS: return append_strings(&parts->text.forms, out);
    case SECTION_EMOTICONS: return append_strings(&parts->text.emoticons, out);
    case SECTION_ORIGIN: return buffer_append(out, parts->origin, strlen(parts->origin) + 1);
    case SECTION_STRINGS: return buffer_append(out, parts->strings, parts->offsets[features]);
    case SECTION_IDF: return buffer_append(out, parts->vocabulary.idf, features * sizeof(float));
    case SECTION_BIAS: return append_row(parts, parts->bias, out);
    case SECTION_THRESHOLDS: return append_row(parts, parts->label_threshold, out);
    case SECTION_SCALES: return append_row(parts, parts->scale, out);
    case SECTION_WEIGHTS: return append_weights(parts, out);
    case SECTION_COUNT: break;
    }
    return ERROR_NONE;
}

static void fill_header(const struct model_parts *parts, const struct place *places, char *file,
                        size_t length)
{
    static const char names[SECTION_COUNT][MODEL_NAME + 1] = MODEL_SECTION_NAMES;

    memcpy(file + HEADER_MAGIC, MODEL_MAGIC, strlen(MODEL_MAGIC));
    bytes_put_u32(file + HEADER_FORMAT, MODEL_FORMAT);
    bytes_put_u64(file + HEADER_SIZE, length);
    bytes_put_u32(file + HEADER_VERSION, parts->version);
    bytes_put_u32(file + HEADER_SECTIONS, SECTION_COUNT);
    for (int section = 0; section < SECTION_COUNT; section++) {
        char *entry = file + MODEL_ALIGNMENT + section * MODEL_ENTRY;

        memcpy(entry + ENTRY_NAME, names[section], MODEL_NAME);
        bytes_put_u64(entry + ENTRY_OFFSET, places[section].offset);
        bytes_put_u64(entry + ENTRY_LENGTH, places[section].length);
    }
    bytes_put_u32(file + HEADER_CHECKSUM, crc32c(0, file, length));
}

enum error model_parts_write(const struct model_parts *parts, struct buffer *out)
{
    static const char head[MODEL_ALIGNMENT + SECTION_COUNT * MODEL_ENTRY];
    struct place places[SECTION_COUNT];
    size_t start = out->length;
    enum error error = buffer_append(out, head, sizeof head);

    for (int section = 0; section < SECTION_COUNT && !error; section++) {
        error = pad(out, start);
        places[section].offset = out->length - start;
        if (!error)
            error = append_section(parts, (enum section)section, out);
        places[section].length = out->length - start - places[section].offset;
    }
    if (!error)
        fill_header(parts, places, out->data + start, out->length - start);
    return error;
}
