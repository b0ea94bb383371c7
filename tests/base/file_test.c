#include "base/file.h"

#include "tests/allocation.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* Each test has an empty folder, and stands in it. */

static char folder[4096];
static char before[4096];

static int enter_folder(void **state)
{
    const char *temporary = getenv("TMPDIR");

    (void)state;
    if (!getcwd(before, sizeof before))
        return -1;
    snprintf(folder, sizeof folder, "%s/file_test.XXXXXX", temporary ? temporary : "/tmp");
    return mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

/* Removes what is in the folder, and returns how many files that were. */
static int empty_folder(void)
{
    DIR *directory = opendir(".");
    struct dirent *entry;
    int count = 0;

    assert_non_null(directory);
    while ((entry = readdir(directory)))
        count += unlink(entry->d_name) == 0;
    closedir(directory);
    return count;
}

static int leave_folder(void **state)
{
    (void)state;
    empty_folder();
    return chdir(before) == 0 && rmdir(folder) == 0 ? 0 : -1;
}

static void make(const char *path, const char *text, mode_t mode)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(path, mode), 0);
}

static void assert_holds(const char *path, const char *text)
{
    struct buffer buffer;

    buffer_init(&buffer, 1 << 20);
    assert_int_equal(file_read(path, &buffer), ERROR_NONE);
    assert_int_equal(buffer.length, strlen(text));
    assert_memory_equal(buffer.data, text, buffer.length);
    buffer_free(&buffer);
}

static mode_t mode_of(const char *path)
{
    struct stat status;

    assert_int_equal(stat(path, &status), 0);
    return status.st_mode & 07777;
}

/* ---- reading ---- */

static void test_read_appends(void **state)
{
    struct buffer buffer;

    (void)state;
    make("file", "bytes", 0644);
    buffer_init(&buffer, 100);
    assert_int_equal(buffer_append_text(&buffer, "some "), ERROR_NONE);
    assert_int_equal(file_read("file", &buffer), ERROR_NONE);
    assert_string_equal(buffer.data, "some bytes");
    buffer_free(&buffer);
}

static void test_read_an_empty_file(void **state)
{
    struct buffer buffer;

    (void)state;
    make("file", "", 0644);
    buffer_init(&buffer, 100);
    assert_int_equal(file_read("file", &buffer), ERROR_NONE);
    assert_int_equal(buffer.length, 0);
    buffer_free(&buffer);
    buffer_init(&buffer, 0);
    assert_int_equal(file_read("file", &buffer), ERROR_NONE);
    assert_int_equal(buffer.length, 0);
    buffer_free(&buffer);
}

/* Sizes on both sides of the steps that it reads in, at the limit, and one byte over it. */
static void test_read_up_to_the_limit(void **state)
{
    static const size_t sizes[] = {1, 63, 64, 65, 65535, 65536, 65537, 131072, 200000};

    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        char *text = malloc(sizes[i] + 1);
        struct buffer buffer;

        for (size_t at = 0; at < sizes[i]; at++)
            text[at] = (char)('a' + at % 23);
        text[sizes[i]] = '\0';
        make("file", text, 0644);
        buffer_init(&buffer, sizes[i]);
        assert_int_equal(file_read("file", &buffer), ERROR_NONE);
        assert_int_equal(buffer.length, sizes[i]);
        assert_string_equal(buffer.data, text);
        buffer_free(&buffer);
        buffer_init(&buffer, sizes[i] - 1);
        assert_int_equal(file_read("file", &buffer), ERROR_TOO_LARGE);
        assert_non_null(strstr(error_sentence(), "'file'"));
        buffer_free(&buffer);
        free(text);
    }
}

static void test_read_what_cannot_be_read(void **state)
{
    static const struct {
        const char *path;
        enum error error;
    } cases[] = {
        {"missing", ERROR_NOT_FOUND},
        {"missing/file", ERROR_NOT_FOUND},
        {"", ERROR_NOT_FOUND},
        {"file/below", ERROR_IO},
        {".", ERROR_IO},
    };
    struct buffer buffer;

    (void)state;
    make("file", "text", 0644);
    buffer_init(&buffer, 100);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(file_read(cases[i].path, &buffer), cases[i].error);
        assert_non_null(strstr(error_sentence(), cases[i].path));
        assert_int_equal(buffer.length, 0);
    }
    buffer_free(&buffer);
}

