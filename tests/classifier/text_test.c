#include "classifier/english.h"
#include "classifier/hash.h"
#include "classifier/lanes.h"
#include "classifier/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int set_up(void **state)
{
    struct text *text;

    if (text_new(&english_text_settings, &text))
        return -1;
    *state = text;
    return 0;
}

static int tear_down(void **state)
{
    text_free(*state);
    return 0;
}

/* The tokens with "|" between, "not:" before the negated. */
static void list_tokens(const struct text *text, char *out, size_t size)
{
    const struct token *tokens;
    size_t count, at = 0;

    tokens = text_tokens(text, &count);
    out[0] = '\0';
    for (size_t i = 0; i < count && at < size; i++)
        at += (size_t)snprintf(out + at, size - at, "%s%s%.*s", i > 0 ? "|" : "",
                               tokens[i].negated ? TEXT_NEGATED : "", (int)tokens[i].length,
                               tokens[i].string);
}

struct example {
    const char *message, *tokens;
};

static const struct example examples[] = {
    {"", ""},
    {" \t\n ", ""},
    {"Hello World", "hello|world"},
    {"can't", "can|n't"},
    {"CAN'T", "can|n't"},
    {"won't", "will|n't"},
    {"shan't", "shall|n't"},
    {"don't", "do|n't"},
    {"don\xE2\x80\x99t", "do|n't"},
    {"shouldn't've", "should|n't|not:'ve"},
    {"it's I'm you're we'll he'd I've", "it|'s|i|'m|you|'re|we|'ll|he|'d|i|'ve"},
    {"o'clock y'all", "o'clock|y'all"},
    {"dogs' 'quoted'", "dogs|'|'|quoted|'"},
    {"[NAME] and [RELIGION]", "<name>|and|<religion>"},
    {"[name] [] [A]", "[|name|]|[|]|[|a|]"},
    {"1 1,000.50 12:30 3rd 90's", "<num>|<num>|<num>|3rd|<num>|'|s"},
    {"see https://example.org/x?y=1 now", "see|<url>|now"},
    {"www.example.org www. x", "<url>|ww|.|x"},
    {"http: //", "http|:|/|/"},
    {"! !! ? ?? ?! !?! . .. ......", "!|!!|?|??|?!|?!|.|...|..."},
    {"\xE2\x80\xA6", "..."},
    {"\"\"\"quoted\"\"", "\"|quoted|\""},
    {":) :-) =) :( :'( ;) :D <3 </3 -_- ^^", ":)|:)|:)|:(|:'(|;)|:D|<3|</3|-_-|^_^"},
    {"thing:Done at://x", "thing|:|done|at|:|/|/|x"},
    {"soooo goooood", "soo|good"},
    {"100000 2000s", "<num>|2000s"},
    {"haha hahaha hehehe ahahah ha heh", "haha|haha|haha|haha|ha|heh"},
    {"not a good day, ok", "not|not:a|not:good|not:day|,|ok"},
    {"not good. good", "not|not:good|.|good"},
    {"never not good", "never|not|not:good"},
    {"not [NAME] (really) 7 good", "not|<name>|(|not:really|)|<num>|not:good"},
    {"\xF0\x9F\x98\x82\xF0\x9F\x98\x82", "\xF0\x9F\x98\x82|\xF0\x9F\x98\x82"},
    {"\xE2\x9D\xA4\xEF\xB8\x8F \xE2\x9D\xA4", "\xE2\x9D\xA4|\xE2\x9D\xA4"},
    {"\xF0\x9F\x91\x8D\xF0\x9F\x8F\xBD", "\xF0\x9F\x91\x8D"},
    {"na\xC3\xAFve NA\xC3\x8FVE", "na\xC3\xAFve|na\xC3\xAFve"},
    {"\xEF\xBC\xAC\xEF\xBC\xAF\xEF\xBC\xB6\xEF\xBC\xA5", "love"}, /* full width */
    {"\xE6\x82\xB2\xE3\x81\x97", "\xE6\x82\xB2|\xE3\x81\x97"},    /* Japanese */
    {"\xD7\xA9\xD7\x9C\xD7\x95\xD7\x9D", "\xD7\xA9\xD7\x9C\xD7\x95\xD7\x9D"},
    {"a\xFF"
     "b",
     "a|\xEF\xBF\xBD|b"},
    {"\x1B[31mred", "[|31mred"},
    {"\xC3", "\xEF\xBF\xBD"},
    {"zero\xE2\x80\x8Bwidth", "zerowidth"},
};

