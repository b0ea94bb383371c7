/* What the terminal UI takes, measured inside: the screens on a profile as it is, curses drawing
 * into /dev/null.
 *
 *     screens [PROFILE]      prints a line for each measure: NAME TAB median TAB p99 TAB times,
 *                            in milliseconds; memory in MiB of resident size
 *
 * The data folder and the model are the environment's (XDG_DATA_HOME, EMOTRACK_MODEL). */
#include "app/tui/screens.h"
#include "app/tui/keys.h"
#include "tests/headless.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { ROWS = 24, COLUMNS = 80, STARTS = 15, TIMES_MAX = 4096, ROUNDS = 15 };

struct measure {
    const char *name;
    double taken[TIMES_MAX];
    size_t count;
};

static double now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return 1e3 * (double)time.tv_sec + 1e-6 * (double)time.tv_nsec;
}

static void add(struct measure *measure, double begin)
{
    if (measure->count < TIMES_MAX)
        measure->taken[measure->count++] = now() - begin;
}

static int compare(const void *left, const void *right)
{
    const double *a = left, *b = right;

    return (*a > *b) - (*a < *b);
}

static void print(struct measure *measure)
{
    size_t count = measure->count;

    if (count == 0)
        return;
    qsort(measure->taken, count, sizeof *measure->taken, compare);
    printf("%s\t%.2f\t%.2f\t%zu\n", measure->name, measure->taken[count / 2],
           measure->taken[count - 1 - count / 100], count);
    measure->count = 0;
}

/* ---- the program, from inside ---- */

struct program {
    struct journal *journal;
    struct settings settings;
    struct screens screens;
};

static bool start(struct program *program, const char *profile)
{
    struct journal_options options = {.profile = profile, .access = JOURNAL_WRITE};

    program->settings = (struct settings){0};
    if (journal_open(&options, &program->journal) ||
        screens_init(&program->screens, program->journal, &program->settings, NULL)) {
        fprintf(stderr, "%s\n", error_sentence());
        return false;
    }
    screens_draw(&program->screens);
    return true;
}

static void stop(struct program *program)
{
    screens_free(&program->screens);
    journal_close(program->journal);
}

/* Hands a press in and draws, as the loop of app/tui/tui.c does. */
static void press(struct program *program, const struct press *press)
{
    screens_press(&program->screens, press);
    screens_draw(&program->screens);
    screens_keep(&program->screens);
}

/* Until the list is that of the filter: a search that takes too long for one frame goes on between
 * them. */
static void wait_for_list(struct program *program)
{
    const struct history *history = &program->screens.history;

    while (history->late || history->stale) {
        screens_rest(&program->screens);
        screens_draw(&program->screens);
    }
}

/* Types what a terminal would send, each key measured from its first byte to the drawn frame, and
 * to the list in it. */
static void type_filter(struct program *program, const char *bytes, struct measure *measure,
                        struct measure *list)
{
    struct press pressed;
    struct keys keys;
    double begin = now();

    keys_init(&keys);
    for (; *bytes; bytes++) {
        keys_feed(&keys, (unsigned char)*bytes);
        if (*bytes == '\033' && bytes[1] == '\0')
            keys_rest(&keys);
        while (keys_next(&keys, &pressed)) {
            press(program, &pressed);
            if (measure)
                add(measure, begin);
            if (list)
                wait_for_list(program);
            if (list)
                add(list, begin);
            begin = now();
        }
    }
    keys_free(&keys);
}

static void type(struct program *program, const char *bytes, struct measure *measure)
{
    type_filter(program, bytes, measure, NULL);
}

static double resident(void)
{
    FILE *file = fopen("/proc/self/statm", "r");
    char line[256] = "";
    char *end;
    long pages;

    if (file && !fgets(line, sizeof line, file))
        line[0] = '\0';
    if (file)
        fclose(file);
    strtol(line, &end, 10); /* all of the address space */
    pages = strtol(end, NULL, 10);
    return (double)pages * (double)sysconf(_SC_PAGESIZE) / (1024.0 * 1024.0);
}

/* ---- what is measured ---- */

static const char sentence[] =
    "I can't believe they cancelled it again, I was so looking forward to seeing everyone there ";

