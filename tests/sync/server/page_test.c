#include "sync/server/chart.h"
#include "sync/server/exposition.h"
#include "sync/server/gate.h"
#include "sync/server/page.h"

#include "tests/allocation.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct server_status *sample(size_t models)
{
    static struct server_status status;

    status = (struct server_status){.url = "https://sync.example.org:8443",
                                    .running = true,
                                    .state = "open",
                                    .round = 9,
                                    .reports = 312,
                                    .minimum = 100,
                                    .close_reports = 500,
                                    .noise = 4,
                                    .epsilon_each = 1.19,
                                    .epsilon_all = 2.42,
                                    .model = (uint32_t)models,
                                    .gated = true,
                                    .gate = "published model 8: macro-F1 0.491 -> 0.497",
                                    .model_count = models};
    for (size_t i = 0; i < models; i++) {
        struct status_model *model = &status.models[i];

        model->version = (uint32_t)i + 1;
        model->current = i + 1 == models;
        model->published = 1760000000 + (int64_t)i * 86400;
        model->accuracy = 0.596 + 0.05 * (1 - exp(-(double)i / 3));
        model->macro_f1 = 0.429 + 0.09 * (1 - exp(-(double)i / 3));
        snprintf(model->origin, sizeof model->origin, i ? "round %zu" : "init", i);
    }
    for (size_t i = 0; i < 3; i++) {
        struct status_round *round = &status.rounds[status.round_count++];

        round->round = 7 + i;
        round->reports = i < 2 ? 500 : 312;
        round->opened = 1760600000 + (int64_t)i * 86400;
        round->closed = i < 2 ? round->opened + 80000 : 0;
        snprintf(round->outcome, sizeof round->outcome, "published model %zu", 7 + i);
    }
    return &status;
}

static struct buffer written(const struct server_status *status)
{
    struct buffer page;

    buffer_init(&page, PAGE_MAX);
    assert_int_equal(page_write(status, &page), ERROR_NONE);
    return page;
}

static void expect(const struct server_status *status, const char *text, bool there)
{
    struct buffer page = written(status);

    if ((strstr(page.data, text) != NULL) != there)
        fail_msg("'%s' is %s the page", text, there ? "not in" : "in");
    buffer_free(&page);
}

static void test_it_says_what_is(void **state)
{
    (void)state;
    expect(sample(8), "<dd>9</dd>", true);
    expect(sample(8), "<dd>312</dd>", true);
    expect(sample(8), "closes at 500 reports", true);
    expect(sample(8), "fewer than 100 nothing is opened", true);
    expect(sample(8), "emotrack join https://sync.example.org:8443", true);
    expect(sample(8), "2025-10-09 08:53", true);
    expect(sample(8), "round 7 (in use)", true);
    expect(sample(8), "<svg", true);
    expect(sample(8), "<script", false);
    expect(sample(8), "http://", false);
}

static void test_privacy_is_said_plainly(void **state)
{
    struct server_status *status = sample(2);

    (void)state;
    expect(status, "noise of 4 times", true);
    expect(status, "&epsilon; = 2.42", true);
    expect(status, "no guarantee beyond trust in the operator", false);
    status->noise = 0;
    status->epsilon_each = status->epsilon_all = INFINITY;
    expect(status, "no guarantee beyond trust in the operator", true);
    expect(status, "&epsilon;", false);
    expect(status, "inf", false);
}

static void test_missing_figures(void **state)
{
    struct server_status *status = sample(3);

    (void)state;
    status->models[1].accuracy = status->models[1].macro_f1 = NAN;
    expect(status, "class=\"line accuracy\"", true);
    expect(status, "nan", false);
    for (int i = 0; i < 3; i++)
        status->models[i].accuracy = status->models[i].macro_f1 = NAN;
    assert_false(chart_has_figures(status));
    expect(status, "class=\"line accuracy\"", false);
    expect(status, "No figures: no model was measured yet", true);
    status->gated = false;
    expect(status, "No figures: no validation file is configured", true);
}

static void test_everything_is_escaped(void **state)
{
    static const char *const nasty[] = {"<script>alert(1)</script>",
                                        "\"><img src=x>",
                                        "'onload='",
                                        "&amp",
                                        "\xff\xfe<b>",
                                        "\x1b[31m<i>",
                                        "\xe2\x80\xae<u>"};

    (void)state;
    for (size_t i = 0; i < sizeof nasty / sizeof *nasty; i++) {
        struct server_status *status = sample(2);

        snprintf(status->url, sizeof status->url, "%s", nasty[i]);
        snprintf(status->gate, sizeof status->gate, "%s", nasty[i]);
        snprintf(status->models[0].origin, sizeof status->models[0].origin, "%s", nasty[i]);
        snprintf(status->rounds[0].outcome, sizeof status->rounds[0].outcome, "%s", nasty[i]);
        status->state = nasty[i];
        expect(status, nasty[i], false);
        expect(status, "<script", false);
        expect(status, "\x1b", false);
    }
}

