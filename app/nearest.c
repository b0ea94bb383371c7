#include "app/nearest.h"

#include <stddef.h>
#include <string.h>

enum { WORD_MAX = 31, DISTANCE_MAX = 2 };

static int smallest(int a, int b, int c)
{
    int least = a < b ? a : b;

    return least < c ? least : c;
}

/* Levenshtein: insertions, deletions and changes of a byte. */
static int edits(const char *a, size_t a_length, const char *b, size_t b_length)
{
    int row[WORD_MAX + 1];

    for (size_t j = 0; j <= b_length; j++)
        row[j] = (int)j;
    for (size_t i = 1; i <= a_length; i++) {
        int diagonal = row[0];

        row[0] = (int)i;
        for (size_t j = 1; j <= b_length; j++) {
            int above = row[j];

            row[j] = smallest(above + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1]));
            diagonal = above;
        }
    }
    return row[b_length];
}

void nearest_init(struct nearest *nearest, const char *word)
{
    *nearest = (struct nearest){.word = word, .distance = DISTANCE_MAX + 1};
}

void nearest_offer(struct nearest *nearest, const char *candidate)
{
    size_t typed = strlen(nearest->word), length = strlen(candidate);
    int distance;

    if (typed > WORD_MAX || length > WORD_MAX)
        return;
    distance = edits(nearest->word, typed, candidate, length);
    if (distance < nearest->distance && (size_t)distance < length) {
        nearest->best = candidate;
        nearest->distance = distance;
    }
}
