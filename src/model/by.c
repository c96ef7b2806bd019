// SPDX-License-Identifier: MIT
#include "model/by.h"

#include "util/array.h"
#include "util/keywords.h"

/* In the order of their bits. */
const char *by_name(size_t i)
{
	static const char *const names[] = {"process", "pid", "dst",	   "port", "user",
					    "cgroup",  "exe", "container", "unit", "name"};

	return i < ARRAY_SIZE(names) ? names[i] : NULL;
}

unsigned int by_find(const char *name)
{
	int i = keyword_find(by_name, name);

	return i < 0 ? 0 : 1u << i;
}
