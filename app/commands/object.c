#include "app/commands/object.h"

#include <stdio.h>

enum error object_print(cJSON *object, bool complete)
{
    char *text = object && complete ? cJSON_PrintUnformatted(object) : NULL;
    enum error error = text ? ERROR_NONE : error_raise_plain(ERROR_NO_MEMORY);

    if (text)
        puts(text);
    cJSON_free(text);
    cJSON_Delete(object);
    return error;
}
