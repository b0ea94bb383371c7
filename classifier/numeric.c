#include "classifier/numeric.h"

#include <stdint.h>
#include <string.h>

static const double LN2_HIGH = 0x1.62e42fee00000p-1, LN2_LOW = 0x1.a39ef35793c76p-33;

static double power_of_two(int exponent)
{
    uint64_t bits = (uint64_t)(exponent + 1023) << 52;
    double value;

    memcpy(&value, &bits, sizeof value);
    return value;
}

/* x = k ln 2 + r, |r| <= ln 2 / 2, and exp(r) by its Taylor series. */
double numeric_exp(double x)
{
    double r, sum;
    int k;

    if (!(x >= -700))
        return 0;
    if (x > 700)
        x = 700;
    k = (int)(x * 1.4426950408889634 + (x < 0 ? -0.5 : 0.5));
    r = (x - k * LN2_HIGH) - k * LN2_LOW;
    sum = 1.0 / 39916800;
    sum = sum * r + 1.0 / 3628800;
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
    return sum * power_of_two(k);
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

double numeric_softmax(const float *score, int count, double scale, double *probability)
{
    double best = scale * score[0], sum = 0;
    int i;

    for (i = 1; i < count; i++)
        if (scale * score[i] > best)
            best = scale * score[i];
    for (i = 0; i < count; i++) {
        probability[i] = numeric_exp(scale * score[i] - best);
        sum += probability[i];
    }
    for (i = 0; i < count; i++)
        probability[i] /= sum;
    return best + numeric_log(sum);
}
