#ifndef EMOTRACK_APP_COMMANDS_SESSION_H
#define EMOTRACK_APP_COMMANDS_SESSION_H

#include "app/commands/command.h"
#include "app/journal.h"
#include "app/settings.h"

/* What a command has around it: the journal that it was pointed at, and maybe somebody at a
 * terminal. */

/* The settings as the command line, the environment and the file have them. What of them is not
 * understood is said on standard error, once. */
void session_settings(const struct arguments *arguments, struct settings *out);

/* What the command line says of them, for settings_load. */
void session_flags(const struct arguments *arguments, const char *flag[SETTINGS]);

/* The file that --passphrase-file, else $EMOTRACK_PASSPHRASE_FILE, names for the journal; NULL:
 * none. */
const char *session_passphrase_file(const struct arguments *arguments);

/* An encrypted journal asks for its passphrase: from that file, else at the terminal, three times
 * at most. `arguments` must outlive the journal. */
void session_ask(const struct arguments *arguments, struct journal_options *options);

/* Opens the journal of the profile that the settings and of the model that --model name, and says
 * on standard error what is worth telling about it. */
enum error session_open(const struct arguments *arguments, enum journal_access access,
                        struct journal **out) MUST_CHECK;

/* Says journal_notice on standard error, and returns whether there was one: after a deletion or an
 * edit it means that the bytes are still on the disk. */
bool session_tell(const struct arguments *arguments, const struct journal *journal);

/* Whether somebody sits before standard input, so that questions get an answer. */
bool session_can_ask(void);

/* Asks "<question> [y/N] " on the terminal; false unless the answer is yes. */
bool session_confirm(const char *format, ...) PRINTF_LIKE(1, 2);

/* Asks for the word on the terminal; false unless it is typed as it is. For what nothing brings
 * back. */
bool session_confirm_word(const char *word);

#endif
