#include "app/commands/answers.h"

#include "app/describe.h"
#include "app/display.h"
#include "app/record.h"

#include <math.h>
#include <string.h>

enum {
    PROBABILITY_LENGTH = 6, /* "0.1234" */
    /* names, a tab, probabilities, a tab; a separator behind each but the last */
    HEAD_MAX = LABEL_NAME_MAX + PROBABILITY_LENGTH + 2,
    HEAD_ALL_MAX = LABELS_MAX * HEAD_MAX,
};

void answers_init(struct answers *answers, const struct model *model)
{
    answers->model = model;
    for (int i = 0; i < model_label_count(model); i++) {
        answers->names[i].length = strlen(model_label(model, i)->name);
        memcpy(answers->names[i].bytes, model_label(model, i)->name, answers->names[i].length);
    }
}

static char *put_probability(char *to, float probability)
{
    unsigned rounded = (unsigned)lrint((double)probability * 1e4);

    to[0] = (char)('0' + rounded / 10000);
    to[1] = '.';
    to[2] = (char)('0' + rounded / 1000 % 10);
    to[3] = (char)('0' + rounded / 100 % 10);
    to[4] = (char)('0' + rounded / 10 % 10);
    to[5] = (char)('0' + rounded % 10);
    return to + PROBABILITY_LENGTH;
}

static char *put_name(const struct answers *answers, char *to, int label)
{
    memcpy(to, answers->names[label].bytes, sizeof answers->names[label].bytes);
    return to + answers->names[label].length;
}

static size_t put_head(const struct answers *answers, const struct prediction *prediction,
                       char *head)
{
    const char *unknown = describe_label(NULL);
    char *at = head;

    if (prediction->can_tell)
        at = put_name(answers, at, prediction->label);
    else
        at = (char *)memcpy(at, unknown, strlen(unknown)) + strlen(unknown);
    *at++ = '\t';
    at = put_probability(at, prediction->probability[prediction->label]);
    *at++ = '\t';
    return (size_t)(at - head);
}

/* "joy,surprise", a tab, "0.6123,0.2411", a tab. */
static size_t put_all(const struct answers *answers, const struct prediction *prediction,
                      char *head)
{
    uint64_t left;
    char *at = head;

    if (!prediction->can_tell)
        return put_head(answers, prediction, head);
    for (left = prediction->labels; left;) {
        int label = prediction_likeliest(prediction, left);

        left &= ~(UINT64_C(1) << label);
        at = put_name(answers, at, label);
        *at++ = left ? ',' : '\t';
    }
    for (left = prediction->labels; left;) {
        int label = prediction_likeliest(prediction, left);

        left &= ~(UINT64_C(1) << label);
        at = put_probability(at, prediction->probability[label]);
        *at++ = left ? ',' : '\t';
    }
    return (size_t)(at - head);
}

/* As it is but for line breaks. There is room. */
static void put_text(const struct answers *answers, const char *text, size_t length,
                     struct buffer *out)
{
    char *to = out->data + out->length, *line_break;

    memcpy(to, text, length);
    out->length += length;
    if (!answers->lines)
        while ((line_break = memchr(to, '\n', length)))
            *line_break = ' ';
}

static enum error append_columns(const struct answers *answers, const char *text, size_t length,
                                 const struct prediction *prediction, struct buffer *out)
{
    enum error error = buffer_reserve(out, (answers->all ? HEAD_ALL_MAX : HEAD_MAX) + length + 1);

    if (error)
        return error;
    out->length +=
        (answers->all ? put_all : put_head)(answers, prediction, out->data + out->length);
    if (answers->terminal)
        error = display_safe(text, length, DISPLAY_LINE, out);
    else
        put_text(answers, text, length, out);
    return error ? error : buffer_append_byte(out, '\n');
}

enum error answers_append(const struct answers *answers, struct predictor *predictor,
                          const char *text, size_t length, struct prediction *prediction,
                          struct buffer *out)
{
    enum error error;
    struct why why;

    predictor_read(predictor, text, length, prediction);
    if (answers->json || answers->why)
        predictor_why(predictor, &why);
    if (answers->json)
        return record_prediction(text, length, answers->model, prediction, &why, out);
    error = append_columns(answers, text, length, prediction, out);
    return error || !answers->why ? error : describe_why(prediction, &why, out);
}
