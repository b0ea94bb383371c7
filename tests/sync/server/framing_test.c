#include "sync/server/framing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* What the library does with a sound head: NULs where the separators were. */
static struct framing lay_out(const char *text, char memory[1024])
{
    struct framing framing = {.method = memory, .size = strlen(text)};
    char *at, *end;

    snprintf(memory, 1024, "%s", text);
    at = strchr(memory, ' ');
    framing.target = at + 1;
    *at = '\0';
    end = strstr(framing.target, "\r\n");
    for (at = end; *at != ' ';)
        at--;
    framing.version = at + 1;
    *at = end[0] = end[1] = '\0';
    framing.target_length = strlen(framing.target);
    framing.target_plain = framing_target(framing.target, framing.target_length);
    for (at = end + 2; *at != '\r'; at = end + 2) {
        struct framing_field *field = &framing.field[framing.count++];
        char *colon = strchr(at, ':');

        end = strstr(at, "\r\n");
        field->name = at;
        field->name_length = (size_t)(colon - at);
        field->value = colon + 1 + strspn(colon + 1, " \t");
        field->value_length = (size_t)(end - field->value);
        *colon = end[0] = end[1] = '\0';
    }
    at[0] = at[1] = '\0';
    return framing;
}

static void test_heads(void **state)
{
    static const struct {
        const char *text;
        int status;
        bool has_length;
        uint64_t length;
    } cases[] = {
#define LINE "GET /path HTTP/1.1\r\n"
        {LINE "Host: a\r\n\r\n", 0, false, 0},
        {LINE "Host:a\r\n\r\n", 0, false, 0},
        {LINE "Host: \t a\r\n\r\n", 0, false, 0},
        {LINE "hOST: a.b-c_d~:8443\r\n\r\n", 0, false, 0},
        {LINE "Host: [2001:db8::1]:1\r\n\r\n", 0, false, 0},
        {LINE "Host: a\r\nContent-Length: 0\r\n\r\n", 0, true, 0},
        {LINE "Host: a\r\nContent-Length: 007\r\n\r\n", 0, true, 7},
        {LINE "Host: a\r\ncontent-length:999999999999999999\r\n\r\n", 0, true,
         UINT64_C(999999999999999999)},
        {LINE "Host: a\r\nContent-Type: b\r\nX:\r\nX: c\td \r\n\r\n", 0, false, 0},
        {"M-SEARCH /?a=b HTTP/1.1\r\nHost: a\r\n\r\n", 0, false, 0},
        {LINE "\r\n", 400, false, 0},
        {LINE "X: a\r\n\r\n", 400, false, 0},
        {LINE "Host: a\r\nHost: a\r\n\r\n", 400, false, 0},
        {LINE "Host: a\r\nhost: b\r\n\r\n", 400, false, 0},
        {LINE "Host:\r\n\r\n", 400, false, 0},
        {LINE "Host: a \r\n\r\n", 400, false, 0},
        {LINE "Host: a b\r\n\r\n", 400, false, 0},
        {LINE "Host: a@b\r\n\r\n", 400, false, 0},
        {LINE "Host: a/\r\n\r\n", 400, false, 0},
        {LINE "Host: a\r\nTransfer-Encoding: chunked\r\n\r\n", 400, false, 0},
        {LINE "Host: a\r\ntransfer-ENCODING: identity\r\n\r\n", 400, false, 0},
        {LINE "Host: a\r\nTransfer-Encoding:\r\n\r\n", 400, false, 0},
        {LINE "Host: a\r\nContent-Length:\r\n\r\n", 400, false, 0},
        {LINE "Host: a\r\nContent-Length: -1\r\n\r\n", 400, false, 0},
        {LINE "Host: a\r\nContent-Length: +1\r\n\r\n", 400, false, 0},
        {LINE "Host: a\r\nContent-Length: 1 \r\n\r\n", 400, false, 0},
        {LINE "Host: a\r\nContent-Length: 1,1\r\n\r\n", 400, false, 0},
        {LINE "Host: a\r\nContent-Length: 0x1\r\n\r\n", 400, false, 0},
        {LINE "Host: a\r\nContent-Length: 1000000000000000000\r\n\r\n", 400, false, 0},
        {LINE "Host: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n", 400, false, 0},
        {LINE "Host: a\r\nContent-Type: b\r\ncontent-type: b\r\n\r\n", 400, false, 0},
        {LINE "Host: a\r\n X: b\r\n\r\n", 400, false, 0},
        {LINE "Host: a\r\nX : b\r\n\r\n", 400, false, 0},
        {LINE "Host: a\r\nX\t: b\r\n\r\n", 400, false, 0},
        {LINE "Host: a\r\n: b\r\n\r\n", 400, false, 0},
        {LINE "Host: a\r\nX\"y: b\r\n\r\n", 400, false, 0},
        {LINE "Host: a\r\nX\xc3: b\r\n\r\n", 400, false, 0},
        {LINE "Host: a\r\nX: b\x01\r\n\r\n", 400, false, 0},
        {LINE "Host: a\r\nX: b\x7f\r\n\r\n", 400, false, 0},
        {LINE "Host: a\r\nX: b\rc\r\n\r\n", 400, false, 0},
        {LINE "Host: a\r\nX: b\nc\r\n\r\n", 400, false, 0},
        {"G\x80T / HTTP/1.1\r\nHost: a\r\n\r\n", 400, false, 0},
        {"GET path HTTP/1.1\r\nHost: a\r\n\r\n", 400, false, 0},
        {"GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400, false, 0},
        {"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", 400, false, 0},
        {"GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", 400, false, 0},
        {"GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400, false, 0},
        {"GET /\x80 HTTP/1.1\r\nHost: a\r\n\r\n", 400, false, 0},
        {"GET / HTTP/1.0\r\nHost: a\r\n\r\n", 505, false, 0},
        {"GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505, false, 0},
        {"GET / http/1.1\r\nHost: a\r\n\r\n", 505, false, 0},
        {"GET / HTTP/1.10\r\nHost: a\r\n\r\n", 505, false, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char memory[1024];
        struct framing framing = lay_out(cases[i].text, memory);
        struct framing_verdict verdict = framing_judge(&framing);

        if (verdict.status != cases[i].status)
            fail_msg("%d, not %d: %s", verdict.status, cases[i].status, cases[i].text);
        if (verdict.status)
            assert_non_null(verdict.detail);
        else
            assert_int_equal(verdict.has_length, cases[i].has_length);
        if (!verdict.status)
            assert_true(verdict.length == cases[i].length);
    }
}

/* A sound head, of which one part lies a byte or two from its place. */
static void test_parts_in_other_places(void **state)
{
    static const char text[] = "GET /path HTTP/1.1\r\nHost: a\r\nX: yy\r\nZ:\r\n\r\n";

    (void)state;
    for (int shift = -2; shift <= 2; shift++)
        for (int part = 0; part < 9; part++) {
            char memory[1024];
            struct framing framing = lay_out(text, memory);

            if (shift == 0)
                continue;
            switch (part) {
            case 0: framing.size += (size_t)shift; break;
            case 1: framing.target += shift; break;
            case 2: framing.target_length += (size_t)shift; break;
            case 3: framing.field[1].name += shift; break;
            case 4: framing.field[0].name_length += (size_t)shift; break;
            case 5: framing.field[1].value += shift; break;
            case 6: framing.field[1].value_length += (size_t)shift; break;
            case 7: framing.field[2].value += shift; break;
            default: framing.field[2].name += shift; break;
            }
            if (framing_judge(&framing).status != 400)
                fail_msg("part %d by %d", part, shift);
        }
}

static void test_parts_that_are_missing(void **state)
{
    static const char text[] = "GET /path HTTP/1.1\r\nHost: a\r\nX: yy\r\n\r\n";
    char memory[1024];
    struct framing framing = lay_out(text, memory), less;

    (void)state;
    assert_int_equal(framing_judge(&framing).status, 0);
    less = framing;
    less.count = 1; /* the library has passed a line over */
    assert_int_equal(framing_judge(&less).status, 400);
    less = framing;
    less.field[0] = framing.field[1]; /* in another order */
    less.field[1] = framing.field[0];
    assert_int_equal(framing_judge(&less).status, 400);
    less = framing;
    less.count = FRAMING_FIELDS_MAX + 1;
    assert_int_equal(framing_judge(&less).status, 431);
    less = framing;
    less.target = NULL;
    assert_int_equal(framing_judge(&less).status, 400);
    less = framing;
    less.version = "";
    assert_int_equal(framing_judge(&less).status, 505);
    less = framing;
    less.version = NULL;
    assert_int_equal(framing_judge(&less).status, 400);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_heads),
        cmocka_unit_test(test_parts_in_other_places),
        cmocka_unit_test(test_parts_that_are_missing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
