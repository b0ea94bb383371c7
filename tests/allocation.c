#include "tests/allocation.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* The names that ld --wrap gives to the real functions and to those in front of them. */
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
char *__real_strdup(const char *text);
char *__real_strndup(const char *text, size_t length);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
char *__wrap_strdup(const char *text);
char *__wrap_strndup(const char *text, size_t length);

static atomic_int left; /* allocations until the one that fails, itself included; <= 0: none */
static atomic_bool failed;
static atomic_ulong allocations;

void allocation_fail_at(int n)
{
    failed = false;
    left = n;
}

bool allocation_failed(void)
{
    left = 0;
    return failed;
}

unsigned long allocation_count(void)
{
    return allocations;
}

static bool fails(void)
{
    allocations++;
    if (left <= 0 || atomic_fetch_sub(&left, 1) != 1)
        return false;
    failed = true;
    return true;
}

void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
    return fails() ? NULL : __real_realloc(old, size);
}

char *__wrap_strdup(const char *text)
{
    return fails() ? NULL : __real_strdup(text);
}

char *__wrap_strndup(const char *text, size_t length)
{
    return fails() ? NULL : __real_strndup(text, length);
}
