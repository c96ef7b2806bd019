// SPDX-License-Identifier: MIT
#include <errno.h>

#include "contract/cgroup.h"
#include "model/decode.h"
#include "model/record.h"

_Static_assert(TEXTS_MAX >= RECORD_SIZE_MAX - sizeof(struct cgroup_record) + 2 * 2,
	       "raise TEXTS_MAX");

static bool record_valid(const struct cgroup_record *r)
{
	if (!r->id || r->flags & ~CGROUP_FLAGS_ALL)
		return false;
	return r->id1 || (!r->size1 && !(r->flags & CGROUP_CUT1));
}

static int read_record(const void *data, size_t size, struct cgroup_record *ret)
{
	int err = record_read(data, size, EVENT_CGROUP, ret, sizeof(*ret));

	if (err)
		return err;
	if (sizeof(*ret) + ret->size + ret->size1 != size)
		return -EMSGSIZE;
	return record_valid(ret) ? 0 : -EBADMSG;
}

/* The path to show: of a path whose beginning is not known, none. */
static const char *shown(const struct cgroup_record *r, const struct cgroup_paths *paths)
{
	if (r->flags & CGROUP_CUT)
		return NULL;
	/* Where version 1 has the controllers, version 2 may have no more than its root. */
	if (r->size || !r->id1)
		return paths->path;
	return r->flags & CGROUP_CUT1 ? NULL : paths->path1;
}

int cgroup_decode(const void *data, size_t size, char *texts, struct cgroup *ret,
		  struct cgroup_paths *ret_paths)
{
	const char *from = (const char *)data + sizeof(struct cgroup_record);
	struct cgroup_record r;
	char *texts1;
	int err = read_record(data, size, &r);

	if (err)
		return err;
	texts1 = record_path(texts, from, r.size, CGROUP_DEPTH_MAX, !(r.flags & CGROUP_CUT));
	if (!texts1 || !record_path(texts1, from + r.size, r.size1, CGROUP_DEPTH_MAX,
				    !(r.flags & CGROUP_CUT1)))
		return -EBADMSG;
	*ret_paths = (struct cgroup_paths){.path = texts, .path1 = r.id1 ? texts1 : NULL};
	*ret = (struct cgroup){.key = {r.id, r.id1}, .path = shown(&r, ret_paths)};
	return 0;
}
