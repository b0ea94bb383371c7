#include "app/tui/keys.h"

#include <assert.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A byte 0 stands for a rest. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct press press;
    struct keys keys;

    keys_init(&keys);
    for (size_t i = 0; i < size; i++) {
        if (data[i] == 0)
            keys_rest(&keys);
        else
            keys_feed(&keys, data[i]);
        while (keys_next(&keys, &press)) {
            assert(press.kind != PRESS_TEXT || (press.length > 0 && press.text[0] != '\033'));
            assert(press.kind != PRESS_MOUSE || (press.row >= 0 && press.column >= 0));
        }
    }
    keys_free(&keys);
    return 0;
}
