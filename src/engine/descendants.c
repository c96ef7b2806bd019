// SPDX-License-Identifier: MIT
#include "engine/descendants.h"

#include <string.h>

#include "probe/loader.h"
#include "util/log.h"

bool descendants_awaited(const struct limits *limits, const struct probe *probe)
{
	return limits->wait && probe_follows_any(probe);
}

void descendants_say_left(const struct limits *limits, const struct probe *probe)
{
	const char *way_out = limits->wait ? "" : "; --wait goes on until the last has ended";
	int n = probe_followed(probe);

	if (n < 0)
		log_warning("cannot tell whether descendants of the command still run: %s",
			    strerror(-n));
	else if (n == 1)
		log_warning("1 descendant of the command still runs and is no longer followed%s",
			    way_out);
	else if (n)
		log_warning("%d descendants of the command still run and are no longer followed%s",
			    n, way_out);
}
