#ifndef EMOTRACK_APP_NEAREST_H
#define EMOTRACK_APP_NEAREST_H

/* The candidate that a mistyped word was probably meant to be. */
struct nearest {
    const char *word; /* what was typed */
    const char *best; /* the closest candidate so far; NULL: none is close. Borrowed */
    int distance;     /* its edits away */
};

void nearest_init(struct nearest *nearest, const char *word);
void nearest_offer(struct nearest *nearest, const char *candidate);

#endif
