#ifndef EMOTRACK_CLASSIFIER_LABEL_H
#define EMOTRACK_CLASSIFIER_LABEL_H

/* One emotion as the model file names it. Nothing outside the model knows a label's name, emoji or
 * colour. */
struct label {
    const char *name;   /* "joy"; UTF-8, no tab, no comma, no control character, at most 63 bytes */
    const char *emoji;  /* one grapheme cluster, or "" */
    const char *colour; /* red, green, yellow, blue, magenta, cyan or default; "bold " may precede */
};

enum { LABELS_MAX = 64, LABEL_NAME_MAX = 63 /* bytes, the NUL not counted */ };

#endif
