#ifndef EMOTRACK_SYNC_SERVER_DESCRIPTORS_H
#define EMOTRACK_SYNC_SERVER_DESCRIPTORS_H

#include <stdint.h>

/* How many of so many connections at once the process can have: it raises its limit of open files
 * as far as it may. Where files run out nobody is accepted any more, and the longest waiting makes
 * no room; so a server keeps to this. At least 1. */
uint32_t descriptors_allow(uint32_t connections);

#endif
