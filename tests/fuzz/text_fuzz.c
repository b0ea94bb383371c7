/* Any bytes are a message: read both ways, and take the n-grams apart. */
#include "classifier/english.h"
#include "classifier/features.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint32_t slots[1];
    static const struct vocabulary nothing = {.slots = slots};
    static struct features *features;
    static struct text *text;
    const struct ngram *ngrams;
    char name[256];
    size_t count;

    if (!features && (features_new(&english_text_settings, &nothing, &features) ||
                      text_new(&english_text_settings, &text)))
        abort();
    text_read_unicode(text, (const char *)data, size);
    features_scan(features, (const char *)data, size);
    features_weigh(features, NULL);
    ngrams = features_ngrams(features, &count);
    for (size_t i = 0; i < count; i++)
        features_name(features, &ngrams[i], name, sizeof name);
    return 0;
}
