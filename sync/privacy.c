#include "sync/privacy.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>

/* ---- the accountant ---- */

double privacy_rho(double z)
{
    assert(z >= 0);
    return z > 0 ? 1 / (2 * z * z) : HUGE_VAL;
}

/* Proposition 12, solved for epsilon; `excess` is alpha - 1. */
static double epsilon_at(double excess, double rho, double delta)
{
    double alpha = 1 + excess;

    return alpha * rho - log1p(1 / excess) - (log(delta) + log(alpha)) / excess;
}

double privacy_epsilon(double rho, double delta)
{
    /* Natural logarithms of alpha - 1. Every alpha gives a true epsilon: a search that stops early
     * errs on the safe side. */
    double low = -30, high = 60;

    assert(rho >= 0 && delta > 0 && delta < 1);
    if (rho == 0)
        return 0;
    if (isinf(rho))
        return HUGE_VAL;
    while (high - low > 1e-9) {
        double third = (high - low) / 3;

        if (epsilon_at(exp(low + third), rho, delta) < epsilon_at(exp(high - third), rho, delta))
            high -= third;
        else
            low += third;
    }
    return fmax(0, epsilon_at(exp(low), rho, delta));
}

/* ---- the discrete Gaussian ---- */

typedef unsigned __int128 wide;

/* A probability's exponent: over / under. */
struct fraction {
    wide over, under;
};

/* Uniform in 0..bound-1. */
static wide wide_below(struct random *random, wide bound)
{
    wide mask = bound - 1, value;

    if (bound <= UINT64_MAX)
        return random_below(random, (uint64_t)bound);
    for (unsigned shift = 1; shift < 128; shift *= 2)
        mask |= mask >> shift;
    do
        value = ((wide)random_u64(random) << 64 | random_u64(random)) & mask;
    while (value >= bound);
    return value;
}

/* Algorithm 1 for an exponent of at most 1: true with probability exp(-over / under). */
static bool survives_once(struct random *random, struct fraction exponent)
{
    uint64_t k = 1;

    while (random_below(random, k) == 0 && wide_below(random, exponent.under) < exponent.over)
        k++;
    return k % 2 == 1;
}

static bool survives(struct random *random, struct fraction exponent)
{
    for (; exponent.over > exponent.under; exponent.over -= exponent.under)
        if (!survives_once(random, (struct fraction){1, 1}))
            return false;
    return survives_once(random, exponent);
}

/* Algorithm 2: the absolute value and, beside it, the sign of a discrete Laplace of scale t. */
static uint64_t discrete_laplace(struct random *random, uint64_t t, bool *negative)
{
    for (;;) {
        uint64_t value = random_below(random, t);

        if (!survives_once(random, (struct fraction){value, t}))
            continue;
        while (survives_once(random, (struct fraction){1, 1}))
            value += t;
        *negative = random_below(random, 2);
        if (value != 0 || !*negative)
            return value;
    }
}

/* The integer part of the square root. */
static uint64_t whole_root(uint64_t of)
{
    uint64_t root = 0;

    for (uint64_t bit = UINT64_C(1) << 31; bit > 0; bit /= 2)
        if ((root + bit) * (root + bit) <= of)
            root += bit;
    return root;
}

int64_t privacy_discrete_gaussian(struct random *random, uint64_t numerator, uint64_t denominator)
{
    struct fraction exponent;
    uint64_t t;

    assert(numerator > 0 && numerator <= PRIVACY_NUMERATOR_MAX);
    assert(denominator > 0 && denominator <= PRIVACY_DENOMINATOR_MAX);
    t = whole_root(numerator / denominator) + 1;
    exponent.under = (wide)2 * numerator * denominator * t * t;
    for (;;) {
        bool negative;
        uint64_t value = discrete_laplace(random, t, &negative);
        wide at = (wide)value * denominator * t;
        wide distance = at > numerator ? at - numerator : numerator - at;

        /* So far out (a chance of e^-1024 to come here, and of e^-500000 to be taken) the numbers
         * below would not be true. */
        if (value / t > 1024)
            continue;
        exponent.over = distance * distance;
        if (survives(random, exponent))
            return negative ? -(int64_t)value : (int64_t)value;
    }
}

void privacy_add_noise(struct random *random, double z, uint32_t w, int64_t *sum, size_t count)
{
    uint64_t parts, numerator, denominator = PRIVACY_DENOMINATOR_MAX;

    assert(z >= 0 && z <= PRIVACY_NOISE_MAX && w > 0 && w <= PRIVACY_VOTES_MAX);
    parts = (uint64_t)ceil(z * 1024);
    if (parts == 0)
        return;
    numerator = parts * parts * w;
    for (; numerator % 2 == 0 && denominator > 1; denominator /= 2)
        numerator /= 2;
    for (size_t i = 0; i < count; i++)
        sum[i] += privacy_discrete_gaussian(random, numerator, denominator);
}
