#include "sync/server/chart.h"

#include <inttypes.h>
#include <math.h>

/* The drawing's own units; the page makes it as wide as it has room. */
enum {
    WIDTH = 720,
    HEIGHT = 270,
    LEFT = 48,
    RIGHT = 700,
    TOP = 16,
    BOTTOM = 224,
    LABELS_MOST = 12 /* versions that are named below */
};

#define GRID 0.05 /* the lines' distance, and the least height of the scale is two of it */

struct scale {
    double least, most;
    double step; /* between grid lines */
    size_t count;
};

static double figure(const struct status_model *model, bool f1)
{
    return f1 ? model->macro_f1 : model->accuracy;
}

bool chart_has_figures(const struct server_status *status)
{
    for (size_t i = 0; i < status->model_count; i++)
        if (!isnan(status->models[i].accuracy) || !isnan(status->models[i].macro_f1))
            return true;
    return false;
}

/* From the grid line under the least figure to the one over the greatest. */
static struct scale scale_of(const struct server_status *status)
{
    struct scale scale = {.least = 1, .most = 0, .step = GRID, .count = status->model_count};

    for (size_t i = 0; i < status->model_count; i++) {
        scale.least = fmin(scale.least, fmin(status->models[i].accuracy, /* of a NaN and a number */
                                             status->models[i].macro_f1)); /* the number */
        scale.most = fmax(scale.most, fmax(status->models[i].accuracy, status->models[i].macro_f1));
    }
    scale.least = fmax(0, floor(scale.least / GRID) * GRID);
    scale.most = fmin(1, ceil(scale.most / GRID) * GRID);
    if (scale.most - scale.least < 2 * GRID) {
        scale.least = fmax(0, scale.least - GRID);
        scale.most = fmin(1, scale.least + 3 * GRID);
    }
    while ((scale.most - scale.least) / scale.step > 6.5)
        scale.step *= 2;
    return scale;
}

static double x_of(const struct scale *scale, size_t index)
{
    if (scale->count < 2)
        return (LEFT + RIGHT) / 2.0;
    return LEFT + 12 + (double)index * (RIGHT - LEFT - 24) / (double)(scale->count - 1);
}

static double y_of(const struct scale *scale, double value)
{
    return BOTTOM - (value - scale->least) / (scale->most - scale->least) * (BOTTOM - TOP);
}

static enum error write_grid(const struct scale *scale, struct buffer *out)
{
    enum error error = ERROR_NONE;

    for (double at = scale->least; at < scale->most + scale->step / 2 && !error;
         at += scale->step) {
        double y = y_of(scale, at);

        error = buffer_format(out,
                              "<line class=\"grid\" x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\"/>"
                              "<text class=\"axis\" x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%.2f"
                              "</text>\n",
                              LEFT, y, RIGHT, y, LEFT - 8, y + 4, at);
    }
    return error;
}

static enum error write_versions(const struct server_status *status, const struct scale *scale,
                                 struct buffer *out)
{
    size_t stride = (scale->count + LABELS_MOST - 1) / LABELS_MOST;
    enum error error = ERROR_NONE;

    for (size_t i = 0; i < scale->count && !error; i++)
        if ((scale->count - 1 - i) % stride == 0) /* the newest always */
            error = buffer_format(out,
                                  "<text class=\"axis\" x=\"%.1f\" y=\"%d\" "
                                  "text-anchor=\"middle\">%" PRIu32 "</text>\n",
                                  x_of(scale, i), BOTTOM + 20, status->models[i].version);
    return error;
}

/* One path; it starts anew behind a gap. */
static enum error write_line(const struct server_status *status, const struct scale *scale, bool f1,
                             struct buffer *out)
{
    enum error error = buffer_format(out, "<path class=\"line %s\" d=\"", f1 ? "f1" : "accuracy");
    bool drawing = false;

    for (size_t i = 0; i < scale->count && !error; i++) {
        double value = figure(&status->models[i], f1);

        if (!isnan(value))
            error = buffer_format(out, "%c%.1f %.1f", drawing ? 'L' : 'M', x_of(scale, i),
                                  y_of(scale, value));
        drawing = !isnan(value);
    }
    return error ? error : buffer_append_text(out, "\"/>\n");
}

static enum error write_dots(const struct server_status *status, const struct scale *scale, bool f1,
                             struct buffer *out)
{
    enum error error = ERROR_NONE;

    for (size_t i = 0; i < scale->count && !error; i++) {
        const struct status_model *model = &status->models[i];
        double value = figure(model, f1);

        if (!isnan(value))
            error = buffer_format(out,
                                  "<circle class=\"dot %s\" cx=\"%.1f\" cy=\"%.1f\" r=\"%s\">"
                                  "<title>model %" PRIu32 ": %s %.3f</title></circle>\n",
                                  f1 ? "f1" : "accuracy", x_of(scale, i), y_of(scale, value),
                                  model->current ? "5.5" : "3.5", model->version,
                                  f1 ? "macro-F1" : "accuracy", value);
    }
    return error;
}

enum error chart_write(const struct server_status *status, struct buffer *out)
{
    struct scale scale = scale_of(status);
    enum error error =
        buffer_format(out,
                      "<svg viewBox=\"0 0 %d %d\" role=\"img\" "
                      "aria-label=\"Accuracy and macro-F1 of each model version\">\n",
                      WIDTH, HEIGHT);

    if (!error)
        error = write_grid(&scale, out);
    if (!error)
        error = write_versions(status, &scale, out);
    for (int f1 = 0; f1 < 2 && !error; f1++) {
        error = write_line(status, &scale, f1, out);
        if (!error)
            error = write_dots(status, &scale, f1, out);
    }
    if (!error)
        error = buffer_format(out,
                              "<text class=\"axis\" x=\"%d\" y=\"%d\" text-anchor=\"middle\">"
                              "model version</text>\n</svg>\n",
                              (LEFT + RIGHT) / 2, HEIGHT - 6);
    return error;
}
