#include "classifier/vocabulary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void test_slots(void **state)
{
    static const struct {
        uint32_t count, slots;
    } table[] = {{0, 2},         {1, 2},         {2, 4},
                 {3, 8},         {5, 8},         {6, 16},
                 {24575, 32768}, {24576, 65536}, {VOCABULARY_MAX, 1 << 25}};

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        assert_int_equal(vocabulary_slots(table[i].count), table[i].slots);
}

enum { SLOTS = 16384 };

/* Fills slots with these hashes: until it is called again. */
static bool fill(const uint64_t *hashes, uint32_t count, struct vocabulary *out)
{
    static uint32_t slots[SLOTS];

    assert_in_range(vocabulary_slots(count), 1, SLOTS);
    memset(slots, 0, sizeof slots);
    *out = (struct vocabulary){
        .slots = slots, .hashes = hashes, .count = count, .mask = vocabulary_slots(count) - 1};
    return vocabulary_fill(hashes, count, slots);
}

static void test_every_feature_is_found(void **state)
{
    enum { COUNT = 5000 };
    static uint64_t hashes[COUNT];
    struct vocabulary vocabulary;

    (void)state;
    for (uint32_t i = 0; i < COUNT; i++)
        hashes[i] = hash_pair(i, 7);
    assert_true(fill(hashes, COUNT, &vocabulary));
    for (uint32_t i = 0; i < COUNT; i++) {
        assert_int_equal(vocabulary_find(&vocabulary, hashes[i]), i);
        assert_int_equal(vocabulary_find(&vocabulary, hashes[i] + 1), VOCABULARY_NONE);
    }
}

static void test_no_features(void **state)
{
    static const uint64_t none;
    struct vocabulary vocabulary;

    (void)state;
    assert_true(fill(&none, 0, &vocabulary));
    assert_int_equal(vocabulary_find(&vocabulary, 1), VOCABULARY_NONE);
}

static void test_equal_hashes(void **state)
{
    static const uint64_t hashes[] = {1, 2, 1};
    struct vocabulary vocabulary;

    (void)state;
    assert_false(fill(hashes, 3, &vocabulary));
}

/* Hashes made to share a slot: a few are taken; so many that every search would be long are not. */
static void test_crowded_hashes(void **state)
{
    enum { COUNT = 2000, FEW = 100 };
    static uint64_t hashes[COUNT];
    struct vocabulary vocabulary;

    (void)state;
    for (uint64_t i = 0; i < COUNT; i++)
        hashes[i] = i << 32 | UINT32_MAX; /* the last slot; the next search goes on at the first */
    assert_true(fill(hashes, FEW, &vocabulary));
    for (uint32_t i = 0; i < FEW; i++)
        assert_int_equal(vocabulary_find(&vocabulary, hashes[i]), i);
    assert_false(fill(hashes, COUNT, &vocabulary));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_slots),          cmocka_unit_test(test_every_feature_is_found),
        cmocka_unit_test(test_no_features),    cmocka_unit_test(test_equal_hashes),
        cmocka_unit_test(test_crowded_hashes),
    };

    return cmocka_run_group_tests_name("vocabulary", tests, NULL, NULL);
}
