#include "app/locale.h"

#include <langinfo.h>
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include <cmocka.h>

static void set(const char *name, const char *value)
{
    if (value)
        setenv(name, value, 1);
    else
        unsetenv(name);
}

/* Whatever is asked for, and whatever this system has of it, characters are read as UTF-8; what the
 * user's terminal takes is what the first variable that says something says. */
static void characters_are_utf8_and_numbers_have_points(void **state)
{
    static const struct {
        const char *all, *ctype, *lang; /* LC_ALL, LC_CTYPE, LANG */
        bool utf8;
    } cases[] = {
        {NULL, NULL, NULL, false},
        {"", "", "", false},
        {"C", NULL, NULL, false},
        {"POSIX", NULL, "C.UTF-8", false},
        {NULL, NULL, "C.UTF-8", true},
        {NULL, NULL, "en_US.utf8", true},
        {"", NULL, "de_DE.UTF-8", true},
        {"no_SUCH.utf-8", NULL, NULL, true},
        {NULL, "C", "C.UTF-8", false},
        {NULL, "de_DE.UTF-8@euro", "C", true},
        {"de_DE@euro", "C.UTF-8", "C.UTF-8", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        set("LC_ALL", cases[i].all);
        set("LC_CTYPE", cases[i].ctype);
        set("LANG", cases[i].lang);
        setlocale(LC_ALL, "C");
        locale_choose();
        assert_string_equal(nl_langinfo(CODESET), "UTF-8");
        assert_int_equal(wcwidth(0x65E5), 2);
        assert_string_equal(localeconv()->decimal_point, ".");
        assert_int_equal(locale_is_utf8(), cases[i].utf8);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(characters_are_utf8_and_numbers_have_points),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
