/* Feeds every file of a folder to a fuzz target once: what libFuzzer does with a corpus, for any
 * compiler. Names each file before it is read, so that a crash has a name. */
#include "base/file.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUT_MAX = 64 * 1024 * 1024 /* bytes */ };

/* The target gets a copy of exactly its size, so that a sanitizer sees a read beyond the end. */
static bool feed(const char *data, size_t length)
{
    uint8_t *exact = malloc(length > 0 ? length : 1);

    if (!exact)
        return false;
    if (length > 0)
        memcpy(exact, data, length);
    LLVMFuzzerTestOneInput(exact, length);
    free(exact);
    return true;
}

static bool replay(const char *path)
{
    struct buffer input;
    bool fed;

    printf("%s\n", path);
    fflush(stdout);
    buffer_init(&input, INPUT_MAX);
    if (file_read(path, &input)) {
        printf("%s\n", error_sentence());
        fed = false;
    } else {
        fed = feed(input.data, input.length);
    }
    buffer_free(&input);
    return fed;
}

static int visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

int main(int argc, char **argv)
{
    struct dirent **entries = NULL;
    int count, passed = 0;

    if (argc != 2) {
        fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
        return EXIT_FAILURE;
    }
    count = scandir(argv[1], &entries, visible, alphasort);
    for (int i = 0; i < count; i++) {
        char path[4096];

        snprintf(path, sizeof path, "%s/%s", argv[1], entries[i]->d_name);
        passed += replay(path);
        free(entries[i]);
    }
    free(entries);
    printf("%d passed, %d failed\n", passed, count < 0 ? 0 : count - passed);
    return count > 0 && passed == count ? EXIT_SUCCESS : EXIT_FAILURE;
}
