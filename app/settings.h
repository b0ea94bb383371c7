#ifndef EMOTRACK_APP_SETTINGS_H
#define EMOTRACK_APP_SETTINGS_H

#include "app/profile.h"
#include "base/buffer.h"

#include <stdbool.h>
#include <stddef.h>

/* What a user may choose about the program, whatever the profile: from the command line, else the
 * environment, else the configuration file ($XDG_CONFIG_HOME/emotrack/config, else
 * ~/.config/emotrack/config), else the default.
 *
 * The file has a line for each setting, `name = value`; `#` begins a comment, blank lines and
 * blanks around names and values mean nothing. A line that is not understood is told with its
 * number and changes nothing. */

enum setting {
    SETTING_COLOUR,
    SETTING_SYMBOLS,
    SETTING_MOUSE,
    SETTING_WEEK_START,
    SETTING_PASTE,
    SETTING_CHOICES, /* those above are one of a few words; the profile is a name */
    SETTING_PROFILE = SETTING_CHOICES,
    SETTINGS,
};

enum settings_colour { COLOUR_AUTO, COLOUR_NONE, COLOUR_CONTRAST };
enum settings_symbols { SYMBOLS_AUTO, SYMBOLS_ASCII };
enum settings_mouse { MOUSE_OFF, MOUSE_ON };
enum settings_week { WEEK_MONDAY, WEEK_SUNDAY, WEEK_SATURDAY };
enum settings_paste {
    PASTE_ONE,
    PASTE_LINES,
    PASTE_ASK
}; /* a paste of several lines: one message,
      one a line, or ask which */

enum settings_source { FROM_DEFAULT, FROM_FILE, FROM_ENVIRONMENT, FROM_FLAG };

struct settings {
    int choice[SETTING_CHOICES];
    char profile[PROFILE_NAME_MAX + 1];
    enum settings_source source[SETTINGS];
    struct buffer path; /* of the file, there or not */
};

#endif
