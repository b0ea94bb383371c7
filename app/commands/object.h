#ifndef EMOTRACK_APP_COMMANDS_OBJECT_H
#define EMOTRACK_APP_COMMANDS_OBJECT_H

#include "base/error.h"

#include <cjson/cJSON.h>
#include <stdbool.h>

/* Prints a JSON object as a line on standard output, if it is complete: every addition to it has
 * succeeded. Deletes it in every case (NULL is safe). ERROR_NO_MEMORY. */
enum error object_print(cJSON *object, bool complete) MUST_CHECK;

#endif
