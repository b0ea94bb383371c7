#include "classifier/usage.h"

#include "classifier/numeric.h"

#include <math.h>
#include <string.h>

/* A ratio of said to expected counts as if there had been PRIOR more of both; what is less than
 * e^SILENT in either direction is chance, or an emotion that words tell better. Tuned with the
 * learner's. */
static const float PRIOR = 1, SILENT = 1, GAIN = 3;

void usage_clear(struct usage *usage, int labels)
{
    for (int guess = 0; guess < labels; guess++) {
        memset(usage->said[guess], 0, sizeof usage->said[guess]);
        memset(usage->expected[guess], 0, sizeof usage->expected[guess]);
        memset(usage->shift[guess], 0, sizeof usage->shift[guess]);
    }
    usage->shifts = false;
}

void usage_add(struct usage *usage, int labels, const double *guess, const double *probability,
               int label)
{
    for (int i = 0; i < labels; i++) {
        usage->said[i][label] += (float)guess[i];
        for (int j = 0; j < labels; j++)
            usage->expected[i][j] += (float)(guess[i] * probability[j]);
    }
    usage_settle(usage, labels);
}

static float shift_of(float said, float expected)
{
    double ratio = (double)((said + PRIOR) / (expected + PRIOR));
    float evidence = ratio > 0 && ratio < HUGE_VAL ? (float)numeric_log(ratio) : 0;
    float size = fabsf(evidence) - SILENT;

    return size > 0 ? copysignf(GAIN * size, evidence) : 0;
}

void usage_settle(struct usage *usage, int labels)
{
    usage->shifts = false;
    for (int i = 0; i < labels; i++)
        for (int j = 0; j < labels; j++) {
            usage->shift[i][j] = shift_of(usage->said[i][j], usage->expected[i][j]);
            usage->shifts |= usage->shift[i][j] != 0;
        }
}

void usage_offset(const struct usage *usage, int labels, const double *guess, float *offset)
{
    for (int j = 0; j < labels; j++) {
        offset[j] = 0;
        for (int i = 0; i < labels; i++)
            offset[j] += (float)guess[i] * usage->shift[i][j];
    }
}
