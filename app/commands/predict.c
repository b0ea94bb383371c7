#include "app/commands/answers.h"
#include "app/commands/commands.h"
#include "app/commands/input.h"
#include "app/commands/operands.h"
#include "app/commands/session.h"
#include "app/output.h"
#include "classifier/batch.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PAGE_LINES = 256 * BATCH_RANGE };

/* The answers to one range of a page. */
struct part {
    struct buffer answers;
    size_t cannot_tell; /* messages */
    enum error error;   /* its sentence stayed with the thread */
};

/* Messages that are guessed at a time. */
struct page {
    const struct answers *answers;
    struct message messages[PAGE_LINES];
    size_t count;
    struct part parts[PAGE_LINES / BATCH_RANGE];
};

struct guesser {
    const struct arguments *arguments;
    struct journal *journal;
    struct batch *batch;
    struct answers answers;
    struct output output;
    struct page *pages;           /* [2]: while one is guessed the next is read */
    struct page *guessed;         /* the one that is; NULL: none */
    bool filled;                  /* more was read since that was begun */
    size_t cannot_tell, too_long; /* messages so far */
};

static void answer_range(void *context, struct predictor *predictor, size_t from, size_t to)
{
    struct page *page = context;
    struct part *part = &page->parts[from / BATCH_RANGE];
    struct prediction prediction;

    part->answers.limit = (size_t)ANSWER_MAX * BATCH_RANGE;
    buffer_clear(&part->answers);
    part->cannot_tell = 0;
    part->error = ERROR_NONE;
    for (size_t i = from; i < to && !part->error; i++) {
        part->error = answers_append(page->answers, predictor, page->messages[i].text,
                                     page->messages[i].length, &prediction, &part->answers);
        part->cannot_tell += !prediction.can_tell;
    }
}

/* Hands out the answers in the order of the messages. */
static enum error write_page(struct guesser *guesser, const struct page *page)
{
    enum error error = ERROR_NONE;

    for (size_t at = 0; at < page->count && !error; at += BATCH_RANGE) {
        const struct part *part = &page->parts[at / BATCH_RANGE];

        if (part->error)
            return error_raise_plain(part->error);
        guesser->cannot_tell += part->cannot_tell;
        error = output_add(&guesser->output, part->answers.data, part->answers.length);
    }
    return error;
}

/* Begins to guess `page`, NULL: none, and writes the one before once it is done. */
static enum error turn_page(struct guesser *guesser, struct page *page)
{
    const struct page *before = guesser->guessed;

    if (before)
        batch_finish(guesser->batch);
    guesser->guessed = page;
    guesser->filled = false;
    if (page) {
        page->answers = &guesser->answers;
        batch_start(guesser->batch, answer_range, page, page->count);
    }
    return before ? write_page(guesser, before) : ERROR_NONE;
}

static void note_too_long(struct guesser *guesser, const char *what, size_t number)
{
    guesser->too_long++;
    report_note(guesser->arguments,
                "%s %zu is longer than the %d bytes that a message may have; it was passed over",
                what, number, TEXT_MAX);
}

/* Takes as many lines as there are and fit. */
static void take_lines(struct guesser *guesser, struct input *input, struct page *page)
{
    struct line line;

    page->count = 0;
    while (page->count < PAGE_LINES && input_take(input, &line)) {
        if (line.too_long)
            note_too_long(guesser, "line", line.number);
        page->messages[page->count++] = (struct message){line.text, line.length};
    }
}

/* Who waits for an answer before sending more gets it. The lines that are guessed live while
 * input_fill is called once. */
static enum error read_more(struct guesser *guesser, struct input *input)
{
    bool waits = !input_ready();
    enum error error = waits || guesser->filled ? turn_page(guesser, NULL) : ERROR_NONE;

    if (!error && waits)
        error = output_flush(&guesser->output);
    guesser->filled = true;
    return error ? error : input_fill(input);
}

static enum error guess_lines(struct guesser *guesser, struct input *input)
{
    enum error error = ERROR_NONE;

    while (!error) {
        struct page *page = &guesser->pages[guesser->guessed == &guesser->pages[0]];

        assert(page);
        take_lines(guesser, input, page);
        if (page->count > 0) {
            error = turn_page(guesser, page);
        } else if (input->ended) {
            return turn_page(guesser, NULL);
        } else {
            error = read_more(guesser, input);
        }
    }
    return error;
}

static enum error guess_input(struct guesser *guesser)
{
    struct input input;
    enum error error = input_open(&input);

    guesser->answers.lines = true;
    if (!error)
        error = guess_lines(guesser, &input);
    if (guesser->guessed)
        batch_finish(guesser->batch);
    input_close(&input);
    return error;
}

static enum error guess_operand(struct guesser *guesser, const char *text, int number)
{
    size_t length = strlen(text);
    enum error error;

