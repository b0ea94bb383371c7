#include "sync/server/config.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

/* The bytes of a config.json: what is taken is written, and reads back the same. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_written(const struct config *config)
{
    struct buffer text, again;
    struct config read;

    buffer_init(&text, CONFIG_FILE_MAX);
    buffer_init(&again, CONFIG_FILE_MAX);
    if (!config_write(config, &text)) {
        assert(!config_parse(text.data, text.length, "config.json", &read));
        assert(!config_write(&read, &again));
        assert(text.length == again.length && memcmp(text.data, again.data, text.length) == 0);
    }
    buffer_free(&again);
    buffer_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct config config;
    enum error error = config_parse((const char *)data, size, "config.json", &config);

    assert(error == ERROR_NONE || error == ERROR_INVALID || error == ERROR_TOO_LARGE);
    if (!error)
        check_written(&config);
    return 0;
}