static void test_read_without_permission(void **state)
{
    uid_t user = geteuid();
    struct buffer buffer;
    enum error error;

    (void)state;
    make("file", "text", 0);
    assert_int_equal(chmod(".", 0755), 0);
    buffer_init(&buffer, 100);
    if (user == 0) /* root may read everything: be nobody for a moment */
        assert_int_equal(seteuid(65534), 0);
    error = file_read("file", &buffer);
    assert_int_equal(seteuid(user), 0);
    assert_int_equal(error, ERROR_DENIED);
    buffer_free(&buffer);
}

static void *write_in_pieces(void *path)
{
    int descriptor = open(path, O_WRONLY);

    for (int i = 0; i < 3000; i++)
        if (write(descriptor, "piece of a pipe\n", 16) != 16)
            break;
    close(descriptor);
    return NULL;
}

static void test_read_a_pipe(void **state)
{
    static char path[] = "pipe";
    struct buffer buffer;
    pthread_t thread;

    (void)state;
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(pthread_create(&thread, NULL, write_in_pieces, path), 0);
    buffer_init(&buffer, 1 << 20);
    assert_int_equal(file_read(path, &buffer), ERROR_NONE);
    pthread_join(thread, NULL);
    assert_int_equal(buffer.length, 48000);
    assert_memory_equal(buffer.data + 47984, "piece of a pipe\n", 17);
    buffer_free(&buffer);
}

/* ---- writing ---- */

static void test_replace_makes_a_file(void **state)
{
    mode_t mask = umask(027);

    (void)state;
    assert_int_equal(file_replace("file", "new\0bytes", 9), ERROR_NONE);
    umask(mask);
    assert_int_equal(mode_of("file"), 0640);
    assert_int_equal(empty_folder(), 1);
}

static void test_replace_keeps_the_mode(void **state)
{
    (void)state;
    make("file", "the old text, which is longer", 0604);
    assert_int_equal(file_replace("file", "new", 3), ERROR_NONE);
    assert_holds("file", "new");
    assert_int_equal(mode_of("file"), 0604);
    assert_int_equal(file_replace("file", NULL, 0), ERROR_NONE);
    assert_holds("file", "");
    assert_int_equal(empty_folder(), 1);
}

/* Who has the old file open keeps reading the old bytes: it is another file. */
static void test_replace_is_a_rename(void **state)
{
    char old[4] = "";
    int descriptor;

    (void)state;
    make("file", "old", 0644);
    descriptor = open("file", O_RDONLY);
    assert_int_equal(file_replace("file", "new", 3), ERROR_NONE);
    assert_int_equal(read(descriptor, old, 3), 3);
    close(descriptor);
    assert_string_equal(old, "old");
    assert_holds("file", "new");
}

static void test_replace_through_a_link(void **state)
{
    struct stat status;

    (void)state;
    make("file", "old", 0600);
    assert_int_equal(symlink("file", "link"), 0);
    assert_int_equal(file_replace("link", "new", 3), ERROR_NONE);
    assert_int_equal(lstat("link", &status), 0);
    assert_true(S_ISLNK(status.st_mode));
    assert_holds("file", "new");
    assert_int_equal(mode_of("file"), 0600);
}

static void test_a_device_is_written_in_place(void **state)
{
    struct stat status;

    (void)state;
    assert_int_equal(file_replace("/dev/null", "text", 4), ERROR_NONE);
    assert_int_equal(stat("/dev/null", &status), 0);
    assert_true(S_ISCHR(status.st_mode));
    assert_int_equal(file_replace("/dev/full", "text", 4), ERROR_FULL);
    assert_non_null(strstr(error_sentence(), "/dev/full"));
}

