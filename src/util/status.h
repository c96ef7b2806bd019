/* SPDX-License-Identifier: MIT */
/* Exit statuses: section 7 of docs/spec.md. A traced command's own takes their place. */
#ifndef UTIL_STATUS_H
#define UTIL_STATUS_H

enum exit_status {
	STATUS_DONE = 0,
	STATUS_FAILED = 1, /* at run time */
	STATUS_USAGE = 2,  /* the command line is wrong */
	STATUS_UNABLE = 3, /* this host cannot run it */

	/* audit alone: far from those of shells, timeout(1), env(1) and git-bisect(1) */
	STATUS_UNEXPECTED = 120,
	STATUS_NO_VOUCHER = 121,
};

#endif
