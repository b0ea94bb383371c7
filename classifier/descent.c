#include "classifier/descent.h"

#include "classifier/solver.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

static const float REACH = 6;     /* how far a weight moves, times the feature's largest value */
static const float TINY = 1e-20F; /* in place of a divisor that may be 0 */
static const float FLOOR = 1e-6F; /* of a curvature, as a part of the greatest that it can be */

/* One feature: what a step of it has to go by. */
struct block {
    size_t column;
    float penalty, ridge, reach;
    const float *curvature; /* m */
    const float *weights;
    const float *next;
    float total;                                   /* sum m */
    _Alignas(four) float slope[SOLVER_LABELS_MAX]; /* of the smooth part, the ridge aside */
    _Alignas(four) float to[SOLVER_LABELS_MAX];    /* where next goes */
    _Alignas(four) float step[SOLVER_LABELS_MAX];  /* to - next */
};

/* What follows is compiled for the least width, too: nearly all the time goes there. */
#define KNOWN_WIDTH static inline __attribute__((always_inline))

KNOWN_WIDTH float sum_of(four x)
{
    return (x[0] + x[2]) + (x[1] + x[3]);
}

KNOWN_WIDTH four get(const float *line, size_t lane)
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
        four low = get(gradient, lane), high = get(gradient, lane + 4);

        for (size_t i = columns->start[block->column]; i < end; i++) {
            const float *change = quadratic->change + columns->row[i] * width;

            low += columns->value[i] * get(change, lane);
            high += columns->value[i] * get(change, lane + 4);
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
            sum += get(p, lane) * get(block->step, lane) +
                   get(p, lane + 4) * get(block->step, lane + 4);
        mean = sum_of(sum);
        for (size_t lane = 0; lane < width; lane += EIGHT) {
            four low = get(block->step, lane) - mean, high = get(block->step, lane + 4) - mean;

            put(change, lane, get(change, lane) + x * (get(p, lane) * low));
            put(change, lane + 4, get(change, lane + 4) + x * (get(p, lane + 4) * high));
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
KNOWN_WIDTH void step_penalised(struct block *block, size_t width)
{
    float along = 0, share = 1 / block->total; /* along: m . step */

    for (int pass = 0; pass < 2; pass++)
        for (size_t label = 0; label < width; label++) {
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
        four m = get(block->curvature, lane), share = m / (m + ridge);
        four slope = get(block->slope, lane) + block->ridge * get(block->next, lane);

        put(block->step, lane, slope / (m + ridge));
        moved += slope * share;
        rest += ridge * share;
    }
    along = block->ridge > 0 ? sum_of(moved) / sum_of(rest) : 0;
    for (size_t lane = 0; lane < width; lane += 4) {
        four m = get(block->curvature, lane);

        put(block->step, lane, -get(block->step, lane) - along * (m / (m + ridge)));
    }
    for (size_t label = 0; label < width; label++) {
        float step = block->step[label], moved_before = block->next[label] - block->weights[label];
        float room = block->reach - (step > 0 ? moved_before : -moved_before);

        if (fabsf(step) * part > room)
            part = larger(room, 0) / fabsf(step);
    }
    for (size_t lane = 0; lane < width; lane += 4)
        put(block->to, lane, get(block->next, lane) + part * get(block->step, lane));
}

KNOWN_WIDTH void fill_block(const struct quadratic *quadratic, size_t column, struct block *block,
                            size_t width)
{
    bool bias = column + 1 == quadratic->columns->count;
    four total = {0};

    block->column = column;
    block->penalty = bias ? 0 : (float)quadratic->penalty[column];
    block->ridge = bias ? 0 : (float)quadratic->ridge;
    block->reach = REACH / larger(quadratic->columns->largest[column], TINY);
    block->curvature = quadratic->curvature + column * width;
    block->weights = quadratic->weights + column * width;
    block->next = quadratic->next + column * width;
    for (size_t lane = 0; lane < width; lane += 4) {
        total += get(block->curvature, lane);
        put(block->to, lane, get(block->next, lane));
    }
    block->total = sum_of(total) + TINY;
    fill_slope(quadratic, block, width);
}

KNOWN_WIDTH double step_of_width(struct quadratic *quadratic, size_t column, size_t width)
{
    struct block block;
    four motion = {0};

    fill_block(quadratic, column, &block, width);
    if (block.penalty > 0)
        step_penalised(&block, width);
    else
        step_smooth(&block, width);
    if (memcmp(block.to, block.next, width * sizeof(float)) == 0)
        return 0;
    for (size_t lane = 0; lane < width; lane += 4) {
        four step = get(block.to, lane) - get(block.next, lane);

        put(block.step, lane, step);
        motion += get(block.curvature, lane) * step * step;
        put(quadratic->next + column * width, lane, get(block.to, lane));
    }
    add_step(quadratic, &block, width);
    return (double)sum_of(motion);
}

double descent_step(struct quadratic *quadratic, size_t column)
{
    return quadratic->width == EIGHT ? step_of_width(quadratic, column, EIGHT)
                                     : step_of_width(quadratic, column, quadratic->width);
}