    if (length > TEXT_MAX) {
        note_too_long(guesser, "argument", (size_t)number);
        length = 0;
    }
    guesser->answers.lines = false;
    guesser->pages[0].messages[0] = (struct message){text, length};
    guesser->pages[0].count = 1;
    error = turn_page(guesser, &guesser->pages[0]);
    return error ? error : turn_page(guesser, NULL);
}

static enum error guess_operands(struct guesser *guesser)
{
    const struct arguments *arguments = guesser->arguments;
    enum error error = ERROR_NONE;

    for (int i = 0; i < arguments->operands && !error; i++) {
        const char *text = arguments->operand[i];

        error = strcmp(text, "-") == 0 ? guess_input(guesser) : guess_operand(guesser, text, i + 1);
    }
    return error;
}

static enum error open_guesser(struct guesser *guesser)
{
    const struct arguments *arguments = guesser->arguments;
    size_t jobs;
    enum error error = operand_number(arguments, "jobs", &jobs);

    if (!error)
        error = session_open(arguments,
                             arguments_has(arguments, "no-personal") ? JOURNAL_NONE : JOURNAL_READ,
                             &guesser->journal);
    if (!error)
        error = journal_batch(guesser->journal, (int)jobs, &guesser->batch);
    if (error)
        return error;
    guesser->answers = (struct answers){.json = arguments_has(arguments, "json"),
                                        .why = arguments_has(arguments, "why"),
                                        .all = arguments_has(arguments, "all"),
                                        .terminal = isatty(STDOUT_FILENO) == 1};
    answers_init(&guesser->answers, journal_model(guesser->journal));
    guesser->pages = calloc(2, sizeof *guesser->pages);
    if (!guesser->pages)
        return error_raise_plain(ERROR_NO_MEMORY);
    return output_open(&guesser->output, NULL);
}

static void close_guesser(struct guesser *guesser)
{
    for (size_t page = 0; guesser->pages && page < 2; page++)
        for (size_t part = 0; part < PAGE_LINES / BATCH_RANGE; part++)
            buffer_free(&guesser->pages[page].parts[part].answers);
    free(guesser->pages);
    batch_free(guesser->batch);
    journal_close(guesser->journal);
}

static int run(const struct arguments *arguments)
{
    struct guesser guesser = {.arguments = arguments};
    enum error error = open_guesser(&guesser);

    if (!error)
        error = arguments->operands > 0 ? guess_operands(&guesser) : guess_input(&guesser);
    error = output_close(&guesser.output, error);
    close_guesser(&guesser);
    if (error)
        return report_outcome(arguments, error);
    if (guesser.too_long > 0)
        return EXIT_FAILED;
    return guesser.cannot_tell > 0 && arguments_has(arguments, "exit-code") ? EXIT_CANNOT_TELL
                                                                            : EXIT_OK;
}

static const struct option options[] = {
    {"json", NULL, NULL, "print one JSON object a line, with all probabilities and the why"},
    {"all", NULL, NULL, "print every emotion that is likely enough, not the likeliest alone"},
    {"why", NULL, NULL, "print below each message what each of its words contributed"},
    {"jobs", "N", NULL, "work on N processors, not on all; the answers are the same"},
    {"no-personal", NULL, NULL, "leave out what the ratings of the profile have taught"},
    {"exit-code", NULL, NULL, "end with 3 where there was a message of which it can't tell"},
    {0},
};

const struct command command_predict = {
    .name = "predict",
    .operands = "[TEXT...]",
    .summary = "guess the emotion in each argument, or in each line of standard input",
    .details =
        "Prints a line a message: the emotion, a tab, its probability, a tab, the text. Where "
        "nothing in a message is known, or no emotion is likely enough, the first column says "
        "\"can't tell\" and the second is the probability of the likeliest one. Nothing is "
        "stored. Each answer is there before the next line is waited for.\n\n"
        "    emotrack predict \"I love this so much\"\n"
        "    emotrack predict --json < messages.txt\n\n"
        "With --all the first column names every emotion that is over its own threshold, the most "
        "probable first, and the second their probabilities, with commas between; where there is "
        "none, the likeliest emotion alone.\n\n"
        "    joy,surprise    0.5123,0.2411    wow, this is so good\n\n"
        "An empty line is answered too, so that line 7 of the answers belongs to line 7 of the "
        "input. A line of more than 65536 bytes is passed over: it is answered as if it were "
        "empty, named on standard error, and the exit status is 1 at the end. '-' as an argument "
        "stands for standard input. Line breaks inside an argument are shown as blanks; on a "
        "terminal control characters are replaced.\n\n"
        "The objects of --json have: text, label (null: can't tell), probability, labels (label "
        "and probability of every emotion that is likely enough to be named beside others, each by "
        "its own threshold, most probable first; none where it can't tell), probabilities, known "
        "and tokens (how many of the words and signs are known), why (a list of feature and "
        "contribution), bias, score and model. Bias and contributions add up to the score.",
    .options = options,
    .operands_max = -1,
    .run = run,
};
