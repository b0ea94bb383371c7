#include "classifier/quadratic.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { SWEEPS = 12, WIDTH_MAX = 1024 };

static const float REACH = 6;      /* how far a weight moves, times the feature's largest value */
static const float TINY = 1e-20F;  /* in place of a divisor that may be 0 */
static const float FLOOR = 1e-6F;  /* of a curvature, as a part of the greatest that it can be */
static const double ENOUGH = 0.05; /* the part of the first sweep's motion that ends the descent */

static bool make_past(struct quadratic *quadratic)
{
    size_t cells = quadratic->columns->count * quadratic->width;
    bool failed = false;

    for (int i = 0; i < PAST; i++) {
        quadratic->past_next[i] = calloc(cells, sizeof(float));
        quadratic->past_change[i] =
            calloc(quadratic->columns->rows * quadratic->width + 1, sizeof(float));
        failed |= !quadratic->past_next[i] || !quadratic->past_change[i];
    }
    return !failed;
}

enum error quadratic_make(const struct columns *columns, int labels, const double *penalty,
                          double ridge, struct quadratic *out)
{
    size_t width = ((size_t)labels + EIGHT - 1) / EIGHT * EIGHT;
    size_t cells = columns->count * width, scores = columns->rows * width + 1;

    *out = (struct quadratic){
        .columns = columns,
        .labels = labels,
        .width = width,
        .penalty = penalty,
        .ridge = ridge,
        .probability = calloc(scores, sizeof(float)),
        .gradient = calloc(cells, sizeof(float)),
        .curvature = calloc(cells, sizeof(float)),
        .weights = calloc(cells, sizeof(float)),
        .next = calloc(cells, sizeof(float)),
        .change = calloc(scores, sizeof(float)),
        .active = calloc(columns->count, sizeof(uint32_t)),
    };
    if (!make_past(out) || !out->probability || !out->gradient || !out->curvature ||
        !out->weights || !out->next || !out->change || !out->active)
        return error_raise_plain(ERROR_NO_MEMORY);
    return ERROR_NONE;
}

void quadratic_free(struct quadratic *quadratic)
{
    free(quadratic->probability);
    free(quadratic->gradient);
    free(quadratic->curvature);
    free(quadratic->weights);
    free(quadratic->next);
    free(quadratic->change);
    free(quadratic->active);
    for (int i = 0; i < PAST; i++) {
        free(quadratic->past_next[i]);
        free(quadratic->past_change[i]);
    }
    *quadratic = (struct quadratic){0};
}

/* One feature: what a step of it has to go by. */
struct block {
    size_t column;
    int labels;
    float penalty, ridge, reach;
    const float *curvature; /* m */
    const float *weights;
    const float *next;
    float total;                           /* sum m */
    _Alignas(four) float slope[WIDTH_MAX]; /* of the smooth part, the ridge aside */
    _Alignas(four) float to[WIDTH_MAX];    /* where next goes */
    _Alignas(four) float step[WIDTH_MAX];  /* to - next */
};

/* What follows is compiled for the least width, too: nearly all the time goes there. */
#define KNOWN_WIDTH static inline __attribute__((always_inline))

KNOWN_WIDTH float sum_of(four x)
{
    return (x[0] + x[2]) + (x[1] + x[3]);
}

KNOWN_WIDTH four at(const float *line, size_t lane)
{
    return *(const four *)(line + lane);
}

KNOWN_WIDTH void put(float *line, size_t lane, four x)
{
    *(four *)(line + lane) = x;
}

/* slope = gradient + sum_i x change[i] */
KNOWN_WIDTH void fill_slope(const struct quadratic *quadratic, struct block *block, size_t width)
{
    const struct columns *columns = quadratic->columns;
    size_t end = columns->start[block->column + 1];
    const float *gradient = quadratic->gradient + block->column * width;

    for (size_t lane = 0; lane < width; lane += EIGHT) {
        four low = at(gradient, lane), high = at(gradient, lane + 4);

        for (size_t i = columns->start[block->column]; i < end; i++) {
            const float *change = quadratic->change + columns->row[i] * width;

            low += columns->value[i] * at(change, lane);
            high += columns->value[i] * at(change, lane + 4);
        }
        put(block->slope, lane, low);
        put(block->slope, lane + 4, high);
    }
}

/* change[i] += x (diag(p) - p p') step, for the rows of the feature */
KNOWN_WIDTH void add_step(struct quadratic *quadratic, const struct block *block, size_t width)
{
    const struct columns *columns = quadratic->columns;
    size_t end = columns->start[block->column + 1];

    for (size_t i = columns->start[block->column]; i < end; i++) {
        const float *p = quadratic->probability + columns->row[i] * width;
        float *change = quadratic->change + columns->row[i] * width;
        float x = columns->value[i], mean;
        four sum = {0};

        for (size_t lane = 0; lane < width; lane += EIGHT)
            sum +=
                at(p, lane) * at(block->step, lane) + at(p, lane + 4) * at(block->step, lane + 4);
        mean = sum_of(sum);
        for (size_t lane = 0; lane < width; lane += EIGHT) {
            four low = at(block->step, lane) - mean, high = at(block->step, lane + 4) - mean;

            put(change, lane, at(change, lane) + x * (at(p, lane) * low));
            put(change, lane + 4, at(change, lane + 4) + x * (at(p, lane + 4) * high));
        }
    }
}

