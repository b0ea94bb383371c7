#include "tests/sync/server/house.h"

#include "base/file.h"
#include "sync/server/intake.h"
#include "sync/server/seal.h"

#include <dirent.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdbool.h>

/* One report on its way, and what became of it. */
struct sent {
    struct intake_ticket ticket;
    struct buffer body;
    int answers;
    enum intake_outcome outcome;
    char reason[256];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t answered = PTHREAD_COND_INITIALIZER;

static void done(void *context, enum intake_outcome outcome, const char *reason)
{
    struct sent *sent = context;

    pthread_mutex_lock(&lock);
    sent->answers++;
    sent->outcome = outcome;
    snprintf(sent->reason, sizeof sent->reason, "%s", reason);
    pthread_cond_signal(&answered);
    pthread_mutex_unlock(&lock);
}

static void prepare(struct sent *sent, const struct house *house, const struct report *report)
{
    *sent = (struct sent){0};
    buffer_init(&sent->body, REPORT_MAX);
    assert_ok(report_write(report, house->manifest.votes, &sent->body));
    sent->ticket = (struct intake_ticket){
        .round = report->round,
        .body = sent->body.data,
        .length = sent->body.length,
        .done = done,
        .context = sent,
    };
    memcpy(sent->ticket.id, report->id, REPORT_ID_BYTES);
}

static void wait_for(struct sent *sent)
{
    pthread_mutex_lock(&lock);
    while (sent->answers == 0)
        pthread_cond_wait(&answered, &lock);
    assert_int_equal(sent->answers, 1);
    pthread_mutex_unlock(&lock);
}

static enum intake_outcome send_ticket(struct intake *intake, struct sent *sent)
{
    sent->answers = 0;
    intake_submit(intake, &sent->ticket);
    wait_for(sent);
    return sent->outcome;
}

/* Sends one report; what became of it, `*reason` (NULL: never mind) the words. */
static enum intake_outcome send_report(struct intake *intake, const struct house *house,
                                       const struct report *report)
{
    struct sent sent;

    prepare(&sent, house, report);
    send_ticket(intake, &sent);
    buffer_free(&sent.body);
    return sent.outcome;
}

static atomic_int fulls; /* how often the intake said that a round is full */

static void note_full(void *context)
{
    (void)context;
    fulls++;
}

static struct intake *start(const struct house *house, uint32_t close_reports, size_t queue)
{
    struct intake_options options = {
        .store = house_store(house),
        .folder = &house->server.folder,
        .close_reports = close_reports,
        .queue = queue,
        .full = note_full,
    };
    struct intake *intake = NULL;

    assert_ok(intake_start(&options, &intake));
    return intake;
}

static struct intake *start_round(struct house *house)
{
    struct server_plan plan = house_plan();