static void test_examples(void **state)
{
    char tokens[512];

    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
        text_read(*state, examples[i].message, strlen(examples[i].message));
        list_tokens(*state, tokens, sizeof tokens);
        assert_string_equal(tokens, examples[i].tokens);
    }
}

static void test_nul_is_replaced(void **state)
{
    char tokens[64];

    text_read(*state, "a\0b", 3);
    list_tokens(*state, tokens, sizeof tokens);
    assert_string_equal(tokens, "a|\xEF\xBF\xBD|b");
}

struct flag_example {
    const char *message;
    uint32_t flags; /* without the length */
};

static void test_flags(void **state)
{
    static const struct flag_example table[] = {
        {"quiet words I say", 0},
        {"one LOUD word", 1 << FLAG_SHOUT},
        {"TWO LOUD words", 1 << FLAG_SHOUTS},
        {"ALL LOUD", 1 << FLAG_SHOUTS | 1 << FLAG_SHOUTING},
        {"I DON'T I", 1 << FLAG_SHOUT},
        {"sooo", 1 << FLAG_STRETCH},
        {"[NAME] 1000 ok", 0},
        {"\xD0\x9D\xD0\x95\xD0\xA2 \xD0\x9D\xD0\x95\xD0\xA2",
         1 << FLAG_SHOUTS | 1 << FLAG_SHOUTING},
    };

    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        text_read(*state, table[i].message, strlen(table[i].message));
        assert_int_equal(text_flags(*state) & ((1 << FLAG_LENGTH) - 1), table[i].flags);
    }
}

static void test_length_buckets(void **state)
{
    static const int tokens_of[] = {0, 1, 2, 3, 5, 6, 9, 10, 14, 15, 100};
    static const int bucket_of[] = {0, 1, 2, 3, 3, 4, 4, 5, 5, 6, 6};
    char message[256];

    for (size_t i = 0; i < sizeof tokens_of / sizeof *tokens_of; i++) {
        memset(message, 0, sizeof message);
        for (int token = 0; token < tokens_of[i]; token++)
            memcpy(message + 2 * token, "a ", 2);
        text_read(*state, message, strlen(message));
        assert_int_equal(text_flags(*state), 1 << (FLAG_LENGTH + bucket_of[i]));
    }
}

static void test_sources(void **state)
{
    static const char message[] =
        "\xE2\x80\x9C"
        "Caf\x65\xCC\x81 isn\xE2\x80\x99t \xF0\x9F\x91\x8D\xF0\x9F\x8F\xBD!!!";
    static const uint32_t ranges[][2] = {{0, 3}, {3, 9}, {10, 12}, {12, 17}, {18, 26}, {26, 29}};
    const struct token *tokens;
    size_t count;

    text_read(*state, message, strlen(message));
    tokens = text_tokens(*state, &count);
    assert_int_equal(count, sizeof ranges / sizeof *ranges);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(tokens[i].start, ranges[i][0]);
        assert_int_equal(tokens[i].end, ranges[i][1]);
    }
}

static void assert_same(struct text *left, struct text *right)
{
    const struct token *a, *b;
    size_t count, others;

    a = text_tokens(left, &count);
    b = text_tokens(right, &others);
    assert_int_equal(count, others);
    assert_int_equal(text_flags(left), text_flags(right));
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(a[i].hash, b[i].hash);
        assert_int_equal(a[i].length, b[i].length);
        assert_memory_equal(a[i].string, b[i].string, a[i].length);
        assert_int_equal(a[i].start, b[i].start);
        assert_int_equal(a[i].end, b[i].end);
        assert_int_equal(a[i].kind, b[i].kind);
        assert_int_equal(a[i].negated, b[i].negated);
    }
}

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525 + 1013904223;
    return *seed >> 8;
}

