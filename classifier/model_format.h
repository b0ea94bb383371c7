#ifndef EMOTRACK_CLASSIFIER_MODEL_FORMAT_H
#define EMOTRACK_CLASSIFIER_MODEL_FORMAT_H

#include <stdint.h>

/* The layout of the model file, for its reader and its writer alone. MODEL.md explains it. */

#define MODEL_MAGIC "EMOMODEL"

enum {
    MODEL_FORMAT = 2,
    MODEL_ALIGNMENT = 64, /* of every section, and the length of the header */
    MODEL_ENTRY = 32,     /* bytes of one line of the section table */
    MODEL_NAME = 16,      /* bytes of a section's name, padded with NULs */

    /* Offsets in the header. */
    HEADER_MAGIC = 0,
    HEADER_FORMAT = 8,
    HEADER_CHECKSUM = 12, /* CRC-32C of the file with these four bytes 0 */
    HEADER_SIZE = 16,     /* u64 */
    HEADER_VERSION = 24,
    HEADER_SECTIONS = 28,

    /* Offsets in a line of the section table. */
    ENTRY_NAME = 0,
    ENTRY_OFFSET = 16, /* u64 */
    ENTRY_LENGTH = 24, /* u64 */

    /* Offsets in the section "settings". */
    SETTING_LABELS = 0,
    SETTING_FEATURES = 4,
    SETTING_TEXT_RULES = 8,
    SETTING_NEGATION_WINDOW = 12,
    SETTING_TEMPERATURE = 16, /* f32, as the three below */
    SETTING_THRESHOLD = 20,
    SETTING_UNSEEN_IDF = 24,
    SETTING_NORM_FLOOR = 28,
    SETTING_PREFIXES = 32,
    SETTING_SLOPE = 36, /* f32 */
    SETTINGS_LENGTH = 40,

    WEIGHT_STEPS = 127, /* a weight of a byte is -127 to 127 times its label's scale */
    WEIGHT_NONE = 0x80, /* the byte that is none: -128 */

    STRIDE_STEP = 4, /* in memory, the stride is the labels, rounded up to a multiple of this */
};

enum section {
    SECTION_SETTINGS,
    SECTION_LABELS,
    SECTION_NEGATORS,
    SECTION_SUFFIXES,
    SECTION_FORMS,
    SECTION_EMOTICONS,
    SECTION_ORIGIN,
    SECTION_STRINGS,
    SECTION_IDF,
    SECTION_BIAS,
    SECTION_THRESHOLDS,
    SECTION_SCALES,
    SECTION_WEIGHTS,
    SECTION_COUNT,
};

/* In the order of the file. */
#define MODEL_SECTION_NAMES                                                                        \
    {                                                                                              \
        "settings", "labels", "negators", "suffixes", "forms", "emoticons", "origin", "strings",   \
            "idf", "bias", "thresholds", "scales", "weights",                                      \
    }

static inline uint32_t model_stride(uint32_t labels)
{
    return (labels + STRIDE_STEP - 1) / STRIDE_STEP * STRIDE_STEP;
}

#endif