static void test_what_troubles_the_gate_is_for_the_operator(void **state)
{
    struct server_status *status = sample(2);

    (void)state;
    snprintf(status->gate, sizeof status->gate, GATE_TROUBLE ": /home/ann/rows.tsv:1: no 'joyy'");
    expect(status, "rows.tsv", false);
    expect(status, "joyy", false);
    expect(status, "The gate cannot judge", true);
}

static void test_the_longest_fits(void **state)
{
    struct server_status *status = sample(STATUS_MODELS_MAX);

    (void)state;
    status->round_count = STATUS_ROUNDS_MAX;
    for (size_t i = 0; i < STATUS_ROUNDS_MAX; i++)
        memset(status->rounds[i].outcome, '"', sizeof status->rounds[i].outcome - 1);
    for (size_t i = 0; i < STATUS_ROUNDS_MAX; i++)
        status->rounds[i].closed = INT64_MAX; /* a year that no calendar has */
    memset(status->gate, '<', sizeof status->gate - 1);
    memset(status->url, '&', sizeof status->url - 1);
    expect(status, "</html>", true);
}

static void test_an_empty_status(void **state)
{
    static const struct server_status nothing;

    (void)state;
    expect(&nothing, "none yet", true);
    expect(&nothing, "</html>", true);
}

static void test_scales(void **state)
{
    static const double figures[] = {0, 0.001, 0.05, 0.5, 0.999, 1};

    (void)state;
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
        for (size_t models = 1; models < 4; models++) {
            struct server_status *status = sample(models);
            struct buffer drawing;

            status->models[0].accuracy = status->models[0].macro_f1 = figures[i];
            buffer_init(&drawing, PAGE_MAX);
            assert_int_equal(chart_write(status, &drawing), ERROR_NONE);
            assert_null(strstr(drawing.data, "nan"));
            assert_null(strstr(drawing.data, "inf"));
            assert_null(strstr(drawing.data, "\"-"));
            assert_true(drawing.length < 8192);
            buffer_free(&drawing);
        }
}

static void test_the_policy_names_the_style(void **state)
{
    char policy[PAGE_POLICY_MAX];

    (void)state;
    page_policy(policy);
    assert_non_null(strstr(policy, "default-src 'none'; style-src 'sha256-"));
    assert_non_null(strstr(policy, "='; base-uri 'none'"));
    assert_null(strstr(policy, "unsafe"));
}

static void test_metrics(void **state)
{
    static const char *const lines[] = {
        "\nemotrack_round 9\n",
        "\nemotrack_round_open 1\n",
        "\nemotrack_round_reports 312\n",
        "\nemotrack_epsilon_device 2.42\n",
        "\nemotrack_model_accuracy{version=\"1\"} 0.596\n",
        "\nemotrack_reports_total{outcome=\"known\"} 3\n",
        "\nemotrack_http_replies_total{class=\"4xx\"} 17\n",
        "\nemotrack_http_connections_late_total 5\n",
    };
    struct face_counts counts = {
        .connections.late = 5, .replies[4] = 17, .reports[INTAKE_KNOWN] = 3};
    struct server_status *status = sample(2);
    struct buffer text;

    (void)state;
    status->models[1].accuracy = NAN;
    buffer_init(&text, EXPOSITION_MAX);
    assert_int_equal(exposition_write(status, &counts, &text), ERROR_NONE);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        if (!strstr(text.data, lines[i]))
            fail_msg("no %s in %s", lines[i], text.data);
    assert_null(strstr(text.data, "emotrack_model_accuracy{version=\"2\"}"));
    buffer_clear(&text);
    status->epsilon_all = INFINITY;
    assert_int_equal(exposition_write(status, &counts, &text), ERROR_NONE);
    assert_non_null(strstr(text.data, "\nemotrack_epsilon_device +Inf\n"));
    buffer_free(&text);
}

static void test_memory_runs_out(void **state)
{
    (void)state;
    for (int n = 1;; n++) {
        struct buffer page;
        enum error error;

        buffer_init(&page, PAGE_MAX);
        allocation_fail_at(n);
        error = page_write(sample(2), &page);
        buffer_free(&page);
        if (!allocation_failed())
            break;
        assert_int_equal(error, ERROR_NO_MEMORY);
    }
    allocation_fail_at(0);
}

/* For looking at it in a browser: page_test --show. */
static int show(void)
{
    struct buffer page;
    enum error error;

    buffer_init(&page, PAGE_MAX);
    error = page_write(sample(8), &page);
    if (!error)
        puts(page.data);
    buffer_free(&page);
    return error ? 1 : 0;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_it_says_what_is),
        cmocka_unit_test(test_privacy_is_said_plainly),
        cmocka_unit_test(test_missing_figures),
        cmocka_unit_test(test_everything_is_escaped),
        cmocka_unit_test(test_what_troubles_the_gate_is_for_the_operator),
        cmocka_unit_test(test_the_longest_fits),
        cmocka_unit_test(test_an_empty_status),
        cmocka_unit_test(test_scales),
        cmocka_unit_test(test_the_policy_names_the_style),
        cmocka_unit_test(test_metrics),
        cmocka_unit_test(test_memory_runs_out),
    };

    if (argc > 1 && strcmp(argv[1], "--show") == 0)
        return show();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
