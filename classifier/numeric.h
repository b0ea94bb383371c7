#ifndef EMOTRACK_CLASSIFIER_NUMERIC_H
#define EMOTRACK_CLASSIFIER_NUMERIC_H

/* exp and log from IEEE 754 additions, multiplications and divisions alone, so that training and
 * prediction give the same bits on every machine: the C library picks other code where the
 * processor has fused multiply-add. The relative error is below 1e-14. */

/* exp(x); 0 for x < -700, and x > 700 counts as 700. */
double numeric_exp(double x);

/* The natural logarithm of a positive, normal, finite number. */
double numeric_log(double x);

/* probability[i] = exp(scale * score[i]) / sum. */
void numeric_probabilities(const float *score, int count, double scale, double *probability);

/* The same; returns ln(sum exp(scale * score[i])). */
double numeric_softmax(const float *score, int count, double scale, double *probability);

#endif
