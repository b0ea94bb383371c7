#include "tests/sync/server/house.h"

#include "base/file.h"
#include "sync/server/gate.h"

#include <math.h>

static const struct {
    double accuracy, macro_f1; /* of the candidate; the present model has 0.6 and 0.5 */
    bool passes;
} judged[] = {
    {0.6, 0.5, true},   {0.7, 0.6, true},   {0.595, 0.495, true}, {0.59, 0.5, true},
    {0.58, 0.7, false}, {0.9, 0.48, false}, {0.1, 0.1, false},    {0, 0, false},
};

static void a_loss_beyond_the_limit_is_refused(void **state)
{
    const struct gate_figures present = {0.6, 0.5, 100};
    struct config config = {.validation = "v.tsv", .gate_loss = 0.0100001};
    char words[256];

    (void)state;
    for (size_t i = 0; i < sizeof judged / sizeof *judged; i++) {
        struct gate_figures candidate = {judged[i].accuracy, judged[i].macro_f1, 100};

        assert_int_equal(gate_passes(&config, &present, &candidate, words, sizeof words),
                         judged[i].passes);
        assert_non_null(strstr(words, judged[i].passes ? "passed: " : "refused: "));
        assert_non_null(strstr(words, "accuracy 0.6000 -> "));
    }
}

static void without_a_validation_file_all_pass(void **state)
{
    struct house *house = *state;
    struct gate_figures figures;
    struct config config;
    char words[256];

    config_default(&config);
    assert_ok(gate_measure(&config, &house->server.folder, NULL, &figures));
    assert_true(isnan(figures.accuracy) && isnan(figures.macro_f1));
    assert_true(gate_passes(&config, &figures, &figures, words, sizeof words));
    assert_non_null(strstr(words, "no validation file"));
}

static void put_file(struct house *house, const char *text, struct config *config, char *path)
{
    snprintf(path, CONFIG_PATH_MAX, "%s/%s", house->folder,
             path == config->validation ? "v.tsv" : "map.tsv");
    assert_ok(file_replace(path, text, strlen(text)));
}

static void figures_are_those_of_rows_with_one_label(void **state)
{
    struct house *house = *state;
    struct gate_figures figures;
    struct config config;
    struct model *model;

    config_default(&config);
    assert_ok(model_open("assets/emotions.model", &model));
    put_file(house,
             "I love this so much\tjoy\nI hate you\tanger\nso sad\tsadness\n\tjoy,fear\nI love "
             "it\tfear\n",
             &config, config.validation);
    assert_ok(gate_measure(&config, &house->server.folder, model, &figures));
    assert_int_equal(figures.rows, 4);
    assert_true(figures.accuracy == 0.75);
    put_file(house, "I love this\tyes\nI hate you\tno\n", &config, config.validation);
    assert_error(gate_measure(&config, &house->server.folder, model, &figures), ERROR_INVALID);
    put_file(house, "yes\tjoy\nno\tanger\n", &config, config.validation_map);
    assert_ok(gate_measure(&config, &house->server.folder, model, &figures));
    assert_true(figures.accuracy == 1);
    model_close(model);
}

static void a_file_that_cannot_judge_is_an_error(void **state)
{
    static const char *const useless[] = {"", "\n", "a line without a label\n", "text\tbliss\n",
                                          "text\tjoy,fear\n"};
    struct house *house = *state;
    struct gate_figures figures;
    struct config config;
    struct model *model;

    config_default(&config);
    assert_ok(model_open("assets/emotions.model", &model));
    for (size_t i = 0; i < sizeof useless / sizeof *useless; i++) {
        put_file(house, useless[i], &config, config.validation);
        assert_error(gate_measure(&config, &house->server.folder, model, &figures), ERROR_INVALID);
        assert_sentence("v.tsv");
    }
    snprintf(config.validation, sizeof config.validation, "gone.tsv");
    assert_error(gate_measure(&config, &house->server.folder, model, &figures), ERROR_NOT_FOUND);
    model_close(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_loss_beyond_the_limit_is_refused),
        house_test(without_a_validation_file_all_pass),
        house_test(figures_are_those_of_rows_with_one_label),
        house_test(a_file_that_cannot_judge_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
