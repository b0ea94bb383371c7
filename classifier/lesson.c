#include "classifier/lesson.h"

bool lesson_read(const struct rated *rated, int labels, struct lesson *out)
{
    int label = rated->right ? rated->guess : rated->label;

    if (label >= labels || rated->guess >= labels || (label < 0 && rated->guess < 0))
        return false;
    out->example = label >= 0;
    out->label = out->example ? label : rated->guess;
    return true;
}

static void slope_of_example(const double *probability, int labels, int label, float *slope)
{
    for (int i = 0; i < labels; i++)
        slope[i] = (float)(probability[i] - (i == label));
}

/* Ishida et al., "Learning from Complementary Labels", 2017; Kim et al., "NLNL", 2019. */
static void slope_of_counterexample(const double *probability, int labels, int label, float *slope)
{
    double others = 0;

    for (int i = 0; i < labels; i++)
        if (i != label)
            others += probability[i];
    for (int i = 0; i < labels; i++) {
        double share = others > 0 ? probability[i] / others : 1.0 / (labels - 1);

        slope[i] = (float)(probability[label] * (i == label ? 1 : -share));
    }
}

void lesson_slope(const struct lesson *lesson, const double *probability, int labels, float *slope)
{
    if (lesson->example)
        slope_of_example(probability, labels, lesson->label, slope);
    else
        slope_of_counterexample(probability, labels, lesson->label, slope);
}