static float larger(float a, float b)
{
    return a > b ? a : b;
}

static float clamp(float x, float low, float high)
{
    return x < low ? low : x > high ? high : x;
}

/* Label after label to its minimum, the others held. */
KNOWN_WIDTH void step_penalised(struct block *block)
{
    float along = 0, share = 1 / block->total; /* along: m . step */

    for (int pass = 0; pass < 2; pass++)
        for (int label = 0; label < block->labels; label++) {
            float m = block->curvature[label], from = block->to[label], curvature, to;
            float slope = block->slope[label] + m * (from - block->next[label] - along * share);

            if (from == 0 && fabsf(slope) <= block->penalty)
                continue;
            curvature = larger(m * (1 - m * share), FLOOR * block->total);
            to = curvature * from - slope;
            to = to > block->penalty    ? to - block->penalty
                 : to < -block->penalty ? to + block->penalty
                                        : 0;
            to = clamp(to / (curvature + block->ridge), block->weights[label] - block->reach,
                       block->weights[label] + block->reach);
            along += m * (to - from);
            block->to[label] = to;
        }
}

/* All labels to their joint minimum, by the formula of Sherman and Morrison, or as far towards it
 * as the reach lets them. */
KNOWN_WIDTH void step_smooth(struct block *block, size_t width)
{
    float ridge = block->ridge + FLOOR * block->total, along, part = 1;
    four moved = {0}, rest = {TINY};

    for (size_t lane = 0; lane < width; lane += 4) {
        four m = at(block->curvature, lane), share = m / (m + ridge);
        four slope = at(block->slope, lane) + block->ridge * at(block->next, lane);

        put(block->step, lane, slope / (m + ridge));
        moved += slope * share;
        rest += ridge * share;
    }
    along = block->ridge > 0 ? sum_of(moved) / sum_of(rest) : 0;
    for (size_t lane = 0; lane < width; lane += 4) {
        four m = at(block->curvature, lane);

        put(block->step, lane, -at(block->step, lane) - along * (m / (m + ridge)));
    }
    for (int label = 0; label < block->labels; label++) {
        float step = block->step[label], moved_before = block->next[label] - block->weights[label];
        float room = block->reach - (step > 0 ? moved_before : -moved_before);

        if (fabsf(step) * part > room)
            part = larger(room, 0) / fabsf(step);
    }
    for (size_t lane = 0; lane < width; lane += 4)
        put(block->to, lane, at(block->next, lane) + part * at(block->step, lane));
}

KNOWN_WIDTH void fill_block(const struct quadratic *quadratic, size_t column, struct block *block,
                            size_t width)
{
    bool bias = column + 1 == quadratic->columns->count;
    four total = {0};

    block->column = column;
    block->labels = quadratic->labels;
    block->penalty = bias ? 0 : (float)quadratic->penalty[column];
    block->ridge = bias ? 0 : (float)quadratic->ridge;
    block->reach = REACH / larger(quadratic->columns->largest[column], TINY);
    block->curvature = quadratic->curvature + column * width;
    block->weights = quadratic->weights + column * width;
    block->next = quadratic->next + column * width;
    for (size_t lane = 0; lane < width; lane += 4) {
        total += at(block->curvature, lane);
        put(block->to, lane, at(block->next, lane));
    }
    block->total = sum_of(total) + TINY;
    fill_slope(quadratic, block, width);
}

/* Moves one feature's weights to about their minimum. Returns the motion: sum m step^2. */
KNOWN_WIDTH double descend_width(struct quadratic *quadratic, size_t column, size_t width)
{
    struct block block;
    four motion = {0};

    fill_block(quadratic, column, &block, width);
    if (block.penalty > 0)
        step_penalised(&block);
    else
        step_smooth(&block, width);
    if (memcmp(block.to, block.next, width * sizeof(float)) == 0)
        return 0;
    for (size_t lane = 0; lane < width; lane += 4) {
        four step = at(block.to, lane) - at(block.next, lane);

        put(block.step, lane, step);
        motion += at(block.curvature, lane) * step * step;
        put(quadratic->next + column * width, lane, at(block.to, lane));
    }
    add_step(quadratic, &block, width);
    return (double)sum_of(motion);
}

static double descend(struct quadratic *quadratic, size_t column)
{
    return quadratic->width == EIGHT ? descend_width(quadratic, column, EIGHT)
                                     : descend_width(quadratic, column, quadratic->width);
}

/* The model's value, relative to the weights. The quadratic form is a sum over rows: change is
 * p (z - p . z), z = X d, and z' change is sum p (z - p . z)^2. */