    house_make(house, &plan);
    house_open(house);
    return start(house, 0, 1000);
}

static void assert_sum(const struct house *house, uint64_t reports, uint32_t first,
                       const int32_t *values, size_t count)
{
    struct aggregate sum;

    assert_ok(round_sum(house->server.store, &house->server.folder, house->manifest.round,
                        manifest_coordinates(&house->manifest), &sum));
    assert_int_equal(sum.reports, reports);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(sum.sum[first + i], values[i]);
    aggregate_free(&sum);
}

static void a_report_counts_once(void **state)
{
    struct house *house = *state;
    struct intake *intake = start_round(house);
    struct report report = house_report(house, 1, 10, 3);

    assert_int_equal(send_report(intake, house, &report), INTAKE_STORED);
    assert_int_equal(send_report(intake, house, &report), INTAKE_KNOWN);
    assert_sum(house, 1, 9, (int32_t[]){0, 1, -1, 1, 0}, 5);
    report = house_report(house, 2, 11, 2);
    assert_int_equal(send_report(intake, house, &report), INTAKE_STORED);
    report = house_report(house, 3, 0, 0);
    assert_int_equal(send_report(intake, house, &report), INTAKE_STORED);
    assert_sum(house, 3, 9, (int32_t[]){0, 1, 0, 0, 0}, 5);
    intake_stop(intake);
}

static void what_was_counted_is_there_after_a_restart(void **state)
{
    struct house *house = *state;
    struct intake *intake = start_round(house);
    struct report report = house_report(house, 1, 10, 1);
    uint64_t round, reports;

    assert_int_equal(send_report(intake, house, &report), INTAKE_STORED);
    intake_stop(intake);
    intake = start(house, 0, 1000);
    intake_count(intake, &round, &reports);
    assert_int_equal(round, 1);
    assert_int_equal(reports, 1);
    assert_int_equal(send_report(intake, house, &report), INTAKE_KNOWN);
    report = house_report(house, 2, 10, 1);
    assert_int_equal(send_report(intake, house, &report), INTAKE_STORED);
    assert_sum(house, 2, 10, (int32_t[]){2, 0}, 2);
    intake_stop(intake);
}

static void what_is_no_report_for_its_address_is_refused(void **state)
{
    struct house *house = *state;
    struct intake *intake = start_round(house);
    struct report report = house_report(house, 1, 10, 2);
    struct sent sent;

    prepare(&sent, house, &report);
    sent.ticket.id[3] ^= 1;
    assert_int_equal(send_ticket(intake, &sent), INTAKE_INVALID);
    assert_non_null(strstr(sent.reason, "another id"));
    sent.ticket.id[3] ^= 1;
    sent.ticket.round = 2;
    assert_int_equal(send_ticket(intake, &sent), INTAKE_INVALID);
    assert_non_null(strstr(sent.reason, "another round"));
    sent.ticket.round = 1;
    sent.ticket.length -= 4;
    assert_int_equal(send_ticket(intake, &sent), INTAKE_INVALID);
    sent.ticket.length = 0;
    assert_int_equal(send_ticket(intake, &sent), INTAKE_INVALID);
    buffer_free(&sent.body);

    report.manifest_hash[0] ^= 1;
    assert_int_equal(send_report(intake, house, &report), INTAKE_INVALID);
    report = house_report(house, 1, manifest_coordinates(&house->manifest), 1);
    assert_int_equal(send_report(intake, house, &report), INTAKE_INVALID);
    report = house_report(house, 1, 10, 2);
    report.round = 2;
    assert_int_equal(send_report(intake, house, &report), INTAKE_NOT_FOUND);
    report.round = 0;
    assert_int_equal(send_report(intake, house, &report), INTAKE_CLOSED);
    assert_sum(house, 0, 10, (int32_t[]){0, 0}, 2);
    intake_stop(intake);
}

static void others_may_close_the_round_meanwhile(void **state)
{
    struct house *house = *state;
    struct intake *intake = start_round(house);
    struct report late = house_report(house, 9, 10, 1), report;

    for (uint8_t i = 0; i < 3; i++) {
        report = house_report(house, i, 10, 1);
        assert_int_equal(send_report(intake, house, &report), INTAKE_STORED);
    }
    assert_ok(round_close(&house->server));
    assert_int_equal(send_report(intake, house, &late), INTAKE_CLOSED);
    assert_int_equal(send_report(intake, house, &report), INTAKE_KNOWN);
    assert_ok(round_finish(&house->server));
    house_open(house);
    assert_int_equal(send_report(intake, house, &late), INTAKE_CLOSED);
    assert_int_equal(send_report(intake, house, &report), INTAKE_KNOWN);
    report = house_report(house, 1, 20, 1);
    assert_int_equal(send_report(intake, house, &report), INTAKE_STORED);
    assert_sum(house, 1, 19, (int32_t[]){0, 1, 0}, 3);
    intake_stop(intake);
}

static void a_full_round_takes_no_more(void **state)
{
    struct house *house = *state;
    struct server_plan plan = house_plan();
    struct intake *intake;

    house_make(house, &plan);
    house_open(house);
    fulls = 0;
    intake = start(house, 4, 1000);
    for (uint8_t i = 0; i < 6; i++) {
        struct report report = house_report(house, i, 10, 1);

        assert_int_equal(send_report(intake, house, &report),
                         i < 4 ? INTAKE_STORED : INTAKE_CLOSED);
        report = house_report(house, 0, 10, 1);
        assert_int_equal(send_report(intake, house, &report), INTAKE_KNOWN);
    }
    assert_sum(house, 4, 10, (int32_t[]){4, 0}, 2);
    assert_int_equal(fulls, 1);
    intake_stop(intake);
}

/* The settings were changed while it was open: it could not be closed with fewer. */
static void a_round_takes_its_minimum_in_any_case(void **state)
{
    struct house *house = *state;
    struct server_plan plan = house_plan();
    struct intake *intake;

    house_make(house, &plan);
    house_open(house);
    intake = start(house, 1, 1000);
    for (uint8_t i = 0; i < 4; i++) {
        struct report report = house_report(house, i, 10, 1);

        assert_int_equal(send_report(intake, house, &report),
                         i < 3 ? INTAKE_STORED : INTAKE_CLOSED);
    }
    intake_stop(intake);
    assert_ok(round_close(&house->server));
}

/* Many at once, each twice: in one transaction, or in several. */
static void a_crowd_is_counted_once_each(void **state)
{
    enum { CROWD = 200 };
    struct house *house = *state;
    struct intake *intake = start_round(house);
    struct sent *sent = calloc(2 * CROWD, sizeof *sent);
    size_t stored = 0, known = 0;

    assert_non_null(sent);
    for (size_t i = 0; i < 2 * CROWD; i++) {
        struct report report = house_report(house, (uint8_t)(i % CROWD), 10, 1);

        prepare(&sent[i], house, &report);
    }
    for (size_t i = 0; i < 2 * CROWD; i++)
        intake_submit(intake, &sent[i].ticket);
    for (size_t i = 0; i < 2 * CROWD; i++) {
        wait_for(&sent[i]);
        stored += sent[i].outcome == INTAKE_STORED;
        known += sent[i].outcome == INTAKE_KNOWN;
        buffer_free(&sent[i].body);
    }
    assert_int_equal(stored, CROWD);
    assert_int_equal(known, CROWD);
    assert_int_equal(intake_waiting(intake), 0);
    assert_sum(house, CROWD, 10, (int32_t[]){CROWD, 0}, 2);
    free(sent);
    intake_stop(intake);
}

/* While another program writes, reports wait; beyond the queue they are told so at once. */
static void more_than_the_queue_are_told_to_come_again(void **state)
{
    struct house *house = *state;
    struct server_plan plan = house_plan();
    struct sent sent[4];
    struct intake *intake;

    house_make(house, &plan);
    house_open(house);
    intake = start(house, 0, 2);
    assert_ok(house->server.store->begin(house->server.store));
    for (uint8_t i = 0; i < 4; i++) {
        struct report report = house_report(house, i, 10, 1);

        prepare(&sent[i], house, &report);
        intake_submit(intake, &sent[i].ticket);
        while (i == 0 && intake_waiting(intake) > 0)
            sched_yield(); /* the first is in work */
    }
    wait_for(&sent[3]);
    assert_int_equal(sent[3].outcome, INTAKE_BUSY);
    assert_int_equal(intake_waiting(intake), 2);
    assert_ok(house->server.store->end(house->server.store, ERROR_NONE));
    for (size_t i = 0; i < 3; i++) {
        wait_for(&sent[i]);
        assert_int_equal(sent[i].outcome, INTAKE_STORED);
    }
    for (size_t i = 0; i < 4; i++)
        buffer_free(&sent[i].body);
    intake_stop(intake);
}

static void run_sql(const struct house *house, const char *sql)
{
    char path[FOLDER_PATH_MAX];
    sqlite3 *handle;

    assert_ok(folder_file(&house->server.folder, "server.db", path));
    assert_int_equal(sqlite3_open(path, &handle), SQLITE_OK);
    assert_int_equal(sqlite3_exec(handle, sql, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(handle), SQLITE_OK);
}

/* A store that takes ids and fails at the sum: nothing of the batch may be left. */
static void what_fails_is_not_counted_and_may_come_again(void **state)
{
    struct house *house = *state;
    struct intake *intake = start_round(house);
    struct report report = house_report(house, 1, 10, 1);
    char trouble[256];

    assert_int_equal(send_report(intake, house, &report), INTAKE_STORED);
    run_sql(house, "CREATE TRIGGER fails BEFORE UPDATE ON sum BEGIN"
                   " SELECT RAISE(ABORT, 'a disk that fails'); END");
    report = house_report(house, 2, 10, 1);
    assert_int_equal(send_report(intake, house, &report), INTAKE_FAILED);
    assert_int_equal(send_report(intake, house, &report), INTAKE_FAILED);
    intake_trouble(intake, trouble, sizeof trouble);
    assert_non_null(strstr(trouble, "a disk that fails"));
    intake_trouble(intake, trouble, sizeof trouble);
    assert_string_equal(trouble, "");
    assert_sum(house, 1, 10, (int32_t[]){1, 0}, 2);
    run_sql(house, "DROP TRIGGER fails");
    assert_int_equal(send_report(intake, house, &report), INTAKE_STORED);
    assert_sum(house, 2, 10, (int32_t[]){2, 0}, 2);
    intake_stop(intake);
}

static bool file_has(const char *path, const void *bytes, size_t length)
{
    struct buffer content;
    bool has;

    buffer_init(&content, (size_t)1 << 30);
    assert_ok(file_read(path, &content));
    has = content.length > 0 && memmem(content.data, content.length, bytes, length);
    buffer_free(&content);
    return has;
}

/* Whether a file of the server's folder, its database's log included, has the bytes. */
static bool folder_has(const struct house *house, const void *bytes, size_t length)
{
    DIR *entries = opendir(house->dir);
    const struct dirent *entry;
    bool has = false;

    assert_non_null(entries);
    while ((entry = readdir(entries)) != NULL) {
        char path[FOLDER_PATH_MAX];

        if (entry->d_type != DT_REG)
            continue;
        assert_ok(folder_file(&house->server.folder, entry->d_name, path));
        has = file_has(path, bytes, length) || has;
    }
    closedir(entries);
    return has;
}

/* The sum after one report is that report's votes. */
static void single_votes_are_in_no_file(void **state)
{
    struct house *house = *state;
    struct intake *intake = start_round(house);
    struct report report = house_report(house, 0xA7, 10, 6);
    struct aggregate sum;
    struct buffer body;

    assert_int_equal(send_report(intake, house, &report), INTAKE_STORED);
    buffer_init(&body, REPORT_MAX);
    assert_ok(report_write(&report, house->manifest.votes, &body));
    assert_ok(round_sum(house->server.store, &house->server.folder, 1,
                        manifest_coordinates(&house->manifest), &sum));
    assert_false(folder_has(house, body.data + REPORT_HEAD, 24));
    assert_false(folder_has(house, sum.sum + 10, 6 * sizeof *sum.sum));
    assert_true(folder_has(house, report.id, REPORT_ID_BYTES)); /* the search finds what is there */
    buffer_free(&body);
    aggregate_free(&sum);
    intake_stop(intake);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        house_test(a_report_counts_once),
        house_test(what_was_counted_is_there_after_a_restart),
        house_test(what_is_no_report_for_its_address_is_refused),
        house_test(others_may_close_the_round_meanwhile),
        house_test(a_full_round_takes_no_more),
        house_test(a_round_takes_its_minimum_in_any_case),
        house_test(a_crowd_is_counted_once_each),
        house_test(more_than_the_queue_are_told_to_come_again),
        house_test(what_fails_is_not_counted_and_may_come_again),
        house_test(single_votes_are_in_no_file),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
