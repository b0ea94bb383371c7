#include "sync/server/optimizer.h"

#include "base/bytes.h"
#include "classifier/model_parts.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *const optimizer_names[] = {"fedavg", "fedavgm", "fedadam", "fedyogi", "kalman", NULL};

/* How far a device's change goes, for each unit of distance and of the n-gram's share of messages
 * times its squared idf: some four ratings each, the mean p (1 - p), the length of messages. */
static const double SLOPE = 0.003;

enum error optimizer_init(struct optimizer *optimizer, const struct optimizer_settings *settings,
                          uint32_t coordinates)
{
    *optimizer = (struct optimizer){.settings = *settings, .coordinates = coordinates};
    optimizer->m = calloc(coordinates, sizeof *optimizer->m);
    optimizer->v = calloc(coordinates, sizeof *optimizer->v);
    optimizer->slope = calloc(coordinates, sizeof *optimizer->slope);
    if (!optimizer->m || !optimizer->v || !optimizer->slope) {
        optimizer_free(optimizer);
        return error_raise_plain(ERROR_NO_MEMORY);
    }
    for (uint32_t i = 0; i < coordinates; i++)
        optimizer->v[i] = settings->tau * settings->tau;
    return ERROR_NONE;
}

void optimizer_free(struct optimizer *optimizer)
{
    free(optimizer->m);
    free(optimizer->v);
    free(optimizer->slope);
    *optimizer = (struct optimizer){0};
}

/* v follows the squares: in proportion to its distance from them (Adam), or by a step of the
 * square's own size towards them (Yogi). */
static double next_square(const struct optimizer_settings *settings, double v, double mean)
{
    double square = mean * mean, part = 1 - settings->beta2;

    if (settings->kind == OPTIMIZER_FEDADAM)
        return v + part * (square - v);
    return v - part * square * ((v > square) - (v < square));
}

static double adaptive_step(struct optimizer *optimizer, uint32_t i, double mean)
{
    const struct optimizer_settings *settings = &optimizer->settings;
    double *m = &optimizer->m[i], *v = &optimizer->v[i];

    *m = settings->beta1 * *m + (1 - settings->beta1) * mean;
    *v = next_square(settings, *v, mean);
    return settings->rate * *m / (sqrt(*v) + settings->tau);
}

/* The idf is 1 - ln(share of messages). */
static double slope_of(const struct manifest *manifest, double idf)
{
    return SLOPE * manifest->training.rate * manifest->training.passes * exp(1 - idf) * idf * idf;
}

/* Privacy's noise, and that of drawing at most w votes from among all coordinates. */
static double noise_of(const struct manifest *manifest, double reports)
{
    double z = manifest->noise, u = manifest->training.unit;

    return u * u * manifest->votes / reports *
           (z * z / reports + 1 / (double)manifest_coordinates(manifest));
}

void optimizer_look(struct optimizer *optimizer, const struct model *base,
                    const struct manifest *manifest, uint64_t reports)
{
    const struct model_parts *parts = model_parts(base);
    const struct optimizer_settings *settings = &optimizer->settings;

    if (settings->kind != OPTIMIZER_KALMAN)
        return;
    assert(optimizer->coordinates == manifest_coordinates(manifest) && reports > 0);
    optimizer->labels = manifest->labels;
    optimizer->noise = noise_of(manifest, (double)reports);
    for (uint32_t i = 0; i < manifest->block * manifest->labels; i++) {
        uint32_t feature = i / manifest->labels, label = i % manifest->labels;
        double weight = (double)parts->weights[(size_t)feature * parts->stride + label];

        optimizer->slope[i] = slope_of(manifest, (double)parts->vocabulary.idf[feature]);
        if (optimizer->steps == 0)
            optimizer->v[i] = pow(settings->tau * weight, 2);
    }
}

/* The mean change of a coordinate, without that of its n-gram's labels. */
static double centred(const double *mean, uint32_t i, uint32_t labels)
{
    const double *row = mean + i - i % labels;
    double sum = 0;

    for (uint32_t label = 0; label < labels; label++)
        sum += row[label];
    return mean[i] - sum / labels;
}

