#ifndef EMOTRACK_APP_COMMANDS_COMMANDS_H
#define EMOTRACK_APP_COMMANDS_COMMANDS_H

#include "app/commands/command.h"
#include "app/journal.h"

/* Every command, each defined in the file of its name. */

extern const struct command command_help; /* of every program */

extern const struct command command_predict;
extern const struct command command_write;
extern const struct command command_history;
extern const struct command command_rate;
extern const struct command command_undo;
extern const struct command command_redo; /* undo.c */
extern const struct command command_export;
extern const struct command command_show;
extern const struct command command_edit;
extern const struct command command_forget;
extern const struct command command_stats;
extern const struct command command_insights;
extern const struct command command_import;
extern const struct command command_backup;
extern const struct command command_restore;
extern const struct command command_check;
extern const struct command command_encrypt;
extern const struct command command_decrypt;    /* encrypt.c */
extern const struct command command_passphrase; /* encrypt.c */
extern const struct command command_profile;
extern const struct command command_erase;
extern const struct command command_config;
extern const struct command command_join;
extern const struct command command_leave;
extern const struct command command_sync;
extern const struct command command_uploads;

extern const struct command command_train;
extern const struct command command_eval;
extern const struct command command_fit;
extern const struct command command_info;
extern const struct command command_simulate;
extern const struct command command_personalize;

/* of emotrack-server: server_init.c defines command_server_init, and so on */
extern const struct command command_server_init;
extern const struct command command_server_run;
extern const struct command command_server_status;
extern const struct command command_server_round;
extern const struct command command_server_models;
extern const struct command command_server_keys;
extern const struct command command_server_backup;
extern const struct command command_server_restore; /* server_backup.c */
extern const struct command command_server_check;

/* The line mode of `emotrack write`, which also stands in where no terminal UI is possible.
 * `plain`: words only, no bars. Returns an exit code. */
int write_lines(const struct arguments *arguments, bool plain);

/* What `emotrack encrypt` does or, where the journal is encrypted, `emotrack decrypt`; both ask at
 * the terminal (encrypt.c). */
enum error encrypt_or_decrypt(const struct arguments *arguments,
                              struct journal *journal) MUST_CHECK;

#endif
