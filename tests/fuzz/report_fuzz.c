/* Any bytes as a report. What is accepted is written back to the same bytes. */
#include "sync/report.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void write_back(const struct report *report, const uint8_t *data, size_t size)
{
    struct buffer bytes;

    buffer_init(&bytes, REPORT_MAX);
    if (report_write(report, (uint32_t)((size - REPORT_HEAD) / 4), &bytes) ||
        bytes.length != size || memcmp(bytes.data, data, size) != 0)
        abort();
    buffer_free(&bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct report report;
    struct manifest manifest = {.labels = 7, .block = 2000};

    if (report_read(data, size, &report))
        return 0;
    write_back(&report, data, size);
    manifest.round = report.round;
    manifest.votes = (uint32_t)((size - REPORT_HEAD) / 4);
    if (report_check(&report, size, &manifest, report.manifest_hash))
        return 0;
    for (uint32_t i = 0; i < report.count; i++)
        if (vote_coordinate(report.vote[i]) >= manifest_coordinates(&manifest))
            abort();
    return 0;
}
