#include "sync/problem.h"
#include "sync/reply.h"
#include "tests/sync/sample.h"

#define NOW 1790000000

/* Feeds the lines of a head, each with CR LF behind it; '\n' parts them. */
static enum error feed(struct reply *reply, const char *head)
{
    enum error error = ERROR_NONE;
    char line[1024];

    reply_start(reply);
    while (*head && !error) {
        size_t length = strcspn(head, "\n");

        snprintf(line, sizeof line, "%.*s\r\n", (int)length, head);
        error = reply_line(reply, line, length + 2);
        head += length + (head[length] == '\n');
    }
    return error;
}

static void test_heads(void **state)
{
    static const struct {
        const char *head;
        int status;
        bool ended;
        const char *type;
        uint64_t length;
    } cases[] = {
        {"", 0, false, "", REPLY_UNKNOWN},
        {"HTTP/1.1 200 OK", 200, false, "", REPLY_UNKNOWN},
        {"HTTP/1.1 200", 200, false, "", REPLY_UNKNOWN},
        {"HTTP/1.1 200 OK\n\n", 200, true, "", REPLY_UNKNOWN},
        {"HTTP/1.0 404 \nContent-Length: 0\n\n", 404, true, "", 0},
        {"HTTP/1.1 20", 0, false, "", REPLY_UNKNOWN},
        {"HTTP/1.1 2x0 OK", 0, false, "", REPLY_UNKNOWN},
        {"HTTP/1.1", 0, false, "", REPLY_UNKNOWN},
        {"ICY 200 OK", 0, false, "", REPLY_UNKNOWN},
        {"HTTP/1.1 200 OK\nContent-Type: Application/JSON ; charset=utf-8", 200, false,
         "application/json", REPLY_UNKNOWN},
        {"HTTP/1.1 200 OK\ncontent-type:\ttext/html\t", 200, false, "text/html", REPLY_UNKNOWN},
        {"HTTP/1.1 200 OK\nContent-Type:", 200, false, "", REPLY_UNKNOWN},
        {"HTTP/1.1 200 OK\nContent-Length: 12", 200, false, "", 12},
        {"HTTP/1.1 200 OK\nContent-Length: 12\nContent-Length: 12", 200, false, "", 12},
        {"HTTP/1.1 200 OK\nContent-Length: -1", 200, false, "", REPLY_UNKNOWN},
        {"HTTP/1.1 200 OK\nContent-Length: +1", 200, false, "", REPLY_UNKNOWN},
        {"HTTP/1.1 200 OK\nContent-Length: 0x1", 200, false, "", REPLY_UNKNOWN},
        {"HTTP/1.1 200 OK\nContent-Length: 18446744073709551616", 200, false, "", REPLY_UNKNOWN},
        {"HTTP/1.1 200 OK\nContent-Length: ", 200, false, "", REPLY_UNKNOWN},
        {"HTTP/1.1 200 OK\nX-Content-Length: 12\nContent-Length2: 3", 200, false, "",
         REPLY_UNKNOWN},
        {"HTTP/1.1 103 X\nContent-Type: a/b\n\n", 103, false, "a/b", REPLY_UNKNOWN},
        {"\n\n", 0, false, "", REPLY_UNKNOWN},
        /* an interim reply leaves nothing behind; a trailer changes nothing */
        {"HTTP/1.1 103 X\nContent-Type: a/b\nContent-Length: 9\n\nHTTP/1.1 200 OK\n\n", 200, true,
         "", REPLY_UNKNOWN},
        {"HTTP/1.1 200 OK\n\nContent-Type: a/b\nHTTP/1.1 500 X", 200, true, "", REPLY_UNKNOWN},
    };
    struct reply reply;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(feed(&reply, cases[i].head), ERROR_NONE);
        if (reply.status != cases[i].status || reply.ended != cases[i].ended ||
            strcmp(reply.type, cases[i].type) != 0 || reply.length != cases[i].length)
            fail_msg("misread: %s", cases[i].head);
    }
    assert_int_equal(feed(&reply, "HTTP/1.1 200 OK\nContent-Length: 1\nContent-Length: 2"),
                     ERROR_INVALID);
}

static void test_heads_are_capped(void **state)
{
    char line[1000];
    struct reply reply;
    size_t fed = 0;

    (void)state;
    memset(line, 'a', sizeof line);
    reply_start(&reply);
    while (reply_line(&reply, line, sizeof line) == ERROR_NONE)
        fed += sizeof line;
    assert_true(fed <= REPLY_HEAD_MAX && fed + sizeof line > REPLY_HEAD_MAX);
    reply_start(&reply);
    assert_int_equal(reply_line(&reply, line, SIZE_MAX), ERROR_INVALID);
}