static void test_ascii_equals_unicode(void **state)
{
    static const char *const pieces[] = {"not ",   "n't", "'s",  "http://", "www.",
                                         "[NAME]", ":)",  "aaa", "Good",    "...",
                                         "!?",     "12",  ",",   "\r\n",    "hahaha"};
    struct text *other;
    char message[96];
    uint32_t seed = 7;

    assert_int_equal(text_new(&english_text_settings, &other), ERROR_NONE);
    for (int round = 0; round < 20000; round++) {
        size_t length = 0, wanted = next_random(&seed) % 40;

        while (length < wanted) {
            const char *piece = pieces[next_random(&seed) % (sizeof pieces / sizeof *pieces)];

            if (next_random(&seed) % 3 == 0) {
                memcpy(message + length, piece, strlen(piece));
                length += strlen(piece);
            } else {
                message[length++] = (char)(1 + next_random(&seed) % 127);
            }
        }
        text_read(*state, message, length);
        text_read_unicode(other, message, length);
        assert_same(*state, other);
    }
    text_free(other);
}

/* Tokens that bytes of any kind make stand for bytes of the message, in order. */
static void test_random_bytes(void **state)
{
    char message[64];
    uint32_t seed = 11;

    for (int round = 0; round < 20000; round++) {
        size_t length = next_random(&seed) % sizeof message, count;
        const struct token *tokens;

        for (size_t i = 0; i < length; i++)
            message[i] = (char)(next_random(&seed) % 3 ? 0x80 + next_random(&seed) % 128
                                                       : next_random(&seed) % 128);
        text_read(*state, message, length);
        tokens = text_tokens(*state, &count);
        for (size_t i = 0; i < count; i++) {
            assert_true(tokens[i].start < tokens[i].end);
            assert_true(tokens[i].end <= length);
            assert_true(i == 0 || tokens[i].start >= tokens[i - 1].start);
            assert_true(tokens[i].length > 0);
        }
    }
}

static void test_composed_equals_decomposed(void **state)
{
    static const struct example pairs[] = {
        {"caf\xC3\xA9 \xC3\x85ngstr\xC3\xB6m", "cafe\xCC\x81 A\xCC\x8Angstro\xCC\x88m"},
        {"\xE1\xBA\xA5", "a\xCC\x82\xCC\x81"},
        {"\xED\x95\x9C\xEA\xB8\x80",
         "\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB\xE1\x84\x80\xE1\x85\xB3\xE1\x86\xAF"},
        {"\xC3\x89T\xC3\x89", "E\xCC\x81TE\xCC\x81"},
    };
    char composed[128], decomposed[128];

    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        uint32_t flags;

        text_read(*state, pairs[i].message, strlen(pairs[i].message));
        list_tokens(*state, composed, sizeof composed);
        flags = text_flags(*state);
        text_read(*state, pairs[i].tokens, strlen(pairs[i].tokens));
        list_tokens(*state, decomposed, sizeof decomposed);
        assert_string_equal(composed, decomposed);
        assert_int_equal(flags, text_flags(*state));
    }
}

/* Words of up to some sixty bytes are read in one go, wherever they begin. */
static void test_long_words(void **state)
{
    enum { LONGEST = 140, FARTHEST = 70 };
    char message[FARTHEST + LONGEST + 1], lower[LONGEST];
    const struct token *tokens;
    size_t count;

    for (int i = 0; i < LONGEST; i++)
        lower[i] = (char)('b' + i % 20);
    for (uint32_t start = 0; start <= FARTHEST; start++)
        for (uint32_t length = 1; length <= LONGEST; length++) {
            memset(message, ' ', start);
            memcpy(message + start, lower, length);
            message[start] = 'B';
            message[start + length] = '.';
            text_read(*state, message, start + length + 1);
            tokens = text_tokens(*state, &count);
            assert_int_equal(count, 2);
            assert_int_equal(tokens[0].start, start);
            assert_int_equal(tokens[0].end, start + length);
            assert_memory_equal(tokens[0].string, lower, length);
            assert_int_equal(tokens[0].hash, hash_string(lower, length));
            assert_int_equal(tokens[0].chunk, hash_first_chunk(lower, length));
            assert_int_equal(text_flags(*state) >> FLAG_SHOUT & 1, 0);
        }
}

