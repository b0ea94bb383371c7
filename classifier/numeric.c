#include "classifier/numeric.h"

#include <stdint.h>
#include <string.h>

static const double LN2_HIGH = 0x1.62e42fee00000p-1, LN2_LOW = 0x1.a39ef35793c76p-33;

/* Two numbers at once, where the processor can. */
typedef double pair __attribute__((vector_size(16)));
typedef int64_t pair_bits __attribute__((vector_size(16)));

/* x = k ln 2 + r, |r| <= ln 2 / 2, and exp(r) by its Taylor series. x <= 700. */
static pair exp_pair(pair x)
{
    const double shift = 0x1.8p52; /* added to a number it leaves no place for a fraction */
    pair shifted = x * 1.4426950408889634 + shift, k = shifted - shift, r, sum;
    pair_bits power = ((pair_bits)shifted + 1023) << 52; /* of 2^k */

    r = (x - k * LN2_HIGH) - k * LN2_LOW;
    sum = r * (1.0 / 39916800) + 1.0 / 3628800;
    sum = sum * r + 1.0 / 362880;
    sum = sum * r + 1.0 / 40320;
    sum = sum * r + 1.0 / 5040;
    sum = sum * r + 1.0 / 720;
    sum = sum * r + 1.0 / 120;
    sum = sum * r + 1.0 / 24;
    sum = sum * r + 1.0 / 6;
    sum = sum * r + 0.5;
    sum = sum * r + 1;
    sum = sum * r + 1;
    return (pair)((pair_bits)(sum * (pair)power) & (x >= -700));
}

double numeric_exp(double x)
{
    return exp_pair((pair){x > 700 ? 700 : x})[0];
}

/* x = m 2^k, m in [sqrt 1/2, sqrt 2), and ln m = 2 artanh((m - 1) / (m + 1)) by its series. */
double numeric_log(double x)
{
    uint64_t bits;
    double m, s, square, sum = 0;
    int k, term;

    memcpy(&bits, &x, sizeof bits);
    k = (int)(bits >> 52) - 1022;
    bits = (bits & 0xFFFFFFFFFFFFF) | 0x3FE0000000000000;
    memcpy(&m, &bits, sizeof m);
    if (m < 0.70710678118654752) {
        m *= 2;
        k--;
    }
    s = (m - 1) / (m + 1);
    square = s * s;
    for (term = 19; term >= 1; term -= 2)
        sum = sum * square + 1.0 / term;
    return k * LN2_HIGH + (2 * s * sum + k * LN2_LOW);
}

/* The probabilities; returns the greatest scale * score, `*sum`: of exp(scale * score - that). */
static double probabilities(const float *score, int count, double scale, double *probability,
                            double *sum)
{
    double best = scale * (double)score[0];
    int i;

    for (i = 1; i < count; i++)
        best = scale * (double)score[i] > best ? scale * (double)score[i] : best;
    for (i = 0; i + 1 < count; i += 2) {
        pair both = {scale * (double)score[i] - best, scale * (double)score[i + 1] - best};

        both = exp_pair(both);
        memcpy(probability + i, &both, sizeof both);
    }
    if (i < count)
        probability[i] = numeric_exp(scale * (double)score[i] - best);
    *sum = 0;
    for (i = 0; i < count; i++)
        *sum += probability[i];
    for (i = 0; i < count; i++)
        probability[i] /= *sum;
    return best;
}

void numeric_probabilities(const float *score, int count, double scale, double *probability)
{
    double sum;

    probabilities(score, count, scale, probability, &sum);
}

double numeric_softmax(const float *score, int count, double scale, double *probability)
{
    double sum, best = probabilities(score, count, scale, probability, &sum);

    return best + numeric_log(sum);
}
