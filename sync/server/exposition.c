#include "sync/server/exposition.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

enum { NUMBER_MAX = 32 };

static const char *const outcomes[EXPOSITION_OUTCOMES] = {
    [INTAKE_STORED] = "stored",      [INTAKE_KNOWN] = "known",     [INTAKE_CLOSED] = "closed",
    [INTAKE_NOT_FOUND] = "no_round", [INTAKE_INVALID] = "invalid", [INTAKE_BUSY] = "busy",
    [INTAKE_FAILED] = "failed",
};

struct writer {
    struct buffer *out;
    enum error error; /* the first */
};

static void begin(struct writer *writer, const char *name, const char *type, const char *help)
{
    if (!writer->error)
        writer->error = buffer_format(writer->out, "# HELP emotrack_%s %s\n# TYPE emotrack_%s %s\n",
                                      name, help, name, type);
}

/* `labels`: "" or "{...}". */
static void sample(struct writer *writer, const char *name, const char *labels, double value)
{
    char number[NUMBER_MAX];

    if (isnan(value))
        snprintf(number, sizeof number, "NaN");
    else if (isinf(value))
        snprintf(number, sizeof number, "%cInf", value > 0 ? '+' : '-');
    else
        snprintf(number, sizeof number, "%.15g", value);
    if (!writer->error)
        writer->error = buffer_format(writer->out, "emotrack_%s%s %s\n", name, labels, number);
}

static void single(struct writer *writer, const char *name, const char *type, const char *help,
                   double value)
{
    begin(writer, name, type, help);
    sample(writer, name, "", value);
}

static void write_round(struct writer *writer, const struct server_status *status)
{
    single(writer, "round", "gauge", "The present round.", (double)status->round);
    single(writer, "round_open", "gauge", "Whether it takes reports.",
           status->state && status->state[0] == 'o');
    single(writer, "round_reports", "gauge", "Reports counted in the present round.",
           (double)status->reports);
    single(writer, "round_reports_minimum", "gauge", "Reports without which it is not opened.",
           status->minimum);
    single(writer, "noise_multiplier", "gauge", "Noise on every sum, z; 0: none.", status->noise);
    single(writer, "epsilon_contribution", "gauge", "Privacy loss of one contribution.",
           status->epsilon_each);
    single(writer, "epsilon_device", "gauge", "Privacy loss of all contributions of a device.",
           status->epsilon_all);
}

static void write_models(struct writer *writer, const struct server_status *status)
{
    char label[NUMBER_MAX];

    single(writer, "model_version", "gauge", "The published model.", status->model);
    begin(writer, "model_accuracy", "gauge", "On the validation file, by version.");
    for (size_t i = 0; i < status->model_count; i++) {
        snprintf(label, sizeof label, "{version=\"%" PRIu32 "\"}", status->models[i].version);
        if (!isnan(status->models[i].accuracy))
            sample(writer, "model_accuracy", label, status->models[i].accuracy);
    }
    begin(writer, "model_macro_f1", "gauge", "On the validation file, by version.");
    for (size_t i = 0; i < status->model_count; i++) {
        snprintf(label, sizeof label, "{version=\"%" PRIu32 "\"}", status->models[i].version);
        if (!isnan(status->models[i].macro_f1))
            sample(writer, "model_macro_f1", label, status->models[i].macro_f1);
    }
}

static void write_face(struct writer *writer, const struct face_counts *counts)
{
    char label[NUMBER_MAX];

    single(writer, "reports_waiting", "gauge", "Reports that wait to be made durable.",
           (double)counts->waiting);
    begin(writer, "reports_total", "counter", "Reports received, by what became of them.");
    for (int i = 0; i < EXPOSITION_OUTCOMES; i++) {
        snprintf(label, sizeof label, "{outcome=\"%s\"}", outcomes[i]);
        sample(writer, "reports_total", label, (double)counts->reports[i]);
    }
    begin(writer, "http_replies_total", "counter", "Replies, by class of status.");
    for (int i = 2; i <= 5; i++) {
        snprintf(label, sizeof label, "{class=\"%dxx\"}", i);
        sample(writer, "http_replies_total", label, (double)counts->replies[i]);
    }
    single(writer, "http_connections", "gauge", "Connections now.",
           (double)counts->connections.now);
    single(writer, "http_connections_total", "counter", "Connections accepted.",
           (double)counts->connections.accepted);
    single(writer, "http_connections_late_total", "counter", "Shut down at their deadline.",
           (double)counts->connections.late);
    single(writer, "http_connections_displaced_total", "counter", "Shut down to make room.",
           (double)counts->connections.displaced);
    single(writer, "http_connections_turned_away_total", "counter",
           "Not accepted because of their address's limits.", (double)counts->turned_away);
}

enum error exposition_write(const struct server_status *status, const struct face_counts *counts,
                            struct buffer *out)
{
    struct writer writer = {.out = out, .error = ERROR_NONE};

    write_round(&writer, status);
    write_models(&writer, status);
    write_face(&writer, counts);
    return writer.error;
}
