/* SPDX-License-Identifier: MIT */
/* The file of rules on disk. All say what is wrong, and return an exit status. */
#ifndef COMMANDS_AUDIT_FILE_H
#define COMMANDS_AUDIT_FILE_H

#include "audit/rules.h"
#include "util/vector.h"

/* learns: it is to be added to, and so may be missing, and must be a file of its own. */
int audit_file_read(const char *path, bool learns, struct rules *ret);

/*
 * Adds the comment and the lines (of char *), behind what is there; the file is replaced as a
 * whole, and keeps mode and owner.
 */
int audit_file_add(const char *path, const char *comment, const struct vector *lines);

#endif
