#include "app/assets.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef EMOTRACK_DATA_DIR
#define EMOTRACK_DATA_DIR "/usr/local/share/emotrack"
#endif

/* The folder of the running program, with the slash at its end; "" where it cannot be told. */
static void program_folder(char folder[PATH_MAX])
{
    ssize_t length = readlink("/proc/self/exe", folder, PATH_MAX - 1);
    char *slash;

    folder[length > 0 ? length : 0] = '\0';
    slash = strrchr(folder, '/');
    if (slash)
        slash[1] = '\0';
}

enum error assets_model_path(struct buffer *out)
{
    static const char *const places[] = {"../share/emotrack/", "../assets/", EMOTRACK_DATA_DIR "/"};
    char folder[PATH_MAX];

    program_folder(folder);
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        size_t start = out->length;
        enum error error =
            buffer_format(out, "%s%semotions.model", places[i][0] == '/' ? "" : folder, places[i]);

        if (error)
            return error;
        if (access(out->data + start, R_OK) == 0)
            return ERROR_NONE;
        out->length = start;
    }
    return error_raise(ERROR_NOT_FOUND,
                       "the model that comes with EmoTrack is neither in '%s../share/emotrack' nor "
                       "in '%s': reinstall EmoTrack, or name a model with --model",
                       folder, EMOTRACK_DATA_DIR);
}