static void test_replace_where_nothing_can_be_written(void **state)
{
    static const struct {
        const char *path;
        enum error error;
    } cases[] = {
        {"missing/file", ERROR_NOT_FOUND},
        {"", ERROR_NOT_FOUND},
        {"file/below", ERROR_IO},
        {".", ERROR_IO},
    };

    (void)state;
    make("file", "text", 0644);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(file_replace(cases[i].path, "new", 3), cases[i].error);
    assert_holds("file", "text");
    assert_int_equal(empty_folder(), 1);
}

static void test_abandon_leaves_no_trace(void **state)
{
    struct file_writer *writer;

    (void)state;
    make("file", "old", 0644);
    assert_int_equal(file_writer_open("file", &writer), ERROR_NONE);
    assert_int_equal(file_writer_add(writer, "half", 4), ERROR_NONE);
    assert_holds("file", "old");
    file_writer_abandon(writer);
    file_writer_abandon(NULL);
    assert_holds("file", "old");
    assert_int_equal(empty_folder(), 1);
}

static void test_pieces_appear_at_commit(void **state)
{
    struct file_writer *writer;

    (void)state;
    assert_int_equal(file_writer_open("file", &writer), ERROR_NONE);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(file_writer_add(writer, "0123456789", 10), ERROR_NONE);
    assert_int_not_equal(access("file", F_OK), 0);
    assert_int_equal(file_writer_commit(writer), ERROR_NONE);
    assert_int_equal(access("file", F_OK), 0);
    assert_int_equal(empty_folder(), 1);
}

static bool has_nameless_files(void)
{
    int descriptor = open(".", O_TMPFILE | O_WRONLY, 0600);

    if (descriptor >= 0)
        close(descriptor);
    return descriptor >= 0;
}

/* In a process of its own: writes half, says so, and waits for its end. */
static void write_half(int said)
{
    struct file_writer *writer;

    if (file_writer_open("file", &writer) || file_writer_add(writer, "half", 4) ||
        write(said, "!", 1) != 1)
        _exit(1);
    for (;;)
        pause();
}

static void test_a_killed_writer_leaves_no_trace(void **state)
{
    int said[2], status;
    pid_t child;
    char byte;

    (void)state;
    if (!has_nameless_files()) {
        print_message("SKIPPED: this disk has no files without a name\n");
        skip();
    }
    make("file", "old", 0644);
    assert_int_equal(pipe(said), 0);
    child = fork();
    assert_true(child >= 0);
    if (child == 0)
        write_half(said[1]);
    close(said[1]);
    assert_int_equal(read(said[0], &byte, 1), 1);
    close(said[0]);
    kill(child, SIGKILL);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    assert_holds("file", "old");
    assert_int_equal(empty_folder(), 1);
}

/* From now on this process finds no disk that has files without a name. */
static bool refuse_nameless_files(void)
{
    struct sock_filter steps[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[2])),
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, O_TMPFILE & ~O_DIRECTORY, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EOPNOTSUPP),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {.len = sizeof steps / sizeof steps[0], .filter = steps};

    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0 && !has_nameless_files();
}

/* The exit code says how far it came. */
static int replace_and_abandon(void)
{
    struct file_writer *writer;

    if (!refuse_nameless_files())
        return 1;
    if (file_replace("file", "new", 3) || file_replace("other", "new", 3))
        return 2;
    if (file_writer_open("file", &writer) || file_writer_add(writer, "half", 4))
        return 3;
    file_writer_abandon(writer);
    return 0;
}

static void test_a_disk_without_nameless_files(void **state)
{
    pid_t child;
    int status;

    (void)state;
    make("file", "old", 0604);
    child = fork();
    assert_true(child >= 0);
    if (child == 0)
        _exit(replace_and_abandon());
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == 1) {
        print_message("SKIPPED: system calls cannot be filtered here\n");
        skip();
    }
    assert_int_equal(WEXITSTATUS(status), 0);
    assert_holds("file", "new");
    assert_holds("other", "new");
    assert_int_equal(mode_of("file"), 0604);
    assert_int_equal(empty_folder(), 2);
}

