#include "app/reasons.h"

#include "app/describe.h"
#include "app/display.h"
#include "classifier/features.h"

#include <math.h>
#include <stdlib.h>

enum { SHORT = 4 /* reasons */ };

/* The reason that the contribution is a part of: that of its word; NULL: none yet. */
static struct reason *find(struct reason *reasons, size_t count, const struct contribution *item)
{
    for (size_t i = 0; i < count; i++)
        if (reasons[i].start == item->start && reasons[i].end == item->end)
            return &reasons[i];
    return NULL;
}

static int compare(const void *left, const void *right)
{
    const struct reason *a = left, *b = right;
    float size_a = fabsf(a->value), size_b = fabsf(b->value);

    if (size_a != size_b)
        return size_a < size_b ? 1 : -1;
    return a->start != b->start ? (a->start > b->start ? 1 : -1)
                                : (a->end > b->end) - (a->end < b->end);
}

size_t reasons_list(const struct why *why, struct reason out[REASONS_MAX])
{
    size_t count = 0;

    for (size_t i = 0; i < why->count; i++) {
        const struct contribution *item = &why->items[i];
        struct reason *reason = find(out, count, item);
        bool prefix = features_kind(item->feature) == NGRAM_PREFIX;

        if (!describe_is_words(item) || (!reason && count == REASONS_MAX))
            continue;
        if (!reason) {
            reason = &out[count++];
            *reason = (struct reason){.start = item->start, .end = item->end};
        }
        reason->value += item->value;
        if (!prefix)
            reason->feature = item->feature;
    }
    qsort(out, count, sizeof *out, compare);
    return count;
}

enum error reasons_describe(const struct reason *reason, const char *text, struct buffer *out)
{
    if (reason->feature)
        return describe_feature(reason->feature, out);
    return display_safe(text + reason->start, reason->end - reason->start, DISPLAY_LINE, out);
}

enum error reasons_in_short(const struct why *why, const char *text, struct buffer *out)
{
    struct reason reasons[REASONS_MAX];
    size_t count = reasons_list(why, reasons);
    enum error error = ERROR_NONE;

    for (size_t i = 0; i < count && i < SHORT && !error; i++) {
        if (i > 0)
            error = buffer_append_text(out, ", ");
        if (!error)
            error = reasons_describe(&reasons[i], text, out);
        if (!error)
            error = buffer_append_text(out, reasons[i].value > 0 ? " +" : " -");
    }
    return error;
}
