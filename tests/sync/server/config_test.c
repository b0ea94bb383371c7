#include "tests/sync/server/house.h"

#include "base/file.h"
#include "tests/allocation.h"

#include <stdbool.h>

static enum error parse(const char *text, struct config *out)
{
    return config_parse(text, strlen(text), "config.json", out);
}

static void what_is_written_reads_back_the_same(void **state)
{
    struct config config, again;
    struct buffer text, second;

    (void)state;
    config_default(&config);
    snprintf(config.url, sizeof config.url, "https://a.example:8443/a/b");
    snprintf(config.validation, sizeof config.validation, "/tmp/\xC3\xA4 \"x\" // no comment");
    config.noise = 0.1;
    config.continuous = false;
    config.optimizer.kind = OPTIMIZER_FEDYOGI;
    buffer_init(&text, CONFIG_FILE_MAX);
    buffer_init(&second, CONFIG_FILE_MAX);
    assert_ok(config_write(&config, &text));
    assert_ok(parse(text.data, &again));
    assert_ok(config_write(&again, &second));
    assert_string_equal(text.data, second.data);
    assert_string_equal(again.url, config.url);
    assert_string_equal(again.validation, config.validation);
    assert_int_equal(again.optimizer.kind, OPTIMIZER_FEDYOGI);
    assert_false(again.continuous);
    buffer_free(&second);
    buffer_free(&text);
}

static void what_is_left_out_has_its_default(void **state)
{
    struct config config, usual;

    (void)state;
    config_default(&usual);
    assert_ok(parse("{\n// \"votes\": 3,\n\"minimum\": 7}// end", &config));
    assert_int_equal(config.minimum, 7);
    assert_int_equal(config.votes, usual.votes);
    assert_string_equal(config.listen, usual.listen);
}

static const struct {
    const char *text, *words;
} bad[] = {
    {"", "not a JSON object"},
    {"[]", "not a JSON object"},
    {"{", "line 1: this is not JSON"},
    {"{\n\"votes\": 3\n\"block\": 4}", "line 3: this is not JSON"},
    {"{} {}", "this is not JSON"},
    {"{\n\n\"votez\": 3}", "line 3: there is no setting \"votez\""},
    {"{\"votes\": 3,\n\"votes\": 3}", "line 2: \"votes\" is there twice"},
    {"{\"votes\": 0}", "from 1 to 4096"},
    {"{\"votes\": 4097}", "from 1 to 4096"},
    {"{\"votes\": 1.5}", "a whole number"},
    {"{\"votes\": \"3\"}", "a whole number"},
    {"{\"votes\": null}", "a whole number"},
    {"{\"noise\": -1}", "a number from 0"},
    {"{\"noise\": 1e999}", "a number from 0"},
    {"{\"noise\": NaN}", "not JSON"},
    {"{\"continuous\": 1}", "true or false"},
    {"{\"optimizer\": \"sgd\"}", "fedavg, fedavgm"},
    {"{\"optimizer\": 1}", "fedavg, fedavgm"},
    {"{\"optimizer\": {}}", "fedavg, fedavgm"},
    {"{\"certificate\": []}", "takes a text"},
    {"{\"listen\": \"localhost\"}", "host:port"},
    {"{\"listen\": \":8443\"}", "host:port"},
    {"{\"listen\": \"localhost:\"}", "host:port"},
    {"{\"listen\": \"localhost:65536\"}", "host:port"},
    {"{\"listen\": \"localhost:-1\"}", "host:port"},
    {"{\"listen\": \"localhost:80a\"}", "host:port"},
    {"{\"listen\": \"::1:8443\"}", "host:port"},
    {"{\"listen\": \"[::1:8443\"}", "host:port"},
    {"{\"url\": \"http://a.example\"}", "https://"},
    {"{\"url\": \"https://\"}", "https://HOST"},
    {"{\"url\": \"https:///a\"}", "https://HOST"},
    {"{\"url\": \"https://a b\"}", "https://HOST"},
    {"{\"url\": \"https://a:b@c\"}", "https://HOST"},
    {"{\"url\": \"https://a?b\"}", "https://HOST"},
    {"{\"url\": \"https://a#b\"}", "https://HOST"},
    {"{\"url\": \"https://a\xff\"}", "https://HOST"},
    {"{\"url\": \"https://a\\u001b[31m\"}", "https://HOST"},
    {"{\"participation\": 0}", "nobody takes part"},
    {"{\"participation\": 1.01}", "from 0 to 1"},
    {"{\"minimum\": 100,\n\"close_reports\": 99}", "line 2: \"close_reports\" (99) is less"},
};

static void what_makes_no_sense_is_refused_with_its_line(void **state)
{
    struct config config;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (parse(bad[i].text, &config) != ERROR_INVALID)
            fail_msg("accepted: %s", bad[i].text);
        assert_sentence(bad[i].words);
    }
}

static void texts_that_are_too_long_are_refused(void **state)
{
    char text[2 * CONFIG_PATH_MAX];
    struct config config;

    (void)state;
    snprintf(text, sizeof text, "{\"validation\": \"%0*d\"}", CONFIG_PATH_MAX - 1, 1);
    assert_ok(parse(text, &config));
    snprintf(text, sizeof text, "{\"validation\": \"%0*d\"}", CONFIG_PATH_MAX, 1);
    assert_error(parse(text, &config), ERROR_INVALID);
    assert_sentence("at most 1023 bytes");
}

static void addresses_of_every_form_are_taken(void **state)
{
    static const char *const good[] = {"localhost:0", "0.0.0.0:8443", "[::1]:443", "a.example:1"};
    struct config config;
    char text[128];

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        snprintf(text, sizeof text, "{\"listen\": \"%s\"}", good[i]);
        assert_ok(parse(text, &config));
    }
}

static void files_are_read_and_named(void **state)
{
    struct house *house = *state;
    struct config config;
    char path[300];

    snprintf(path, sizeof path, "%s/settings", house->folder);
    assert_error(config_read(path, &config), ERROR_NOT_FOUND);
    assert_ok(file_replace(path, "{\"votes\": -1}", 13));
    assert_error(config_read(path, &config), ERROR_INVALID);
    assert_sentence(path);
    assert_ok(file_replace(path, "{\"votes\": 9}", 12));
    assert_ok(config_read(path, &config));
    assert_int_equal(config.votes, 9);
}

static void no_memory_is_an_error(void **state)
{
    struct config config;
    int n = 0;

    (void)state;
    do {
        allocation_fail_at(++n);
        if (config_parse("{\"votes\": 9}", 12, "config.json", &config) && !allocation_failed())
            fail_msg("%s", error_sentence());
    } while (allocation_failed());
    allocation_fail_at(0);
    assert_true(n > 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_reads_back_the_same),
        cmocka_unit_test(what_is_left_out_has_its_default),
        cmocka_unit_test(what_makes_no_sense_is_refused_with_its_line),
        cmocka_unit_test(texts_that_are_too_long_are_refused),
        cmocka_unit_test(addresses_of_every_form_are_taken),
        house_test(files_are_read_and_named),
        cmocka_unit_test(no_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
