#include "app/commands/editor.h"

#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const int deaf_to[] = {SIGINT, SIGQUIT, SIGHUP, SIGTERM};

enum { DEAF_TO = sizeof deaf_to / sizeof *deaf_to };

static const char *chosen_editor(void)
{
    const char *visual = getenv("VISUAL"), *editor = getenv("EDITOR");

    if (visual && *visual)
        return visual;
    return editor && *editor ? editor : "vi";
}

static const char *temporary_folder(void)
{
    const char *runtime = getenv("XDG_RUNTIME_DIR"), *temporary = getenv("TMPDIR");

    if (runtime && runtime[0] == '/' && access(runtime, W_OK) == 0)
        return runtime;
    return temporary && temporary[0] == '/' ? temporary : "/tmp";
}

static enum error make_folder(struct buffer *folder)
{
    enum error error = buffer_format(folder, "%s/emotrack-XXXXXX", temporary_folder());

    if (!error && !mkdtemp(folder->data))
        error = error_raise_errno("make the private folder", folder->data);
    return error;
}

/* Editors leave copies and swap files beside the file. */
static void remove_folder(const char *folder)
{
    DIR *directory = opendir(folder);
    struct dirent *item;

    while (directory && (item = readdir(directory)))
        unlinkat(dirfd(directory), item->d_name, 0);
    if (directory)
        closedir(directory);
    rmdir(folder);
}

/* While the editor has the terminal, what the keys and a closing window send is for it: this
 * program must live to remove the file. */
static void ignore_signals(struct sigaction before[DEAF_TO])
{
    struct sigaction ignore = {.sa_handler = SIG_IGN};

    for (int i = 0; i < DEAF_TO; i++)
        sigaction(deaf_to[i], &ignore, &before[i]);
}

static void restore_signals(const struct sigaction before[DEAF_TO])
{
    for (int i = 0; i < DEAF_TO; i++)
        sigaction(deaf_to[i], &before[i], NULL);
}

/* Through the shell, for an editor with arguments: EDITOR="code --wait". */
static enum error wait_for_editor(const char *command, const char *path)
{
    struct sigaction before[DEAF_TO];
    enum error error = ERROR_NONE;
    int status = 0;
    pid_t child;

    ignore_signals(before);
    child = fork();
    if (child == 0) {
        restore_signals(before);
        execl("/bin/sh", "sh", "-c", command, "sh", path, (char *)NULL);
        _exit(127);
    }
    while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
        continue;
    if (child < 0)
        error = error_raise_errno("start", chosen_editor());
    restore_signals(before);
    if (!error && (!WIFEXITED(status) || WEXITSTATUS(status) != 0))
        error = error_raise(ERROR_IO,
                            "the editor '%s' failed, and nothing was changed; set EDITOR to one "
                            "that works",
                            chosen_editor());
    return error;
}

static enum error edit_in(const char *folder, const char *text, struct buffer *out)
{
    struct buffer path, command;
    enum error error;

    buffer_init(&path, PATH_MAX);
    buffer_init(&command, PATH_MAX);
    error = buffer_format(&path, "%s/message.txt", folder);
    if (!error)
        error = buffer_format(&command, "%s \"$1\"", chosen_editor());
    if (!error)
        error = file_replace(path.data, text, strlen(text));
    if (!error)
        error = wait_for_editor(command.data, path.data);
    if (!error)
        error = file_read(path.data, out);
    buffer_free(&path);
    buffer_free(&command);
    return error;
}

enum error editor_run(const char *text, struct buffer *out)
{
    struct buffer folder;
    enum error error;

    buffer_init(&folder, PATH_MAX);
    error = make_folder(&folder);
    if (!error) {
        error = edit_in(folder.data, text, out);
        remove_folder(folder.data);
    }
    buffer_free(&folder);
    return error;
}