static double value(const struct quadratic *quadratic)
{
    size_t width = quadratic->width, scores = quadratic->columns->rows * width;
    double form = 0, rest = 0;

    for (size_t i = 0; i < scores; i++)
        if (quadratic->probability[i] > 0)
            form +=
                (double)(quadratic->change[i] * quadratic->change[i] / quadratic->probability[i]);
    for (size_t i = 0; i < quadratic->active_count; i++) {
        size_t column = quadratic->active[i], at = column * width;
        bool bias = column + 1 == quadratic->columns->count;
        double penalty = bias ? 0 : quadratic->penalty[column];
        double ridge = bias ? 0 : quadratic->ridge;

        for (size_t cell = at; cell < at + width; cell++) {
            double from = (double)quadratic->weights[cell], to = (double)quadratic->next[cell];

            rest += (double)quadratic->gradient[cell] * (to - from) +
                    penalty * (fabs(to) - fabs(from)) + ridge / 2 * (to * to - from * from);
        }
    }
    return form / 2 + rest;
}

static void keep(struct quadratic *quadratic)
{
    size_t width = quadratic->width;
    int at = quadratic->past++;

    for (size_t i = 0; i < quadratic->active_count; i++)
        memcpy(quadratic->past_next[at] + i * width, quadratic->next + quadratic->active[i] * width,
               width * sizeof(float));
    memcpy(quadratic->past_change[at], quadratic->change,
           quadratic->columns->rows * width * sizeof(float));
}

/* next and change from the past ones, each times its share. */
static void combine(struct quadratic *quadratic, const float share[PAST])
{
    size_t width = quadratic->width, scores = quadratic->columns->rows * width;

    for (size_t i = 0; i < quadratic->active_count; i++)
        for (size_t lane = 0; lane < width; lane++) {
            float sum = 0;

            for (int k = 0; k < PAST; k++)
                sum += share[k] * quadratic->past_next[k][i * width + lane];
            quadratic->next[quadratic->active[i] * width + lane] = sum;
        }
    for (size_t i = 0; i < scores; i++) {
        float sum = 0;

        for (int k = 0; k < PAST; k++)
            sum += share[k] * quadratic->past_change[k][i];
        quadratic->change[i] = sum;
    }
}

/* products[a][b] = the inner product of the a-th and the b-th last motion in the metric m. */
static void multiply(const struct quadratic *quadratic, double products[PAST - 1][PAST])
{
    size_t width = quadratic->width;

    for (size_t i = 0; i < quadratic->active_count * width; i++) {
        size_t column = quadratic->active[i / width];
        double m = (double)quadratic->curvature[column * width + i % width], motion[PAST - 1];

        for (int k = 0; k + 1 < PAST; k++)
            motion[k] = (double)quadratic->past_next[k + 1][i] - (double)quadratic->past_next[k][i];
        for (int a = 0; a + 1 < PAST; a++)
            for (int b = 0; b <= a; b++)
                products[a][b] += m * motion[a] * motion[b];
    }
    for (int a = 0; a + 1 < PAST; a++)
        for (int b = 0; b < a; b++)
            products[b][a] = products[a][b];
}

/* The shares, of sum 1, with which the motions would cancel out best: the solution of
 * products share = 1, scaled. (Gauss and Jordan; the matrix is positive definite.) */
static void solve(double products[PAST - 1][PAST], float share[PAST])
{
    const int count = PAST - 1;
    double trace = 0, sum = 0;

    for (int a = 0; a < count; a++)
        trace += products[a][a];
    for (int a = 0; a < count; a++) {
        products[a][a] += 1e-10 * trace;
        products[a][count] = 1;
    }
    for (int a = 0; a < count; a++)
        for (int b = 0; b < count; b++) {
            double factor = products[b][a] / products[a][a];

            for (int c = a; c <= count && b != a; c++)
                products[b][c] -= factor * products[a][c];
        }
    for (int a = 0; a < count; a++)
        sum += products[a][count] / products[a][a];
    share[0] = 0;
    for (int a = 0; a < count; a++)
        share[a + 1] = (float)(products[a][count] / products[a][a] / sum);
}

/* Goes to where the past sweeps lead, if that is lower. */
static void extrapolate(struct quadratic *quadratic)
{
    static const float last[PAST] = {[PAST - 1] = 1};
    double products[PAST - 1][PAST] = {{0}}, before = value(quadratic);
    float share[PAST];

    multiply(quadratic, products);
    solve(products, share);
    combine(quadratic, share);
    if (!(value(quadratic) < before))
        combine(quadratic, last);
    quadratic->past = 0;
    keep(quadratic);
}

double quadratic_minimise(struct quadratic *quadratic)
{
    size_t width = quadratic->width;
    double first = 0;

    memcpy(quadratic->next, quadratic->weights,
           quadratic->columns->count * width * sizeof *quadratic->next);
    memset(quadratic->change, 0, quadratic->columns->rows * width * sizeof *quadratic->change);
    quadratic->past = 0;
    for (int sweep = 0; sweep < SWEEPS; sweep++) {
        double motion = 0;

        if (quadratic->past == PAST)
            extrapolate(quadratic);
        for (size_t i = quadratic->active_count; i > 0; i--)
            motion += descend(quadratic, quadratic->active[i - 1]);
        if (sweep == 0)
            first = motion;
        else if (motion <= ENOUGH * first)
            break;
        keep(quadratic);
    }
    return value(quadratic);
}
