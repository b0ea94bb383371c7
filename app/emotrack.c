#include "app/commands/commands.h"
#include "app/commands/session.h"
#include "app/commands/watch.h"
#include "app/erase.h"
#include "app/tui/terminal.h"
#include "app/tui/tui.h"

#include <stdio.h>
#include <sys/stat.h>

/* ---- the terminal UI ---- */

/* Puts the journal of another profile in the place of the present one, which stays where that
 * fails. The configuration file names the profile from then on. */
static enum error change_profile(struct journal_options options, const char *profile,
                                 struct settings *settings, struct journal **journal)
{
    struct journal *other = NULL;
    enum error error;

    options.profile = profile;
    error = journal_open(&options, &other);
    if (error)
        return error;
    journal_close(*journal);
    *journal = other;
    return settings_set(settings, SETTING_PROFILE, profile);
}

static void say_profile(const struct settings *settings, struct tui_next *next)
{
    if (settings->source[SETTING_PROFILE] == FROM_ENVIRONMENT)
        snprintf(next->note, sizeof next->note,
                 "This is the profile '%s'; $%s still names the one to start with.", next->profile,
                 settings->variable[SETTING_PROFILE]);
    else
        snprintf(next->note, sizeof next->note,
                 "This is the profile '%s', now and from the next start on.", next->profile);
}

static void reopen(const struct journal_options *options, struct settings *settings,
                   struct journal **journal, struct tui_next *next)
{
    next->complaint = change_profile(*options, next->profile, settings, journal);
    if (next->complaint)
        snprintf(next->note, sizeof next->note, "%s", error_sentence());
    else
        say_profile(settings, next);
}

/* Deletes all of the profile and says on the shell's screen what that was. Nothing is deleted where
 * another program has the journal open: then the screens go on, and say so. */
static enum error erase(const char *profile, struct settings *settings, struct tui_next *next)
{
    struct buffer told;
    enum error error;

    buffer_init(&told, ERASE_TEXT_MAX);
    error = erase_profile(profile, &told);
    if (error == ERROR_BUSY) {
        snprintf(next->note, sizeof next->note, "Nothing was deleted: %s.", error_sentence());
        next->complaint = true;
        error = ERROR_NONE;
    } else {
        next->end = TUI_QUIT;
    }
    if (next->end == TUI_QUIT && !error)
        fputs(told.data, stdout);
    if (next->end == TUI_QUIT && !error)
        error = settings_follow_profile(settings, profile, NULL);
    buffer_free(&told);
    return error;
}

static const char *encryption_words(bool before, bool now)
{
    if (before == now)
        return "Nothing was changed.";
    return now ? "The texts are encrypted now; backups and exports of earlier are not."
               : "The texts are no longer encrypted.";
}

/* Asks on the shell's screen. */
static void encrypt(const struct arguments *arguments, struct journal *journal,
                    struct tui_next *next)
{
    bool before = journal_key(journal) != NULL;
    const char *notice;

    next->complaint = encrypt_or_decrypt(arguments, journal);
    watch_end();
    notice = journal_notice(journal);
    snprintf(next->note, sizeof next->note, "%s%s%s",
             next->complaint ? error_sentence()
                             : encryption_words(before, journal_key(journal) != NULL),
             notice ? " " : "", notice ? notice : "");
}

/* Does what the screens have ended for; the journal is open again where they go on. */
static enum error go_on(const struct arguments *arguments, const struct journal_options *options,
                        struct settings *settings, struct journal **journal, struct tui_next *next)
{
    struct journal_options same = *options;
    char profile[PROFILE_NAME_MAX + 1];
    enum error error = ERROR_NONE;

    switch (next->end) {
    case TUI_REOPEN: reopen(options, settings, journal, next); return ERROR_NONE;
    case TUI_ENCRYPT: encrypt(arguments, *journal, next); return ERROR_NONE;
    default: break;
    }
    snprintf(profile, sizeof profile, "%s", journal_profile(*journal));
    same.profile = profile;
    journal_close(*journal);
    *journal = NULL;
    if (next->end == TUI_ERASE)
        error = erase(profile, settings, next);
    return error || next->end == TUI_QUIT ? error : journal_open(&same, journal);
}

