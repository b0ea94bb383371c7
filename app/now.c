#include "app/now.h"

#include "base/clock.h"

#include <stdlib.h>
#include <time.h>

int64_t now_milliseconds(void)
{
    const char *value = getenv("EMOTRACK_NOW");
    struct tm utc = {0};
    const char *end = value ? strptime(value, "%Y-%m-%dT%H:%M:%S", &utc) : NULL;

    if (!end || end[0] != 'Z' || end[1] != '\0')
        return clock_wall();
    return (int64_t)timegm(&utc) * 1000;
}

int32_t now_offset(int64_t milliseconds)
{
    time_t seconds = (time_t)(milliseconds / 1000);
    struct tm local;

    return localtime_r(&seconds, &local) ? (int32_t)(local.tm_gmtoff / 60) : 0;
}
