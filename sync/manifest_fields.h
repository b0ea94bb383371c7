#ifndef EMOTRACK_SYNC_MANIFEST_FIELDS_H
#define EMOTRACK_SYNC_MANIFEST_FIELDS_H

#include "sync/json.h"
#include "sync/manifest.h"

/* Fields that manifests and pins have in common; for their readers and writers alone. What is read
 * is in range, or the reader has an error. */

void manifest_put_labels(struct json_writer *writer, const char (*label)[LABEL_NAME_MAX + 1],
                         uint32_t count);

void manifest_read_format(struct json_reader *reader, const char *format);
enum mode manifest_read_mode(struct json_reader *reader);
uint32_t manifest_read_labels(struct json_reader *reader, char (*label)[LABEL_NAME_MAX + 1]);
uint32_t manifest_read_u32(struct json_reader *reader, const char *name, uint32_t most); /* 1 up */

#endif