/* The screens, of one journal after the other. */
static enum error run_screens(const struct arguments *arguments,
                              const struct journal_options *journal_options,
                              struct settings *settings, struct journal **journal)
{
    struct tui_options options = {.settings = settings, .model = journal_options->model};
    struct tui_next next = {0};
    enum error error;

    do {
        error = tui_run(*journal, &options, &next);
        if (!error && next.end != TUI_QUIT)
            error = go_on(arguments, journal_options, settings, journal, &next);
    } while (!error && next.end != TUI_QUIT);
    return error;
}

/* Without a command: the terminal UI, or lines where there is no terminal for one. */
static int run(const struct arguments *arguments)
{
    struct journal_options options = {
        .model = arguments_value(arguments, "model"),
        .access = JOURNAL_WRITE,
    };
    struct journal *journal = NULL;
    const char *flag[SETTINGS];
    struct settings settings;
    enum error error;

    if (!tui_possible()) {
        if (session_can_ask())
            report_note(arguments, "%s, so this goes line by line", terminal_obstacle());
        return write_lines(arguments, true);
    }
    session_flags(arguments, flag);
    settings_load(&settings, flag); /* the screen tells what is wrong with them */
    options.profile = settings.profile;
    session_ask(arguments, &options); /* before the screen opens */
    error = journal_open(&options, &journal);
    if (!error)
        error = run_screens(arguments, &options, &settings, &journal);
    journal_close(journal);
    return report_outcome(arguments, error);
}

/* ---- the command line ---- */

#define X(setting, name, variable, title, choices, help)                                           \
    {                                                                                              \
        name, "NAME", choices, help                                                                \
    }

static const struct option options[] = {
    SETTINGS_TABLE(X),
    {"no-color", NULL, NULL, "the same as --colour none"},
    {"passphrase-file", "FILE", NULL, "open an encrypted journal with the first line of FILE"},
    {"model", "FILE", NULL, "guess with the model in FILE instead of the profile's"},
    {0},
};

static const struct option format_entries[] = {SETTINGS_TABLE(X), {0}};

#undef X

static const struct command *const commands[] = {
    &command_predict,  &command_write,   &command_history,    &command_rate,
    &command_undo,     &command_redo,    &command_export,     &command_import,
    &command_show,     &command_edit,    &command_forget,     &command_stats,
    &command_insights, &command_backup,  &command_restore,    &command_check,
    &command_encrypt,  &command_decrypt, &command_passphrase, &command_profile,
    &command_erase,    &command_config,  &command_join,       &command_leave,
    &command_sync,     &command_uploads, &command_help,       NULL,
};

