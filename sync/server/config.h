#ifndef EMOTRACK_SYNC_SERVER_CONFIG_H
#define EMOTRACK_SYNC_SERVER_CONFIG_H

#include "base/buffer.h"
#include "sync/manifest.h"
#include "sync/server/optimizer.h"

#include <stdbool.h>
#include <stdint.h>

/* DIR/config.json: JSON with // comments, every setting with its meaning, made by `init`. A key
 * that nobody knows, and a value out of range, are errors that name the line. */

enum { CONFIG_ADDRESS_MAX = 256, CONFIG_PATH_MAX = 1024, CONFIG_FILE_MAX = 64 * 1024 };

struct config {
    char listen[CONFIG_ADDRESS_MAX]; /* "127.0.0.1:8443", "[::1]:0"; port 0: the system picks */
    char url[CONFIG_ADDRESS_MAX];    /* what users join; "": made of `listen` */
    char certificate[CONFIG_PATH_MAX], private_key[CONFIG_PATH_MAX]; /* PEM; relative to DIR */

    /* of every round */
    uint32_t block, votes, minimum, contributions;
    double noise, participation;
    struct training training;
    uint32_t close_reports; /* a round closes at so many reports; 0: by time or hand alone */
    uint32_t close_seconds; /* or when it is so old and has the minimum; 0: never */
    bool continuous;        /* the next round opens as soon as one is closed */
    struct optimizer_settings optimizer;

    /* the gate */
    char validation[CONFIG_PATH_MAX];     /* `text<TAB>label` file; "": none */
    char validation_map[CONFIG_PATH_MAX]; /* `from<TAB>to`; "": labels as they are */
    double gate_loss; /* a candidate that loses more macro-F1 (or accuracy) is not published */

    /* limits */
    uint32_t connections;         /* at once */
    uint32_t connections_address; /* at once from one address; 0: no limit */
    uint32_t rate, burst;         /* requests a second of one address, and at once; rate 0: none */
    bool limit_loopback;          /* whether `rate` holds for loopback (a proxy's address) too */
    uint32_t request_seconds;     /* a request, and the wait for it, may take so long */
};

void config_default(struct config *config);
enum error config_read(const char *path, struct config *out) MUST_CHECK; /* of a file */
enum error config_parse(const char *bytes, size_t length, const char *name,
                        struct config *out) MUST_CHECK;
enum error config_write(const struct config *config, struct buffer *out) MUST_CHECK;

#endif