static void test_length_is_capped(void **state)
{
    static const char *const fillers[] = {"a ", "!a", "\xEF\xB7\xBA", "e\xCC\x81", "\xFF", "x"};
    size_t size = 10 * 1024 * 1024, count;
    char *message = malloc(size);

    assert_non_null(message);
    for (size_t i = 0; i < sizeof fillers / sizeof *fillers; i++) {
        size_t step = strlen(fillers[i]);
        const struct token *tokens;

        for (size_t at = 0; at + step <= size; at += step)
            memcpy(message + at, fillers[i], step);
        text_read(*state, message, size);
        tokens = text_tokens(*state, &count);
        assert_in_range(count, 1, TOKENS_MAX);
        assert_true(tokens[count - 1].end <= TEXT_MAX);
    }
    free(message);
}

static void test_hashes(void **state)
{
    static const char words[] = "not foobar understandable antidisestablishmentarianism";
    const struct token *tokens;
    size_t count;

    text_read(*state, words, strlen(words));
    tokens = text_tokens(*state, &count);
    assert_int_equal(count, 4);
    for (size_t i = 0; i < count; i++) {
        uint64_t plain = hash_string(tokens[i].string, tokens[i].length);

        assert_int_equal(tokens[i].negated, i > 0);
        assert_int_equal(tokens[i].hash, i > 0 ? text_negated_hash(plain) : plain);
    }
}

/* Every byte counts, and a hash table's slots are used alike. */
static void test_hash_spreads(void **state)
{
    enum { SLOTS = 1024, WORDS = 26 * 26 * 26 };
    static unsigned used[SLOTS];
    char word[] = "an example of fifteen and more: ...";

    (void)state;
    for (size_t place = 0; place + 3 <= sizeof word - 1; place++) {
        memset(used, 0, sizeof used);
        for (int i = 0; i < WORDS; i++) {
            word[place] = (char)('a' + i % 26);
            word[place + 1] = (char)('a' + i / 26 % 26);
            word[place + 2] = (char)('a' + i / 676);
            used[hash_slot(hash_string(word, sizeof word - 1), SLOTS - 1)]++;
        }
        for (size_t slot = 0; slot < SLOTS; slot++)
            assert_in_range(used[slot], 1, 4 * WORDS / SLOTS);
    }
}

/* What the processor does to many bytes at once is what the plain loop does. */
static void test_lanes(void **state)
{
    char bytes[LANES_BYTES], lower[LANES_BYTES], plain[LANES_BYTES];
    struct lanes lanes, expected;
    uint32_t seed = 5, tags[8];

    (void)state;
    for (int round = 0; round < 20000; round++) {
        char before = (char)next_random(&seed);

        for (size_t i = 0; i < sizeof bytes; i++)
            bytes[i] = (char)(next_random(&seed) % (round % 2 ? 256 : 100));
        for (size_t i = 0; i < 8; i++)
            tags[i] = next_random(&seed) % 4;
        lanes_read(bytes, before, lower, &lanes);
        lanes_read_portable(bytes, before, plain, &expected);
        assert_memory_equal(lower, plain, sizeof lower);
        assert_memory_equal(&lanes, &expected, sizeof lanes);
        assert_int_equal(lanes_find(tags, 3), lanes_find_portable(tags, 3));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_examples),     cmocka_unit_test(test_nul_is_replaced),
        cmocka_unit_test(test_flags),        cmocka_unit_test(test_length_buckets),
        cmocka_unit_test(test_sources),      cmocka_unit_test(test_ascii_equals_unicode),
        cmocka_unit_test(test_random_bytes), cmocka_unit_test(test_composed_equals_decomposed),
        cmocka_unit_test(test_long_words),   cmocka_unit_test(test_length_is_capped),
        cmocka_unit_test(test_hashes),       cmocka_unit_test(test_hash_spreads),
        cmocka_unit_test(test_lanes),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
