/* How fast the machine could be: text to label with nothing but what any such classifier must do.
 * Words are runs of ASCII letters; each is lower-cased, hashed, sought, and its eight weights are
 * added; the greatest sum is the label.
 *
 *     bare FILE      prints the seconds that all lines of FILE took, once their words were known
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { SLOTS = 1 << 15, FILLED = SLOTS / 2, LABELS = 8 };

static uint64_t keys[SLOTS];
static float weights[SLOTS][LABELS];
static int known;

static uint32_t find(uint64_t hash)
{
    uint32_t slot = (uint32_t)(hash >> 32) % SLOTS;

    while (keys[slot] && keys[slot] != hash)
        slot = (slot + 1) % SLOTS;
    return slot;
}

static void learn(uint64_t hash)
{
    uint32_t slot = find(hash);

    if (keys[slot] || known == FILLED)
        return;
    keys[slot] = hash;
    known++;
    for (int label = 0; label < LABELS; label++)
        weights[slot][label] = (float)(hash >> (8 * label) & 255);
}

static uint64_t add_letter(uint64_t hash, unsigned char letter)
{
    return (hash ^ (letter | 0x20)) * UINT64_C(1099511628211);
}

static int is_letter(unsigned char byte)
{
    return (unsigned char)((byte | 0x20) - 'a') < 26;
}

/* The label of the line at `*at`, which then is behind it. */
static int read_line(const char **at, int learning)
{
    float sums[LABELS] = {0};
    int best = 0;

    while (**at != '\n') {
        uint64_t hash = UINT64_C(14695981039346656037);
        uint32_t slot;

        if (!is_letter((unsigned char)**at)) {
            ++*at;
            continue;
        }
        while (is_letter((unsigned char)**at))
            hash = add_letter(hash, (unsigned char)*(*at)++);
        if (learning)
            learn(hash);
        slot = find(hash);
        for (int label = 0; label < LABELS; label++)
            sums[label] += weights[slot][label];
    }
    ++*at;
    for (int label = 1; label < LABELS; label++)
        if (sums[label] > sums[best])
            best = label;
    return best;
}

static double run(const char *text, const char *end, unsigned char *labels, int learning)
{
    struct timespec begin, done;

    clock_gettime(CLOCK_MONOTONIC, &begin);
    for (const char *at = text; at < end;)
        *labels++ = (unsigned char)read_line(&at, learning);
    clock_gettime(CLOCK_MONOTONIC, &done);
    return (double)(done.tv_sec - begin.tv_sec) + 1e-9 * (double)(done.tv_nsec - begin.tv_nsec);
}

/* The bytes of a file with a line break behind them, to be freed; NULL: they cannot be had. */
static char *read_file(const char *path, size_t *length)
{
    FILE *file = fopen(path, "rb");
    char *text = NULL;
    long size;

    if (!file)
        return NULL;
    if (fseek(file, 0, SEEK_END) == 0 && (size = ftell(file)) > 0 && fseek(file, 0, SEEK_SET) == 0)
        text = malloc((size_t)size + 1);
    if (text) {
        *length = fread(text, 1, (size_t)size, file);
        text[(*length)++] = '\n';
    }
    fclose(file);
    return text;
}

int main(int argc, char **argv)
{
    size_t length = 0;
    char *text = argc == 2 ? read_file(argv[1], &length) : NULL;
    unsigned char *labels = text ? malloc(length) : NULL;

    if (!labels) {
        free(text);
        return EXIT_FAILURE;
    }
    run(text, text + length, labels, 1);
    printf("%.6f\n", run(text, text + length, labels, 0));
    free(text);
    free(labels);
    return EXIT_SUCCESS;
}
