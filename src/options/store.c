// SPDX-License-Identifier: MIT
/* Options of what is always on: where its store lies, how large it may become, what is asked of it.
 */
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "options/set.h"
#include "util/clock.h"
#include "util/parse.h"
#include "util/utc.h"

/* Less would not hold one segment and the next. */
#define STORE_SIZE_MIN (1ull << 20)

int set_store(struct options *options, const char *value, struct error *reason)
{
	if (!*value)
		return refuse_value(reason, "a directory's name is missing");
	options->store.dir = value;
	return 0;
}

int set_store_size(struct options *options, const char *value, struct error *reason)
{
	uint64_t size;

	if (parse_size(value, &size))
		return refuse_value(reason,
				    "\"" QUOTED "\" is not a number of bytes, such as 500M or 10G",
				    value);
	if (size < STORE_SIZE_MIN)
		return refuse_value(reason, QUOTED " is too little for a store: the least is 1M",
				    value);
	options->store.size = size;
	return 0;
}

int set_metrics_file(struct options *options, const char *value, struct error *reason)
{
	if (!*value)
		return refuse_value(reason, "a file name is missing");
	options->metrics_path = value;
	return 0;
}

int set_pin(struct options *options, const char *value, struct error *reason)
{
	if (!*value)
		return refuse_value(reason, "a directory's name is missing");
	if (strlen(value) > PATH_MAX - 1)
		return refuse_value(reason, "a directory's name is shorter");
	options->request.pin_path = value;
	return 0;
}

static int set_when(const char *value, uint64_t *when_ns, struct error *reason)
{
	uint64_t digits;

	if (!utc_parse_words(value, clock_now_ns(CLOCK_REALTIME), when_ns))
		return 0;
	if (!parse_u64(value, 0, UINT64_MAX, &digits))
		return refuse_value(reason,
				    "\"" QUOTED "\" has no unit; write it as 30m, 2h or 7d (ago)",
				    value);
	return refuse_value(reason,
			    "\"" QUOTED "\" is not a time; write 2h or 7d (ago), today, yesterday, "
			    "2026-02-16, or 2026-02-16T12:34:56Z (UTC)",
			    value);
}

int set_since(struct options *options, const char *value, struct error *reason)
{
	return set_when(value, &options->store.since_ns, reason);
}

int set_until(struct options *options, const char *value, struct error *reason)
{
	return set_when(value, &options->store.until_ns, reason);
}
