#include "app/commands/commands.h"
#include "app/commands/input.h"
#include "app/commands/session.h"
#include "app/describe.h"
#include "app/display.h"
#include "app/output.h"
#include "app/record.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

/* "label", a tab, "0.1234", a tab */
enum { HEAD_MAX = LABEL_NAME_MAX + 16 };

struct guesser {
    const struct arguments *arguments;
    struct journal *journal;
    const struct model *model;
    struct output output;
    struct buffer scratch;          /* a line that takes some making */
    const char *name[LABELS_MAX];   /* of each label */
    size_t name_length[LABELS_MAX]; /* bytes */
    bool json, why, terminal;       /* how it is shown; terminal: made safe */
    size_t cannot_tell, too_long;   /* messages so far */
};

static size_t put_probability(char *to, float probability)
{
    unsigned rounded = (unsigned)lrint((double)probability * 1e4);

    to[0] = (char)('0' + rounded / 10000);
    to[1] = '.';
    to[2] = (char)('0' + rounded / 1000 % 10);
    to[3] = (char)('0' + rounded / 100 % 10);
    to[4] = (char)('0' + rounded / 10 % 10);
    to[5] = (char)('0' + rounded % 10);
    return 6;
}

static size_t put_head(const struct guesser *guesser, const struct prediction *prediction,
                       char head[HEAD_MAX])
{
    const char *name = guesser->name[prediction->label];
    size_t length = guesser->name_length[prediction->label];

    if (!prediction->can_tell) {
        name = describe_label(NULL);
        length = strlen(name);
    }
    memcpy(head, name, length);
    head[length++] = '\t';
    length += put_probability(head + length, prediction->probability[prediction->label]);
    head[length++] = '\t';
    return length;
}

/* The way of a million lines: the bytes go out as they came in. */
static enum error put_plain(struct guesser *guesser, const char *text, size_t length)
{
    struct prediction prediction;
    char head[HEAD_MAX];
    enum error error;

    journal_guess(guesser->journal, text, length, &prediction, NULL);
    guesser->cannot_tell += !prediction.can_tell;
    error = output_add(&guesser->output, head, put_head(guesser, &prediction, head));
    if (!error)
        error = output_add(&guesser->output, text, length);
    return error ? error : output_add(&guesser->output, "\n", 1);
}

/* One line of text: as it is but for line breaks, or, on a terminal, safe. */
static enum error append_line(struct guesser *guesser, const char *text, size_t length)
{
    struct buffer *out = &guesser->scratch;
    size_t start = out->length;
    enum error error;

    if (guesser->terminal)
        return display_safe(text, length, DISPLAY_LINE, out);
    error = buffer_append(out, text, length);
    for (size_t i = start; i < out->length; i++)
        if (out->data[i] == '\n')
            out->data[i] = ' ';
    return error;
}

static enum error append_columns(struct guesser *guesser, const char *text, size_t length,
                                 const struct prediction *prediction, const struct why *why)
{
    char head[HEAD_MAX];
    enum error error = buffer_append(&guesser->scratch, head, put_head(guesser, prediction, head));

    if (!error)
        error = append_line(guesser, text, length);
    if (!error)
        error = buffer_append_byte(&guesser->scratch, '\n');
    if (!error && guesser->why)
        error = describe_why(prediction, why, &guesser->scratch);
    return error;
}

static enum error put_made(struct guesser *guesser, const char *text, size_t length)
{
    struct prediction prediction;
    enum error error;
    struct why why;

    buffer_clear(&guesser->scratch);
    journal_guess(guesser->journal, text, length, &prediction, &why);
    guesser->cannot_tell += !prediction.can_tell;
    if (guesser->json)
        error =
            record_prediction(text, length, guesser->model, &prediction, &why, &guesser->scratch);
    else
        error = append_columns(guesser, text, length, &prediction, &why);
    return error ? error
                 : output_add(&guesser->output, guesser->scratch.data, guesser->scratch.length);
}

static void note_too_long(struct guesser *guesser, const char *what, size_t number)
{
    guesser->too_long++;
    report_note(guesser->arguments,
                "%s %zu is longer than the %d bytes that a message may have; it was passed over",
                what, number, TEXT_MAX);
}

static enum error guess_input(struct guesser *guesser)
{
    bool made = guesser->json || guesser->why || guesser->terminal;
    enum error error;
    struct input input;
    struct line line;

    error = input_open(&input);
    while (!error) {
        if (input_take(&input, &line)) {
            if (line.too_long)
                note_too_long(guesser, "line", line.number);
            error = (made ? put_made : put_plain)(guesser, line.text, line.length);
        } else if (input.ended) {
            break;
        } else {
            /* Who waits for an answer before sending more gets it. */
            error = output_flush(&guesser->output);
            if (!error)
                error = input_fill(&input);
        }
    }
    input_close(&input);
    return error;
}

static enum error guess_operands(struct guesser *guesser)
{
    const struct arguments *arguments = guesser->arguments;
    enum error error = ERROR_NONE;

    for (int i = 0; i < arguments->operands && !error; i++) {
        const char *text = arguments->operand[i];
        size_t length = strlen(text);

        if (strcmp(text, "-") == 0) {
            error = guess_input(guesser);
            continue;
        }
        if (length > TEXT_MAX) {
            note_too_long(guesser, "argument", (size_t)i + 1);
            length = 0;
        }
        error = put_made(guesser, text, length);
    }
    return error;
}

static enum error open_guesser(struct guesser *guesser)
{
    const struct arguments *arguments = guesser->arguments;
    enum error error;

    buffer_init(&guesser->scratch, RECORD_MAX);
    guesser->json = arguments_has(arguments, "json");
    guesser->why = arguments_has(arguments, "why");
    guesser->terminal = isatty(STDOUT_FILENO) == 1;
    error = session_open(arguments,
                         arguments_has(arguments, "no-personal") ? JOURNAL_NONE : JOURNAL_READ,
                         &guesser->journal);
    if (error)
        return error;
    guesser->model = journal_model(guesser->journal);
    for (int i = 0; i < model_label_count(guesser->model); i++) {
        guesser->name[i] = model_label(guesser->model, i)->name;
        guesser->name_length[i] = strlen(guesser->name[i]);
    }
    return output_open(&guesser->output, NULL);
}

static int run(const struct arguments *arguments)
{
    struct guesser guesser = {.arguments = arguments};
    enum error error = open_guesser(&guesser);

    if (!error)
        error = arguments->operands > 0 ? guess_operands(&guesser) : guess_input(&guesser);
    error = output_close(&guesser.output, error);
    buffer_free(&guesser.scratch);
    journal_close(guesser.journal);
    if (error)
        return report_outcome(arguments, error);
    if (guesser.too_long > 0)
        return EXIT_FAILED;
    return guesser.cannot_tell > 0 && arguments_has(arguments, "exit-code") ? EXIT_CANNOT_TELL
                                                                            : EXIT_OK;
}

static const struct option options[] = {
    {"json", NULL, NULL, "print one JSON object a line, with all probabilities and the why"},
    {"why", NULL, NULL, "print below each message what each of its words contributed"},
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
