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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing),
        cmocka_unit_test(test_figures),
        cmocka_unit_test(test_labels_that_nothing_has_do_not_count),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
