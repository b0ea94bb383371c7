#ifndef EMOTRACK_APP_SETTINGS_H
#define EMOTRACK_APP_SETTINGS_H

#include "app/profile.h"
#include "base/buffer.h"

#include <stdbool.h>
#include <stddef.h>

/* What a user may choose about the program, whatever the journal: on the command line, else in the
 * environment, else in the configuration file ($XDG_CONFIG_HOME/emotrack/config, else
 * ~/.config/emotrack/config), else the default.
 *
 * The file has a line for each setting, `name = value`; `#` begins a comment, blank lines and
 * blanks around names and values mean nothing; the last of several lines for one setting counts. A
 * line that is not understood is told with its number and changes nothing.
 *
 * A command gets them from session_settings (app/commands/session.h) and reads
 * `settings.choice[SETTING_...]`, settings_week_start or settings_word; a screen has
 * face->settings.
 */

/* X(setting, name, variable, title, choices, help): in the file and as an option, in the
 * environment, on the Settings screen; the words it may be, the default first (NULL: a profile's
 * name); what it is, one sentence, lower case, no full stop. The file, the command line, the
 * environment, the screen, the man pages and the completions are made from this table. */
#define SETTINGS_TABLE(X)                                                                          \
    X(SETTING_COLOUR, "colour", "EMOTRACK_COLOUR", "Colour", "auto|none|high-contrast",            \
      "use the terminal's colours (auto), none, or bold and reverse alone (high-contrast)"),       \
        X(SETTING_SYMBOLS, "symbols", "EMOTRACK_SYMBOLS", "Symbols", "auto|ascii",                 \
          "draw with every sign that the terminal can show (auto), or with ASCII alone"),          \
        X(SETTING_MOUSE, "mouse", "EMOTRACK_MOUSE", "Mouse", "off|on",                             \
          "leave the mouse to the terminal (off), or take clicks and the wheel (on)"),             \
        X(SETTING_WEEK_START, "week-start", "EMOTRACK_WEEK_START", "Week starts",                  \
          "monday|sunday|saturday", "the day that a week starts with"),                            \
        X(SETTING_PASTE, "paste", "EMOTRACK_PASTE", "Paste", "one|lines|ask",                      \
          "make one message of several pasted lines, one of each line (lines), or ask"),           \
        X(SETTING_PROFILE, "profile", "EMOTRACK_PROFILE", "Profile", NULL,                         \
          "work with the profile NAME instead of 'default'")

enum setting {
#define X(setting, ...) setting
    SETTINGS_TABLE(X),
#undef X
    SETTINGS,
    SETTING_CHOICES = SETTING_PROFILE, /* those before it are one of a few words */
};

/* The choices, in the order of their words. */
enum settings_colour { COLOUR_AUTO, COLOUR_NONE, COLOUR_CONTRAST };
enum settings_symbols { SYMBOLS_AUTO, SYMBOLS_ASCII };
enum settings_mouse { MOUSE_OFF, MOUSE_ON };
enum settings_week { WEEK_MONDAY, WEEK_SUNDAY, WEEK_SATURDAY };
enum settings_paste { PASTE_ONE, PASTE_LINES, PASTE_ASK };

struct setting_about {
    const char *name, *variable, *title, *choices, *help;
};
extern const struct setting_about setting_table[SETTINGS];

/* ERROR_USAGE: there is no setting of this name. */
enum error setting_find(const char *name, enum setting *out) MUST_CHECK;
/* How many words a setting may be; 0: a profile's name. */
int setting_count(enum setting setting);
enum { SETTING_WORD_MAX = PROFILE_NAME_MAX /* bytes */ };
/* Copies the word of a choice. */
void setting_word(enum setting setting, int choice, char out[SETTING_WORD_MAX + 1]);

enum settings_source { FROM_DEFAULT, FROM_FILE, FROM_ENVIRONMENT, FROM_FLAG };

/* What the file says. */
struct settings_file {
    int line[SETTINGS]; /* 0: nothing of this one */
    int choice[SETTING_CHOICES];
    char profile[PROFILE_NAME_MAX + 1];
};

enum {
    SETTINGS_PATH_MAX = 4096,
    SETTINGS_FILE_MAX = 64 * 1024, /* bytes; a longer one is not read */
    SETTINGS_PROBLEMS = 4,         /* that are told; more are counted */
    SETTINGS_PROBLEM_MAX = 256,
};

/* Holds no memory; stays where it was loaded. */
struct settings {
    int choice[SETTING_CHOICES]; /* what counts: an enum settings_colour and so on */
    const char *profile;
    enum settings_source source[SETTINGS]; /* where that comes from */
    const char *variable[SETTINGS];        /* FROM_ENVIRONMENT: its name */
    struct settings_file file;
    char path[SETTINGS_PATH_MAX]; /* of the file, there or not; "": no home folder is known */
    int problems;                 /* how many lines and variables were not understood */
    char problem[SETTINGS_PROBLEMS][SETTINGS_PROBLEM_MAX]; /* a sentence each */
};

/* Looks them up. `flag`: what the command line says of each, borrowed; NULL: nothing. Cannot fail:
 * what is wrong is a problem to tell, and something else counts. Whether a profile that the command
 * line or the environment names is there is journal_open's to say. */
void settings_load(struct settings *out, const char *const flag[SETTINGS]);

/* Copies the value that counts, as the file would have it: "monday", a profile's name. */
void settings_word(const struct settings *settings, enum setting setting,
                   char out[SETTING_WORD_MAX + 1]);

/* 0 Sunday, 1 Monday, 6 Saturday. */
int settings_week_start(const struct settings *settings);

/* Where the value comes from: "default", "line 3 of the file", "$NO_COLOR", "the command line". */
enum { SETTINGS_ORIGIN_MAX = 48 };
void settings_origin(const struct settings *settings, enum setting setting,
                     char out[SETTINGS_ORIGIN_MAX]);

/* Writes a setting into the file (NULL: takes it out), and leaves everything else in it as it is.
 * What comes from the environment or the command line still counts before it. ERROR_INVALID: not a
 * value of this setting; ERROR_NOT_FOUND: no such profile; ERROR_BUSY: another program is changing
 * the file; what the file or disk says. Then nothing has changed. */
enum error settings_set(struct settings *settings, enum setting setting,
                        const char *word) MUST_CHECK;

/* Where the file names the profile `from`, which was renamed to `to` or deleted (NULL), it follows.
 * Errors as settings_set. */
enum error settings_follow_profile(struct settings *settings, const char *from,
                                   const char *to) MUST_CHECK;

/* ---- the file's bytes ---- */

/* Takes UTF-8 apart into settings->file, and counts what is not understood as problems. */
void settings_parse(const char *text, size_t length, struct settings *settings);

/* Appends the text with a setting at this value, or without it (NULL). */
enum error settings_rewrite(const char *text, size_t length, enum setting setting, const char *word,
                            struct buffer *out) MUST_CHECK;

#endif