static void test_same_file(void **state)
{
    (void)state;
    make("file", "text", 0644);
    make("twin", "text", 0644);
    assert_int_equal(symlink("file", "symbolic"), 0);
    assert_int_equal(link("file", "hard"), 0);
    assert_true(file_same("file", "./file"));
    assert_true(file_same("file", "symbolic"));
    assert_true(file_same("hard", "symbolic"));
    assert_true(file_same(".", folder));
    assert_false(file_same("file", "twin"));
    assert_false(file_same("missing", "missing"));
}

/* A disk that takes only so many bytes, whichever it is that no longer fits. */
static void test_a_disk_that_fills_up(void **state)
{
    struct rlimit old, little;
    enum error error = ERROR_NONE;

    (void)state;
    make("file", "old", 0644);
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    for (rlim_t room = 0; room < 12; room++) {
        little = old;
        little.rlim_cur = room;
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &little), 0);
        error = file_replace("file", "twelve bytes", 12);
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
        assert_int_equal(error, ERROR_TOO_LARGE); /* EFBIG */
        assert_holds("file", "old");
    }
    assert_int_equal(empty_folder(), 1);
}

static void test_make_folders(void **state)
{
    char path[sizeof folder + 16];
    struct stat status;

    (void)state;
    snprintf(path, sizeof path, "%s/a//b/file", folder);
    assert_int_equal(file_make_folder(path), ERROR_NONE);
    assert_int_equal(file_make_folder(path), ERROR_NONE);
    assert_int_equal(file_make_folder("a/c/d/"), ERROR_NONE);
    assert_int_equal(file_make_folder("file"), ERROR_NONE);
    assert_int_equal(file_make_folder(""), ERROR_NONE);
    assert_int_not_equal(access("file", F_OK), 0);
    assert_int_equal(stat("a/b", &status), 0);
    assert_int_equal(status.st_mode, S_IFDIR | 0700);
    make("taken", "", 0600);
    assert_int_equal(file_make_folder("taken/file"), ERROR_NONE); /* opening it tells */
    assert_int_equal(file_make_folder("taken/a/file"), ERROR_IO);
    assert_non_null(strstr(error_sentence(), "taken/a"));
    assert_int_equal(rmdir("a/c/d") | rmdir("a/c") | rmdir("a/b") | rmdir("a"), 0);
}

static void test_replace_out_of_memory(void **state)
{
    (void)state;
    make("file", "old", 0644);
    for (int n = 1;; n++) {
        enum error error;

        allocation_fail_at(n);
        error = file_replace("file", "new", 3);
        if (!allocation_failed()) {
            assert_int_equal(error, ERROR_NONE);
            assert_true(n > 2);
            break;
        }
        if (error) { /* the folder's fsync does without its copy of the path */
            assert_int_equal(error, ERROR_NO_MEMORY);
            assert_holds("file", "old");
        }
    }
    assert_holds("file", "new");
    assert_int_equal(empty_folder(), 1);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, enter_folder, leave_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(test_read_appends),
        IN_FOLDER(test_read_an_empty_file),
        IN_FOLDER(test_read_up_to_the_limit),
        IN_FOLDER(test_read_what_cannot_be_read),
        IN_FOLDER(test_read_without_permission),
        IN_FOLDER(test_read_a_pipe),
        IN_FOLDER(test_replace_makes_a_file),
        IN_FOLDER(test_replace_keeps_the_mode),
        IN_FOLDER(test_replace_is_a_rename),
        IN_FOLDER(test_replace_through_a_link),
        IN_FOLDER(test_a_device_is_written_in_place),
        IN_FOLDER(test_replace_where_nothing_can_be_written),
        IN_FOLDER(test_abandon_leaves_no_trace),
        IN_FOLDER(test_pieces_appear_at_commit),
        IN_FOLDER(test_a_killed_writer_leaves_no_trace),
        IN_FOLDER(test_a_disk_without_nameless_files),
        IN_FOLDER(test_same_file),
        IN_FOLDER(test_make_folders),
        IN_FOLDER(test_a_disk_that_fills_up),
        IN_FOLDER(test_replace_out_of_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
