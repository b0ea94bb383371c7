#ifndef EMOTRACK_TESTS_SYNC_SAMPLE_H
#define EMOTRACK_TESTS_SYNC_SAMPLE_H

#include "sync/manifest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A round like any other, and its documents with something changed. */

static inline struct manifest sample_manifest(void)
{
    struct manifest manifest = {
        .sequence = 7,
        .round = 3,
        .open = true,
        .mode = MODE_TRUSTED,
        .model_version = 2,
        .model_size = 123456,
        .labels = 3,
        .label = {"joy", "fear", "a \"b\" \xE2\x98\x83"},
        .block = 1000,
        .votes = 64,
        .noise = 4.25,
        .minimum = 100,
        .contributions = 4,
        .participation = 0.1,
        .training = {.passes = 5, .rate = 0.3, .unit = 0.05},
        .created = 1790000000,
        .expires = 1790600000,
    };

    memset(manifest.model_hash, 0xAB, HASH_BYTES);
    memset(manifest.vocabulary_hash, 0xCD, HASH_BYTES);
    return manifest;
}

/* `text` with the first `from` replaced by `to`; malloc'ed. `from` must be there. */
static inline char *sample_replace(const char *text, const char *from, const char *to)
{
    const char *at = strstr(text, from);
    size_t size = strlen(text) + strlen(to) + 1;
    char *out = malloc(size);

    assert_non_null(at);
    assert_non_null(out);
    snprintf(out, size, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
    return out;
}

/* The last error's sentence must have these words. */
static inline void assert_sentence(const char *words)
{
    if (!strstr(error_sentence(), words))
        fail_msg("'%s' is not in: %s", words, error_sentence());
}

#endif