static double filter_step(struct optimizer *optimizer, uint32_t i, const double *mean)
{
    double *variance = &optimizer->v[i], slope = optimizer->slope[i], rate, gain;

    if (slope <= 0 || *variance <= 0)
        return 0;
    rate = optimizer->settings.rate;
    gain = *variance * slope / (slope * slope * *variance + optimizer->noise);
    *variance *= 1 - fmin(rate, 1) * gain * slope;
    return rate * gain * centred(mean, i, optimizer->labels);
}

void optimizer_step(struct optimizer *optimizer, const double *mean, double *step)
{
    const struct optimizer_settings *settings = &optimizer->settings;

    for (uint32_t i = 0; i < optimizer->coordinates; i++) {
        switch (settings->kind) {
        case OPTIMIZER_FEDAVG: step[i] = settings->rate * mean[i]; break;
        case OPTIMIZER_FEDAVGM:
            optimizer->m[i] = settings->beta1 * optimizer->m[i] + mean[i];
            step[i] = settings->rate * optimizer->m[i];
            break;
        case OPTIMIZER_FEDADAM:
        case OPTIMIZER_FEDYOGI: step[i] = adaptive_step(optimizer, i, mean[i]); break;
        case OPTIMIZER_KALMAN: step[i] = filter_step(optimizer, i, mean); break;
        }
    }
    optimizer->steps++;
}

/* ---- the state as bytes ----
 *
 * head     { magic, kind, coordinates: u32, 0, rate, beta1, beta2, tau: f64, steps: u64 }
 * m, v     f64 [coordinates] each */

enum { MAGIC = 0x314F4D45 /* "EMO1" */, AT_STEPS = 48, HEAD = 56, NUMBER = 8 /* bytes */ };

static size_t state_size(uint32_t coordinates)
{
    return HEAD + 2 * (size_t)NUMBER * coordinates;
}

static void put_head(const struct optimizer *optimizer, unsigned char head[HEAD])
{
    const struct optimizer_settings *settings = &optimizer->settings;

    memset(head, 0, HEAD);
    bytes_put_u32(head, MAGIC);
    bytes_put_u32(head + 4, settings->kind);
    bytes_put_u32(head + 8, optimizer->coordinates);
    bytes_put_f64(head + 16, settings->rate);
    bytes_put_f64(head + 24, settings->beta1);
    bytes_put_f64(head + 32, settings->beta2);
    bytes_put_f64(head + 40, settings->tau);
    bytes_put_u64(head + AT_STEPS, optimizer->steps);
}

enum error optimizer_save(const struct optimizer *optimizer, struct buffer *out)
{
    size_t count = optimizer->coordinates, size = state_size(optimizer->coordinates);
    enum error error = buffer_reserve(out, size);
    unsigned char *state;

    if (error)
        return error;
    state = (unsigned char *)out->data + out->length;
    put_head(optimizer, state);
    for (size_t i = 0; i < count; i++) {
        bytes_put_f64(state + HEAD + i * NUMBER, optimizer->m[i]);
        bytes_put_f64(state + HEAD + (count + i) * NUMBER, optimizer->v[i]);
    }
    out->length += size;
    out->data[out->length] = '\0';
    return ERROR_NONE;
}

bool optimizer_restore(struct optimizer *optimizer, const void *bytes, size_t length)
{
    const unsigned char *state = bytes;
    size_t count = optimizer->coordinates;
    unsigned char head[HEAD];

    put_head(optimizer, head);
    if (length != state_size(optimizer->coordinates) || memcmp(head, state, AT_STEPS) != 0)
        return false;
    for (size_t i = 0; i < 2 * count; i++)
        if (!isfinite(bytes_get_f64(state + HEAD + i * NUMBER)))
            return false;
    optimizer->steps = bytes_get_u64(state + AT_STEPS);
    for (size_t i = 0; i < count; i++) {
        optimizer->m[i] = bytes_get_f64(state + HEAD + i * NUMBER);
        optimizer->v[i] = bytes_get_f64(state + HEAD + (count + i) * NUMBER);
    }
    return true;
}