static void test_content_ranges(void **state)
{
    static const struct {
        const char *range;
        bool good;
        uint64_t from, total;
    } cases[] = {
        {"bytes 0-0/1", true, 0, 1},
        {"bytes 100-199/200", true, 100, 200},
        {"Bytes 100-199/1000", true, 100, 1000},
        {"bytes 100-199/*", true, 100, REPLY_UNKNOWN},
        {"bytes 0-184467440737095516160/*", false, 0, 0},
        {"bytes 100-199", false, 0, 0},
        {"bytes 100-199/", false, 0, 0},
        {"bytes 100-199/**", false, 0, 0},
        {"bytes 100-200/200", false, 0, 0},
        {"bytes 100-99/200", false, 0, 0},
        {"bytes */200", false, 0, 0},
        {"bytes -199/200", false, 0, 0},
        {"bytes 100-/200", false, 0, 0},
        {"bytes 1e2-199/200", false, 0, 0},
        {"bytes=100-199/200", false, 0, 0},
        {"items 100-199/200", false, 0, 0},
        {"bytes", false, 0, 0},
        {"/-", false, 0, 0},
        {"", false, 0, 0},
    };
    struct reply reply;
    char head[256];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        snprintf(head, sizeof head, "HTTP/1.1 206 X\nContent-Range: %s\n\n", cases[i].range);
        assert_int_equal(feed(&reply, head), ERROR_NONE);
        if (reply.ranged != cases[i].good)
            fail_msg("misread: %s", cases[i].range);
        if (cases[i].good)
            assert_true(reply.from == cases[i].from && reply.total == cases[i].total);
    }
}

static void test_how_long_to_wait(void **state)
{
    static const struct {
        const char *fields;
        int seconds;
    } cases[] = {
        {"X: y", 0},
        {"Retry-After: 0", 0},
        {"Retry-After: 120", 120},
        {"Retry-After: 86400", 86400},
        {"Retry-After: 86401", 86400},
        {"Retry-After: 99999999999999999999", 0},
        {"Retry-After: -5", 0},
        {"Retry-After: 1.5", 0},
        {"Retry-After: soon", 0},
        {"Retry-After:", 0},
        /* 1790000000 is Mon, 21 Sep 2026 14:13:20 GMT */
        {"Retry-After: Mon, 21 Sep 2026 14:14:20 GMT", 60},
        {"Retry-After: Mon, 21 Sep 2026 14:12:20 GMT", 0},
        {"Retry-After: Mon, 21 Sep 2099 14:12:20 GMT", 86400},
        {"Retry-After: Mon, 21 Sep 1900 14:12:20 GMT", 0},
        {"Retry-After: Mon, 21 Sep 2026 14:14:20 GMT+1", 0},
        {"Retry-After: 2026-09-21T14:14:20Z", 0},
        /* the server's own clock, where it tells it */
        {"Date: Sun, 06 Nov 1994 08:49:37 GMT\nRetry-After: Sun, 06 Nov 1994 08:50:00 GMT", 23},
        {"Retry-After: Sun, 06 Nov 1994 08:50:00 GMT\nDate: Sun, 06 Nov 1994 08:49:37 GMT", 23},
        {"Retry-After: 5\nRetry-After: Mon, 21 Sep 2026 14:14:20 GMT", 60},
    };
    struct reply reply;
    char head[256];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        snprintf(head, sizeof head, "HTTP/1.1 503 X\n%s\n\n", cases[i].fields);
        assert_int_equal(feed(&reply, head), ERROR_NONE);
        if (reply_wait(&reply, NOW) != cases[i].seconds)
            fail_msg("%s: %d", cases[i].fields, reply_wait(&reply, NOW));
    }
}

static void test_answers_to_a_report(void **state)
{
    static const char document[] = "{\"title\":\"No\",\"detail\":\"not\\u0007now\"}";
    struct client_reply out;
    struct reply reply;

    (void)state;
    for (int status = 0; status <= 999; status++) {
        enum error error;

        reply_start(&reply);
        reply.status = status;
        snprintf(reply.type, sizeof reply.type, PROBLEM_TYPE);
        error = reply_to_report(&reply, document, strlen(document), NOW, &out);
        if (status == 200 || status == 201)
            assert_true(!error && out.answer == CLIENT_STORED && !out.reason[0]);
        else if (status == 404 || status == 409)
            assert_true(!error && out.answer == CLIENT_CLOSED);
        else if (status == 408 || status == 425 || status == 429 || status / 100 == 5)
            assert_true(!error && out.answer == CLIENT_LATER);
        else if (status / 100 == 4)
            assert_true(!error && out.answer == CLIENT_REFUSED);
        else
            assert_int_equal(error, ERROR_INVALID);
        if (!error && out.answer != CLIENT_STORED)
            assert_string_equal(out.reason, "not now");
    }
    reply.status = 422;
    snprintf(reply.type, sizeof reply.type, "text/html");
    assert_int_equal(reply_to_report(&reply, document, strlen(document), NOW, &out), ERROR_NONE);
    assert_string_equal(out.reason, "");
    assert_int_equal(out.answer, CLIENT_LATER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_heads),
        cmocka_unit_test(test_heads_are_capped),
        cmocka_unit_test(test_content_ranges),
        cmocka_unit_test(test_how_long_to_wait),
        cmocka_unit_test(test_answers_to_a_report),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
