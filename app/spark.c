#include "app/spark.h"

#include <string.h>

/* U+2581 to U+2588: one eighth of a block up to all of it. */
static const char *const blocks[] = {"\xE2\x96\x81", "\xE2\x96\x82", "\xE2\x96\x83",
                                     "\xE2\x96\x84", "\xE2\x96\x85", "\xE2\x96\x86",
                                     "\xE2\x96\x87", "\xE2\x96\x88"};
static const char *const signs[] = {"_", "-", "~", "^"};
static const char none[] = ".";

/* The step of a bar, from 0 for no count to `steps` for the largest. */
static size_t height(size_t count, size_t most, size_t steps)
{
    size_t step;

    if (count == 0 || most == 0)
        return 0;
    step = (size_t)((double)count / (double)most * (double)steps + 0.5);
    if (step < 1)
        return 1;
    return step < steps ? step : steps;
}

void spark_line(const size_t *counts, int count, size_t most, bool ascii, char *out)
{
    const char *const *bars = ascii ? signs : blocks;
    size_t steps = ascii ? sizeof signs / sizeof *signs : sizeof blocks / sizeof *blocks;

    for (int i = 0; i < count; i++) {
        size_t step = height(counts[i], most, steps);
        const char *bar = step ? bars[step - 1] : none;

        memcpy(out, bar, strlen(bar));
        out += strlen(bar);
    }
    *out = '\0';
}
