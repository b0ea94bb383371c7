#include "base/bytes.h"
#include "sync/report.h"
#include "tests/allocation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { VOTES = 5, LENGTH = REPORT_HEAD + 4 * VOTES };

static const unsigned char hash[HASH_BYTES] = {0xAA, 0xBB, 0xCC};

static const struct manifest manifest = {.round = 7, .labels = 3, .block = 10, .votes = VOTES};

static struct report make_report(void)
{
    struct report report = {.round = 7, .id = {1, 2, 3}, .count = 3};

    memcpy(report.manifest_hash, hash, sizeof hash);
    report.vote[0] = vote_make(0, false);
    report.vote[1] = vote_make(5, true);
    report.vote[2] = vote_make(32, false);
    return report;
}

static void write_report(const struct report *report, unsigned char out[LENGTH])
{
    struct buffer buffer;

    buffer_init(&buffer, REPORT_MAX);
    assert_int_equal(report_write(report, VOTES, &buffer), ERROR_NONE);
    assert_int_equal(buffer.length, LENGTH);
    memcpy(out, buffer.data, LENGTH);
    buffer_free(&buffer);
}

static void test_layout(void **state)
{
    static const unsigned char votes[4 * VOTES] = {
        0, 0, 0, 0, 11, 0, 0, 0, 64, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};
    static const unsigned char head[16] = {'E', 'M', 'R', 'P', 1, 0, 0, 0, 7};
    struct report report = make_report();
    unsigned char bytes[LENGTH];

    (void)state;
    write_report(&report, bytes);
    assert_memory_equal(bytes, head, sizeof head);
    assert_memory_equal(bytes + 16, hash, sizeof hash);
    assert_memory_equal(bytes + 48, report.id, sizeof report.id);
    assert_memory_equal(bytes + REPORT_HEAD, votes, sizeof votes);
}

static void test_there_and_back(void **state)
{
    struct report report = make_report(), back;
    unsigned char bytes[LENGTH];

    (void)state;
    for (report.count = 0; report.count <= 3; report.count++) {
        write_report(&report, bytes);
        assert_int_equal(report_read(bytes, LENGTH, &back), ERROR_NONE);
        assert_int_equal(back.round, report.round);
        assert_memory_equal(back.id, report.id, sizeof back.id);
        assert_memory_equal(back.manifest_hash, hash, sizeof hash);
        assert_int_equal(back.count, report.count);
        assert_memory_equal(back.vote, report.vote, report.count * sizeof *back.vote);
        assert_int_equal(report_check(&back, LENGTH, &manifest, hash), ERROR_NONE);
    }
}

static void test_votes(void **state)
{
    (void)state;
    assert_int_equal(vote_coordinate(vote_make(28678, true)), 28678);
    assert_int_equal(vote_sign(vote_make(28678, true)), -1);
    assert_int_equal(vote_sign(vote_make(28678, false)), 1);
}

/* A u32 of a good report is changed. */
static const struct {
    const char *what;
    size_t at;
    uint32_t value;
} unreadable[] = {
    {"magic", 0, 0x50524D46},
    {"no magic", 0, 0},
    {"version 0", 4, 0},
    {"version 2", 4, 2},
    {"a vote twice", REPORT_HEAD + 4, 0},
    {"both signs of a coordinate", REPORT_HEAD + 4, 1},
    {"both signs, descending", REPORT_HEAD + 8, 10},
    {"descending", REPORT_HEAD + 8, 9},
    {"padding first", REPORT_HEAD, REPORT_PADDING},
    {"padding between", REPORT_HEAD + 4, REPORT_PADDING},
    {"a vote at the end", REPORT_HEAD + 16, 70},
};

static void test_unreadable(void **state)
{
    const struct report report = make_report();
    struct report back;

    (void)state;
    for (size_t i = 0; i < sizeof unreadable / sizeof *unreadable; i++) {
        unsigned char bytes[LENGTH];

        write_report(&report, bytes);
        bytes_put_u32(bytes + unreadable[i].at, unreadable[i].value);
        if (report_read(bytes, LENGTH, &back) != ERROR_INVALID)
            fail_msg("accepted: %s", unreadable[i].what);
    }
}

