#include "classifier/metrics.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void assert_close(double value, double expected)
{
    assert_true(fabs(value - expected) < 1e-6);
}

static void test_nothing(void **state)
{
    struct metrics metrics;

    (void)state;
    metrics_init(&metrics, 3);
    assert_close(metrics_accuracy(&metrics), 0);
    assert_close(metrics_macro_f1(&metrics), 0);
    assert_close(metrics_uar(&metrics), 0);
    assert_close(metrics_ece(&metrics), 0);
    assert_close(metrics_nll(&metrics), 0);
}

/* Figures worked out by hand, the same as scikit-learn's. */
static void test_figures(void **state)
{
    static const struct {
        int label;
        float probability[3];
    } rows[] = {
        {0, {0.8F, 0.1F, 0.1F}},
        {0, {0.3F, 0.6F, 0.1F}},
        {1, {0.1F, 0.7F, 0.2F}},
        {2, {0.5F, 0.3F, 0.2F}},
    };
    struct metrics metrics;
    struct label_metrics label;

    (void)state;
    metrics_init(&metrics, 3);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        metrics_add(&metrics, rows[i].label, rows[i].probability);
    assert_close(metrics_accuracy(&metrics), 0.5);
    label = metrics_label(&metrics, 0);
    assert_close(label.precision, 0.5);
    assert_close(label.recall, 0.5);
    assert_close(label.f1, 0.5);
    assert_int_equal(label.support, 2);
    label = metrics_label(&metrics, 1);
    assert_close(label.precision, 0.5);
    assert_close(label.recall, 1);
    label = metrics_label(&metrics, 2);
    assert_close(label.f1, 0);
    assert_close(metrics_macro_f1(&metrics), (0.5 + 2.0 / 3 + 0) / 3);
    assert_close(metrics_uar(&metrics), 0.5);
    assert_close(metrics_nll(&metrics), -(log(0.8) + log(0.3) + log(0.7) + log(0.2)) / 4);
    /* four bins with one row each */
    assert_close(metrics_ece(&metrics), (0.2 + 0.6 + 0.3 + 0.5) / 4);
    assert_int_equal(metrics.confusion[0][1], 1);
    assert_int_equal(metrics.confusion[2][0], 1);
}

static void test_labels_that_nothing_has_do_not_count(void **state)
{
    static const float sure[4] = {1, 0, 0, 0}, wrong[4] = {0, 1, 0, 0};
    struct metrics metrics;

    (void)state;
    metrics_init(&metrics, 4);
    metrics_add(&metrics, 0, sure);
    assert_close(metrics_macro_f1(&metrics), 1);
    assert_close(metrics_uar(&metrics), 1);
    metrics_add(&metrics, 0, wrong);
    assert_close(metrics_macro_f1(&metrics), (2.0 / 3 + 0) / 2);
    assert_true(isfinite(metrics_nll(&metrics)));
}

static void test_reliability(void **state)
{
    static const float rows[][2] = {{0.5F, 0.5F}, {0.52F, 0.48F}, {0.9F, 0.1F}, {1, 0}};
    static const int truth[] = {0, 1, 0, 1};
    struct reliability all = {0}, part;
    struct metrics metrics;
    double distance = 0;

    (void)state;
    metrics_init(&metrics, 2);
    for (int i = 0; i < 4; i++)
        metrics_add(&metrics, truth[i], rows[i]);
    part = metrics_reliability(&metrics, 7); /* 7/15 to 8/15 */
    assert_close(part.from, 7.0 / 15);
    assert_close(part.to, 8.0 / 15);
    assert_int_equal(part.rows, 2);
    assert_close(part.probability, 0.51);
    assert_close(part.accuracy, 0.5);
    part = metrics_reliability(&metrics, METRICS_BINS - 1);
    assert_close(part.to, 1);
    assert_int_equal(part.rows, 1);
    assert_close(part.accuracy, 0);
    part = metrics_reliability(&metrics, 0);
    assert_int_equal(part.rows, 0);
    assert_close(part.probability, 0);
    assert_close(part.accuracy, 0);
    for (int bin = 0; bin < METRICS_BINS; bin++) {
        part = metrics_reliability(&metrics, bin);
        all.rows += part.rows;
        distance += (double)part.rows * fabs(part.probability - part.accuracy);
    }
    assert_int_equal(all.rows, 4);
    assert_close(distance / 4, metrics_ece(&metrics));
}

/* Worked out by hand, the same as scikit-learn's. */
static void test_several_labels(void **state)
{
    static const uint64_t rows[][2] = {{1, 1}, {3, 1}, {2, 3}, {4, 0}, {5, 5}}; /* truth, named */
    struct multilabel multilabel;
    struct label_metrics label;

    (void)state;
    multilabel_init(&multilabel, 4);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        multilabel_add(&multilabel, rows[i][0], rows[i][1]);
    assert_int_equal(multilabel.rows, 5);
    assert_close(multilabel_exact(&multilabel), 2.0 / 5);
    label = multilabel_label(&multilabel, 0);
    assert_close(label.precision, 3.0 / 4);
    assert_close(label.recall, 1);
    assert_close(label.f1, 6.0 / 7);
    assert_int_equal(label.support, 3);
    label = multilabel_label(&multilabel, 1);
    assert_close(label.precision, 1);
    assert_close(label.recall, 0.5);
    assert_close(label.f1, 2.0 / 3);
    assert_close(multilabel_label(&multilabel, 2).f1, 2.0 / 3);
    /* the fourth label is nowhere, and does not count */
    assert_close(multilabel_macro_f1(&multilabel), (6.0 / 7 + 2.0 / 3 + 2.0 / 3) / 3);
    assert_close(multilabel_micro_f1(&multilabel), 2 * 5.0 / (6 + 7));
}

static void test_no_labels_at_all(void **state)
{
    struct multilabel multilabel;

    (void)state;
    multilabel_init(&multilabel, LABELS_MAX);
    assert_close(multilabel_exact(&multilabel), 0);
    assert_close(multilabel_macro_f1(&multilabel), 0);
    assert_close(multilabel_micro_f1(&multilabel), 0);
    multilabel_add(&multilabel, UINT64_C(1) << 63, 0);
    assert_close(multilabel_exact(&multilabel), 0);
    assert_close(multilabel_macro_f1(&multilabel), 0);
    multilabel_add(&multilabel, UINT64_C(1) << 63, UINT64_C(1) << 63);
    assert_close(multilabel_label(&multilabel, 63).f1, 2.0 / 3);
    assert_close(multilabel_macro_f1(&multilabel), 2.0 / 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing),
        cmocka_unit_test(test_figures),
        cmocka_unit_test(test_labels_that_nothing_has_do_not_count),
        cmocka_unit_test(test_reliability),
        cmocka_unit_test(test_several_labels),
        cmocka_unit_test(test_no_labels_at_all),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
