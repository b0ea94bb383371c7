#ifndef EMOTRACK_APP_ASSETS_H
#define EMOTRACK_APP_ASSETS_H

#include "base/buffer.h"

/* The files that are shipped with the program. */

/* Appends the path of the shipped model, sought from the program's own place: ../share/emotrack
 * (installed, wherever the prefix has been moved to), ../assets (in the build folder), then the
 * prefix it was built for. ERROR_NOT_FOUND says where it looked. */
enum error assets_model_path(struct buffer *out) MUST_CHECK;

#endif
