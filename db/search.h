#ifndef EMOTRACK_DB_SEARCH_H
#define EMOTRACK_DB_SEARCH_H

#include "db/db.h"

/* Gives the connection the SQL function contains(text, folded term), which the searches need. */
enum error search_register(struct db *db) MUST_CHECK;

#endif