static const struct section sections[] = {
    {"Exit status",
     "0: all went well. 1: something failed; standard error says what, and what to do. "
     "2: the command line was not understood. 3: 'predict --exit-code' only: there "
     "was a message of which it can't tell. 75: 'sync' only: it failed for now, and what waits "
     "is sent by a later one."},
    {"Environment",
     "EMOTRACK_COLOUR, EMOTRACK_SYMBOLS, EMOTRACK_MOUSE, EMOTRACK_WEEK_START, EMOTRACK_PASTE, "
     "EMOTRACK_PROFILE: what the options of these names say, where those are not given; the "
     "configuration file comes after them. NO_COLOR: not empty: no colours, where neither --colour "
     "nor EMOTRACK_COLOUR says otherwise. EMOTRACK_MODEL: the model file, where --model does not "
     "say. EMOTRACK_PASSPHRASE_FILE: the file whose first line opens an encrypted journal, where "
     "--passphrase-file does not say. XDG_DATA_HOME: where the data lives; XDG_CONFIG_HOME: where "
     "the configuration file does. VISUAL, EDITOR: what 'edit' opens a message with.\n\n"
     "TERM: the terminal. Where this system has no description of it, that of its family is used "
     "(of xterm-kitty, foot or alacritty: xterm-256color's). Where it is empty, dumb or unknown, "
     "EmoTrack goes line by line and says why. ESCDELAY: milliseconds that tell the key Esc from "
     "the start of a sequence (25). EMOTRACK_NOW: the time to take for now, as in "
     "2026-11-22T20:15:00Z, for pictures that shall come out the same again."},
    {"Files",
     "$XDG_CONFIG_HOME/emotrack/config, else ~/.config/emotrack/config: the settings; "
     "emotrack-config(5) describes it, 'emotrack config' shows and changes it.\n\n"
     "$XDG_DATA_HOME/emotrack/NAME.db, else ~/.local/share/emotrack/NAME.db: the messages and "
     "ratings of the profile NAME and what was learnt from them, an SQLite database; where a "
     "server "
     "was joined, what waits to be sent and the log of every upload too. Nobody else can read "
     "it.\n\n"
     "NAME.model beside it: the model that 'sync' has fetched, used instead of the shipped one. "
     "NAME.model.beside: one that did worse on your own ratings. NAME.model.part: one that is "
     "being fetched. NAME.sync: empty, held by the one program that syncs, backs up or restores. "
     "NAME.drafts: empty, locked by the windows that have a draft in hand. "
     "NAME.kept: the journal that a restored one has replaced. NAME.backup.part, "
     "NAME.restore.part: what a backup or a restore that was cut off has left; the next one "
     "removes it, and so does the next start where the journal is encrypted."},
    {0},
};

static const struct section format_sections[] = {
    {"Order of precedence",
     "The command line (--week-start sunday) comes first, then the environment "
     "(EMOTRACK_WEEK_START=sunday: the name in capitals, '_' for '-'; an empty one says nothing), "
     "then the file, then the default, which is the first value of each setting above. NO_COLOR, "
     "not empty, stands for EMOTRACK_COLOUR=none where that is not set. 'emotrack config' shows "
     "each value and where it comes from."},
    {"Errors",
     "A line that is not understood is told with its number and changes nothing; so is a variable. "
     "A file that cannot be read, is longer than 64 KiB or not text in UTF-8 leaves the defaults, "
     "and is never written over. None of this stops the program."},
    {"Examples",
     "    # at home\n    colour = high-contrast\n    week-start = sunday\n    profile = alex"},
    {"Files", "$XDG_CONFIG_HOME/emotrack/config, else ~/.config/emotrack/config."},
    {"See also", "emotrack(1)"},
    {0},
};

static const struct file_format format = {
    .name = "emotrack-config",
    .summary = "the configuration file of EmoTrack",
    .details =
        "A line for each setting, NAME = VALUE. A '#' begins a comment that goes to the end of the "
        "line; blank lines, and blanks around names and values, mean nothing. Of several lines for "
        "one setting the last counts. Every setting may be left out, and so may the file.\n\n"
        "'emotrack config set NAME VALUE' and the Settings screen change one line and leave "
        "comments, order and everything else as they are. The file is replaced whole or not at "
        "all; through a symbolic link the file that it names is.",
    .entries = format_entries,
    .sections = format_sections,
};

static const struct program program = {
    .name = "emotrack",
    .summary = "keep a journal that reads the emotion in each message, and learns from you",
    .details =
        "Without a command the terminal program opens: write a message, see which emotion it "
        "shows and why, and say whether that is right. Each rating teaches the guesses on this "
        "device at once. Nothing leaves this device unless you join a server (see 'emotrack join "
        "--help'), and messages never do.\n\n"
        "EmoTrack guesses from words. It is no diagnosis and no help in a crisis: if you or "
        "somebody else is in danger, call the local emergency number.",
    .options = options,
    .commands = commands,
    .run = run,
    .sections = sections,
    .keys = tui_tell_keys,
    .format = &format,
};

int main(int argc, char **argv)
{
    umask(077); /* what a journal writes is nobody else's to read */
    return program_main(&program, argc, argv);
}
