/* SPDX-License-Identifier: MIT */
/*
 * The path of a cgroup -> which container, pod, unit and application it says. Pure: nothing is
 * looked up, and what a path does not say is absent. Any bytes and any length are fine.
 */
#ifndef ENRICH_CGROUP_PATH_H
#define ENRICH_CGROUP_PATH_H

#include <limits.h>

#include "model/cgroup.h"

/* The texts that a struct cgroup points to. A component of a path has at most NAME_MAX bytes. */
struct cgroup_facts {
	char container_id[NAME_MAX + 1]; /* 64 hex digits; on Fargate 32, a dash, decimal digits */
	char container_name[NAME_MAX + 1];
	char pod_uid[sizeof("01234567-0123-0123-0123-0123456789ab")];
	char unit[NAME_MAX + 1];
	char app_id[NAME_MAX + 1];
};

/*
 * path, path1: of version 2 and version 1, from the root of the hierarchy
 * ("/system.slice/x.scope"), or only the end of one ("x.scope"); NULL or "/": it says nothing. Sets
 * container_id, container_name, runtime, pod_uid, unit and app_id of cgroup, each to NULL where it
 * is absent, and no other field. Texts lie in facts, which must live as long as they are used; the
 * runtime is a constant. Names are any bytes but NUL: whoever prints one cleans it.
 *
 * The component nearest to the end of a path that names a container decides. Container, runtime,
 * pod, and an application inside of the container, are all of one path: of version 2 if it names a
 * container, else of version 1 if that does. If neither does, the pod is that of version 2, else
 * that of version 1, and the application likewise; the runtime is "flatpak" or "snap" then. So is,
 * in every case, the unit: the last .service or .scope of a path.
 */
void cgroup_path_parse(const char *path, const char *path1, struct cgroup_facts *facts,
		       struct cgroup *cgroup);

#endif
