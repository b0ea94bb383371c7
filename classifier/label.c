#include "classifier/label.h"

#include "base/utf8.h"

#include <string.h>

bool label_name_valid(const char *name, size_t length)
{
    if (length == 0 || length > LABEL_NAME_MAX || !utf8_valid(name, length))
        return false;
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)name[i] < ' ' || name[i] == ',' || name[i] == 0x7F)
            return false;
    return true;
}

bool label_emoji_valid(const char *emoji)
{
    return emoji[0] == '\0' || label_name_valid(emoji, strlen(emoji));
}

bool label_colour_valid(const char *colour)
{
    static const char *const colours[] = {"red",     "green", "yellow", "blue",
                                          "magenta", "cyan",  "default"};

    if (strncmp(colour, "bold ", strlen("bold ")) == 0)
        colour += strlen("bold ");
    for (size_t i = 0; i < sizeof colours / sizeof *colours; i++)
        if (strcmp(colour, colours[i]) == 0)
            return true;
    return false;
}
