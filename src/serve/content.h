/* SPDX-License-Identifier: MIT */
/* The file of metrics, as it is now, in both forms. */
#ifndef SERVE_CONTENT_H
#define SERVE_CONTENT_H

#include <microhttpd.h>
#include <stdint.h>
#include <sys/stat.h>

#include "serve/accept.h"

/* Larger ones are refused: src/metrics, with all its bounds reached, makes 8 MiB. */
#define CONTENT_MAX (64 * 1024 * 1024)

/* The recorder writes one each 5 seconds. */
#define CONTENT_AGE_MAX_S 60

/* Clocks of hosts that share a file differ by less. */
#define CONTENT_AHEAD_MAX_S 60

struct content {
	const char *path;
	struct stat st; /* of the file that the responses are of */
	/* Shared by all who ask meanwhile; NULL: nobody has asked for it. */
	struct MHD_Response *responses[FORMS];
	char reason[512]; /* why there is none */
};

/*
 * The answer in that form, which stays the content's. NULL: there is none, and the reason, a line,
 * is in content->reason.
 */
struct MHD_Response *content_get(struct content *content, enum form form);

/* Whether there would be an answer; if not, with the reason. */
int content_check(struct content *content);

void content_close(struct content *content);

#endif
