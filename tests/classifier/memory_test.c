/* Each allocation fails once: an error comes back, nothing leaks (the sanitizers see), and the next
 * try succeeds. */
#include "classifier/learner.h"
#include "classifier/model.h"
#include "classifier/predict.h"
#include "classifier/train.h"

#include "base/file.h"
#include "tests/allocation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const char model_path[] = "assets/emotions.model";

static void test_opening(void **state)
{
    (void)state;
    for (int n = 1;; n++) {
        struct model *model;
        enum error error;

        allocation_fail_at(n);
        error = model_open(model_path, &model);
        if (!allocation_failed()) {
            assert_int_equal(error, ERROR_NONE);
            model_close(model);
            return;
        }
        assert_int_equal(error, ERROR_NO_MEMORY);
        assert_null(model);
    }
}

static void test_workspaces(void **state)
{
    struct model *model;
    bool failed = true;

    (void)state;
    assert_int_equal(model_open(model_path, &model), ERROR_NONE);
    for (int n = 1; failed; n++) {
        struct predictor *predictor = NULL;
        struct learner *learner = NULL;
        enum error error;

        allocation_fail_at(n);
        error = learner_new(model, &learner);
        if (!error)
            error = predictor_new(model, learner, &predictor);
        failed = allocation_failed();
        assert_int_equal(error, failed ? ERROR_NO_MEMORY : ERROR_NONE);
        predictor_free(predictor);
        learner_free(learner);
    }
    allocation_fail_at(0);
    model_close(model);
}

/* A rating that failed has taught nothing, to the last bit. */
static void test_learning(void **state)
{
    static const char message[] = "xqzzt vvrrk is what I call sick";
    struct rated rated = {message, sizeof message - 1, 0, false, 3};
    struct prediction before, after;
    struct predictor *predictor;
    struct learner *learner;
    struct model *model;
    bool failed = true;

    (void)state;
    assert_int_equal(model_open(model_path, &model), ERROR_NONE);
    assert_int_equal(learner_new(model, &learner), ERROR_NONE);
    assert_int_equal(predictor_new(model, learner, &predictor), ERROR_NONE);
    predictor_read(predictor, message, sizeof message - 1, &before);
    for (int n = 1; failed; n++) {
        enum error error;

        allocation_fail_at(n);
        error = learner_learn(learner, &rated);
        failed = allocation_failed();
        assert_int_equal(error, failed ? ERROR_NO_MEMORY : ERROR_NONE);
        assert_int_equal(learner_count(learner), failed ? 0 : 1);
        predictor_read(predictor, message, sizeof message - 1, &after);
        if (failed)
            assert_memory_equal(before.probability, after.probability, 7 * sizeof(float));
    }
    assert_true(after.probability[3] > before.probability[3]);
    allocation_fail_at(0);
    predictor_free(predictor);
    learner_free(learner);
    model_close(model);
}

static void test_training(void **state)
{
    static const char rows[] = "good day\tjoy\nbad day\tfear\ngood night\tjoy\nbad night\tfear\n";
    char path[] = "/tmp/emotrack-memory-XXXXXX";
    struct train_settings settings = {.data = path, .dev = path, .origin = ""};
    bool failed = true;

    (void)state;
    close(mkstemp(path));
    assert_int_equal(file_replace(path, rows, sizeof rows - 1), ERROR_NONE);
    for (int n = 1; failed; n++) {
        struct train_report report;
        struct buffer file;
        enum error error;

        buffer_init(&file, MODEL_FILE_MAX);
        allocation_fail_at(n);
        error = train_model(&settings, &file, &report);
        failed = allocation_failed();
        assert_int_equal(error, failed ? ERROR_NO_MEMORY : ERROR_NONE);
        buffer_free(&file);
    }
    allocation_fail_at(0);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_opening),
        cmocka_unit_test(test_workspaces),
        cmocka_unit_test(test_learning),
        cmocka_unit_test(test_training),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
