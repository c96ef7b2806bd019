/* SPDX-License-Identifier: MIT */
/*
 * A process that opens one file, as file.h does, for one that has given up the right to do so: that
 * path, to append to, is all that it can open.
 */
#ifndef SINK_OPENER_H
#define SINK_OPENER_H

struct opener;

/* To be called while there is one thread. Returns 0 or -errno. */
int opener_start(const char *path, struct opener **ret);
void opener_stop(struct opener *opener); /* NULL is fine */

/* As file_open(), of its path; or -FILE_OPENER_GONE. Waits for as long as opening the file does. */
int opener_open(struct opener *opener);

#endif
