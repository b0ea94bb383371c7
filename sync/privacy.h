#ifndef EMOTRACK_SYNC_PRIVACY_H
#define EMOTRACK_SYNC_PRIVACY_H

#include "base/error.h"
#include "sync/random.h"

#include <stddef.h>
#include <stdint.h>

/* What contributions give away, and the noise that hides them. Source: Canonne, Kamath and
 * Steinke, "The Discrete Gaussian for Differential Privacy" (2020).
 *
 * A contribution is at most w votes of +-1 on different coordinates, so replacing it by the empty
 * one moves the sum by at most sqrt(w) (L2). Noise of scale z sqrt(w) makes one contribution
 * (1 / (2 z^2))-zCDP (Theorem 4); contributions add up. */

#define PRIVACY_DELTA 1e-6

/* Within these bounds every number of the sampler fits 128 bits. */
#define PRIVACY_NOISE_MAX       1024.0              /* z */
#define PRIVACY_VOTES_MAX       4096                /* w */
#define PRIVACY_DENOMINATOR_MAX (UINT64_C(1) << 20) /* z^2 is a multiple of 1/2^20 */
#define PRIVACY_NUMERATOR_MAX   (UINT64_C(1) << 52)

/* zCDP's rho of one contribution at noise multiplier z; infinite for z = 0. */
double privacy_rho(double z);

/* The least epsilon for which rho-zCDP gives (epsilon, delta)-DP by Proposition 12 (the optimal
 * alpha is searched for): 0 for rho 0, infinite for rho infinite. 0 < delta < 1. */
double privacy_epsilon(double rho, double delta);

/* Adds noise of scale z sqrt(w) (the discrete Gaussian, sampled exactly: Algorithm 3, in integer
 * arithmetic) to each of `count` sums. z is rounded up to a multiple of 1/1024; 0 adds nothing. */
void privacy_add_noise(struct random *random, double z, uint32_t w, int64_t *sum, size_t count);

/* One draw with variance parameter `numerator / denominator` (sigma squared), each at least 1 and
 * at most its PRIVACY_..._MAX. */
int64_t privacy_discrete_gaussian(struct random *random, uint64_t numerator, uint64_t denominator);

#endif
