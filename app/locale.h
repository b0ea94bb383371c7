#ifndef EMOTRACK_APP_LOCALE_H
#define EMOTRACK_APP_LOCALE_H

#include <stdbool.h>

/* The locale: characters and their widths, and nothing else of it. */

/* Takes the character type from the environment, or C.UTF-8 where that is missing on this system or
 * not UTF-8. Decimal commas stay out: they would break JSON and CSV. Once, before any thread. */
void locale_choose(void);

/* Whether the user's own locale, not the one that was fallen back to, promises UTF-8. */
bool locale_is_utf8(void);

#endif
