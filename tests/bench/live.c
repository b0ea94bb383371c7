/* What a key costs in the terminal UI: a message guessed, with the why.
 *
 *     live MODEL < MESSAGE      prints microseconds, the median of 1,001 times
 */
#include "classifier/model.h"
#include "classifier/predict.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { TIMES = 1001 };

static int compare(const void *left, const void *right)
{
    const double *a = left, *b = right;

    return (*a > *b) - (*a < *b);
}

static double microseconds(struct predictor *predictor, const char *text, size_t length)
{
    struct timespec begin, done;
    struct prediction prediction;
    struct why why;

    clock_gettime(CLOCK_MONOTONIC, &begin);
    predictor_read(predictor, text, length, &prediction);
    predictor_why(predictor, &why);
    clock_gettime(CLOCK_MONOTONIC, &done);
    return 1e6 * (double)(done.tv_sec - begin.tv_sec) +
           1e-3 * (double)(done.tv_nsec - begin.tv_nsec);
}

int main(int argc, char **argv)
{
    static char text[TEXT_MAX];
    static double taken[TIMES];
    struct predictor *predictor;
    struct model *model;
    size_t length = fread(text, 1, sizeof text, stdin);

    if (argc != 2 || model_open(argv[1], &model))
        return EXIT_FAILURE;
    if (predictor_new(model, NULL, &predictor)) {
        model_close(model);
        return EXIT_FAILURE;
    }
    for (int i = 0; i < TIMES; i++)
        taken[i] = microseconds(predictor, text, length);
    qsort(taken, TIMES, sizeof *taken, compare);
    printf("%.1f\n", taken[TIMES / 2]);
    predictor_free(predictor);
    model_close(model);
    return EXIT_SUCCESS;
}
