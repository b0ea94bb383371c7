#include "sync/problem.h"

#include "base/utf8.h"
#include "sync/json.h"

#include <stdbool.h>
#include <string.h>

enum error problem_write(int status, const char *title, const char *detail, struct buffer *out)
{
    struct json_writer writer;

    json_start(&writer, out);
    json_put_text(&writer, "type", "about:blank");
    json_put_text(&writer, "title", title);
    json_put_integer(&writer, "status", (uint64_t)status);
    json_put_text(&writer, "detail", detail);
    return json_finish(&writer);
}

/* What could move the cursor, change colours or reorder the line. */
static bool is_unsafe(int32_t codepoint)
{
    return (codepoint >= 0x7F && codepoint < 0xA0) || codepoint == 0x2028 || codepoint == 0x2029 ||
           (codepoint & 0xFFFE) == 0xFFFE || utf8_reorders(codepoint);
}

void problem_line(const char *text, char *out, size_t size)
{
    size_t length = strlen(text), at = 0, end = 0;

    while (at < length) {
        int32_t codepoint;
        char bytes[4];
        size_t count;

        at += utf8_decode(text + at, length - at, &codepoint);
        if (codepoint < ' ')
            codepoint = ' ';
        if (is_unsafe(codepoint))
            codepoint = UTF8_REPLACEMENT;
        count = utf8_encode(codepoint, bytes);
        if (count >= size - end)
            break;
        memcpy(out + end, bytes, count);
        end += count;
    }
    out[end] = '\0';
}

/* The text of a field, or "": a document that lacks it, or has something else there, is fine. */
static const char *text_of(const struct cJSON *root, const char *name)
{
    struct json_reader reader = {.what = "problem", .object = root};

    return json_text(&reader, name, PROBLEM_MAX);
}

void problem_read(const char *bytes, size_t length, char *reason, size_t size)
{
    struct cJSON *root;
    const char *text;

    reason[0] = '\0';
    if (json_parse(bytes, length, PROBLEM_MAX, "problem", &root))
        return;
    text = text_of(root, "detail");
    problem_line(text[0] ? text : text_of(root, "title"), reason, size);
    json_free(root);
}