static void measure_start(const char *profile, struct measure *measure)
{
    for (int i = 0; i < STARTS; i++) {
        struct program program;
        double begin = now();

        if (!start(&program, profile))
            exit(EXIT_FAILURE);
        add(measure, begin);
        stop(&program);
    }
    measure->name = "start to first frame";
    print(measure);
}

/* In an empty box, and behind a text of 2,000 characters. */
static void measure_writing(struct program *program, struct measure *measure)
{
    measure->name = "keystroke in Write";
    for (int i = 0; i < ROUNDS; i++) {
        type(program, sentence, measure);
        type(program, "\025\025", NULL);
    }
    print(measure);
    measure->name = "keystroke in Write, 2,000 characters";
    for (int i = 0; i < 2000 / (int)strlen(sentence); i++)
        type(program, sentence, NULL);
    for (int i = 0; i < 4; i++)
        type(program, sentence, measure);
    print(measure);
    type(program, "\003", NULL);
}

static void measure_filter(struct program *program, const char *filter, struct measure *measure,
                           struct measure *list)
{
    char frames[64], lists[64];

    for (int round = 0; round < 3; round++) {
        type(program, "/", NULL);
        type_filter(program, filter, measure, list);
        type_filter(program, "\033", NULL, list);
    }
    snprintf(frames, sizeof frames, "filter keystroke: %s", filter);
    snprintf(lists, sizeof lists, "filtered list: %s", filter);
    measure->name = frames;
    list->name = lists;
    print(measure);
    print(list);
}

/* All messages, marked; then given back. */
static void measure_rating(struct program *program, struct measure *measure)
{
    type(program, "*", NULL);
    type(program, "y", measure);
    measure->name = "rating all messages";
    print(measure);
    type(program, "u", measure);
    measure->name = "taking that back";
    print(measure);
}

static void measure_history(struct program *program, struct measure *measure)
{
    static const char *const filters[] = {"love",           "not:rated emotion:sadness",
                                          "zzzz-not-there", "you:fear",
                                          "rated work",     "caf\303\251"};
    struct measure *other = calloc(1, sizeof *other);

    if (!other)
        return;
    for (int i = 0; i < ROUNDS; i++) {
        double begin;

        type(program, "\0331", NULL);
        begin = now();
        type(program, "\0332", NULL);
        add(measure, begin);
    }
    measure->name = "History opened";
    print(measure);
    for (size_t i = 0; i < sizeof filters / sizeof *filters; i++)
        measure_filter(program, filters[i], measure, other);
    for (int i = 0; i < ROUNDS; i++)
        type(program, "jjjjjjjjGkkkkkkkkg", other);
    other->name = "scrolling the history";
    print(other);
    free(other);
    measure_rating(program, measure);
}

static void measure_insights(struct program *program, struct measure *measure)
{
    for (int i = 0; i < ROUNDS; i++) {
        double begin = now();

        type(program, "\0333", NULL);
        add(measure, begin);
        type(program, "\0331", NULL);
    }
    measure->name = "Insights opened";
    print(measure);
    type(program, "\0333", NULL);
    for (int i = 0; i < ROUNDS; i++) {
        type(program, "m", NULL);
        type(program, "y", measure);
    }
    measure->name = "Insights, year view";
    print(measure);
}

static bool measure_all(const char *profile, struct measure *measure)
{
    struct program program;

    measure_start(profile, measure);
    if (!start(&program, profile))
        return false;
    printf("resident memory at the start\t%.1f\t%.1f\t1\n", resident(), resident());
    measure_writing(&program, measure);
    measure_history(&program, measure);
    measure_insights(&program, measure);
    printf("resident memory at the end\t%.1f\t%.1f\t1\n", resident(), resident());
    stop(&program);
    return true;
}

int main(int argc, char **argv)
{
    struct measure *measure = calloc(1, sizeof *measure);
    bool done =
        measure && headless_start(ROWS, COLUMNS) && measure_all(argc > 1 ? argv[1] : NULL, measure);

    headless_stop();
    free(measure);
    return done ? EXIT_SUCCESS : EXIT_FAILURE;
}
