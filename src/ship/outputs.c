// SPDX-License-Identifier: MIT
#include "ship/output.h"

#include <string.h>
#include <strings.h>

#include "util/array.h"

static const struct output_ops *const outputs[] = {
	&output_http,
#ifdef HAVE_NATS
	&output_nats,
#endif
};

static bool has_scheme(const struct output_ops *ops, const char *scheme, size_t n)
{
	for (const char *const *name = ops->schemes; *name; name++)
		if (strlen(*name) == n && !strncasecmp(*name, scheme, n))
			return true;
	return false;
}

const struct output_ops *output_for(const char *url)
{
	const char *end = strstr(url, "://");

	for (size_t i = 0; end && i < ARRAY_SIZE(outputs); i++)
		if (has_scheme(outputs[i], url, (size_t)(end - url)))
			return outputs[i];
	return NULL;
}
