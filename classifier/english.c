#include "classifier/english.h"

static const char negators[] =
    "not\0n't\0no\0never\0nor\0neither\0nobody\0nothing\0nowhere\0none\0cannot\0without\0hardly\0"
    "barely\0dont\0cant\0wont\0didnt\0doesnt\0isnt\0wasnt\0arent\0wouldnt\0couldnt\0shouldnt\0"
    "havent\0hasnt\0aint";

static const char suffixes[] = "n't\0's\0'm\0'd\0're\0've\0'll";

static const char forms[] = "can't\0can\0won't\0will\0shan't\0shall";

/* Longer ones before those that they begin with. */
static const char emoticons[] =
    ":')\0:')\0:'-)\0:')\0:'(\0:'(\0:'-(\0:'(\0:-)\0:)\0:)\0:)\0:]\0:)\0=)\0:)\0=]\0:)\0"
    ":-(\0:(\0:(\0:(\0:[\0:(\0=(\0:(\0:-D\0:D\0:D\0:D\0=D\0:D\0;-)\0;)\0;)\0;)\0"
    ":-P\0:P\0:P\0:P\0:-p\0:P\0:p\0:P\0=P\0:P\0;P\0:P\0;p\0:P\0"
    ":-/\0:/\0:/\0:/\0:\\\0:/\0:-\\\0:/\0=/\0:/\0:-|\0:|\0:|\0:|\0"
    ":-O\0:O\0:O\0:O\0:-o\0:O\0:o\0:O\0:-*\0:*\0:*\0:*\0"
    ":3\0:3\0:S\0:S\0:s\0:S\0:c\0:(\0<3\0<3\0</3\0</3\0^_^\0^_^\0^.^\0^_^\0^^\0^_^\0"
    "-_-\0-_-\0-.-\0-_-\0>:(\0>:(\0>_<\0>_<\0>.<\0>_<\0;_;\0T_T\0;-;\0T_T";

const struct text_settings english_text_settings = {
    .negators = {negators, sizeof negators},
    .suffixes = {suffixes, sizeof suffixes},
    .forms = {forms, sizeof forms},
    .emoticons = {emoticons, sizeof emoticons},
    .negation_window = 3,
    .prefixes = 1 << 4 | 1 << 6,
};