static void test_lengths(void **state)
{
    static unsigned char longest[REPORT_MAX + 4];
    struct report report = make_report(), back;
    unsigned char bytes[LENGTH];

    (void)state;
    write_report(&report, bytes);
    for (size_t length = 0; length < LENGTH; length++) {
        bool whole = length >= REPORT_HEAD && length % 4 == 0;

        assert_int_equal(report_read(bytes, length, &back), whole ? ERROR_NONE : ERROR_INVALID);
        if (whole) /* but it is not as long as the round's */
            assert_int_equal(report_check(&back, length, &manifest, hash), ERROR_INVALID);
    }
    memset(longest, 0xFF, sizeof longest);
    memcpy(longest, bytes, LENGTH);
    assert_int_equal(report_read(longest, REPORT_MAX, &back), ERROR_NONE);
    assert_int_equal(report_check(&back, REPORT_MAX, &manifest, hash), ERROR_INVALID);
    assert_int_equal(report_read(longest, sizeof longest, &back), ERROR_INVALID);
}

static void test_the_fullest_report(void **state)
{
    static struct report report, back;
    struct buffer buffer;

    (void)state;
    report.count = VOTES_MAX;
    for (uint32_t i = 0; i < VOTES_MAX; i++)
        report.vote[i] = vote_make(2 * i, i % 3 == 0);
    buffer_init(&buffer, REPORT_MAX);
    assert_int_equal(report_write(&report, VOTES_MAX, &buffer), ERROR_NONE);
    assert_int_equal(report_read(buffer.data, buffer.length, &back), ERROR_NONE);
    assert_int_equal(back.count, VOTES_MAX);
    assert_memory_equal(back.vote, report.vote, sizeof back.vote);
    buffer_free(&buffer);
}

static void test_of_another_round(void **state)
{
    struct report report = make_report();
    unsigned char other[HASH_BYTES] = {0xAA, 0xBB, 0xCC, 1};

    (void)state;
    assert_int_equal(report_check(&report, LENGTH, &manifest, other), ERROR_NOT_FOUND);
    report.round = 8;
    assert_int_equal(report_check(&report, LENGTH, &manifest, hash), ERROR_NOT_FOUND);
    report.round = 6;
    assert_int_equal(report_check(&report, LENGTH, &manifest, hash), ERROR_NOT_FOUND);
}

static void test_outside_the_block(void **state)
{
    struct report report = make_report();

    (void)state;
    report.vote[2] = vote_make(33, false); /* (10 + 1) x 3 coordinates */
    assert_int_equal(report_check(&report, LENGTH, &manifest, hash), ERROR_INVALID);
    report.vote[2] = vote_make(0x7FFFFFFE, true);
    assert_int_equal(report_check(&report, LENGTH, &manifest, hash), ERROR_INVALID);
}

static void test_failures_of_writing(void **state)
{
    struct report report = make_report();
    struct buffer buffer;

    (void)state;
    buffer_init(&buffer, LENGTH - 1);
    assert_int_equal(report_write(&report, VOTES, &buffer), ERROR_TOO_LARGE);
    buffer_init(&buffer, LENGTH);
    allocation_fail_at(1);
    assert_int_equal(report_write(&report, VOTES, &buffer), ERROR_NO_MEMORY);
    assert_true(allocation_failed());
    assert_int_equal(buffer.length, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_layout),
        cmocka_unit_test(test_there_and_back),
        cmocka_unit_test(test_votes),
        cmocka_unit_test(test_unreadable),
        cmocka_unit_test(test_lengths),
        cmocka_unit_test(test_the_fullest_report),
        cmocka_unit_test(test_of_another_round),
        cmocka_unit_test(test_outside_the_block),
        cmocka_unit_test(test_failures_of_writing),
    };

    return cmocka_run_group_tests_name("report", tests, NULL, NULL);
}
