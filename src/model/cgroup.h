/* SPDX-License-Identifier: MIT */
/*
 * Where attempts are made: a cgroup, and what its path says of container and unit. The decoded form
 * of contract/cgroup.h. Texts belong to whoever made the struct; NULL: the path does not say.
 */
#ifndef MODEL_CGROUP_H
#define MODEL_CGROUP_H

#include <stdint.h>

/* No padding: compared and hashed as bytes. */
struct cgroup_key {
	uint64_t id;  /* version 2 */
	uint64_t id1; /* of the pids controller of version 1; 0: there is none */
};

struct cgroup {
	struct cgroup_key key;
	uint64_t serial;  /* of these contents, in a run; 0: they have none */
	const char *path; /* of version 2; of version 1 where version 2 says no more than `/` */

	const char *container_id;
	const char *container_name; /* of LXC and systemd-nspawn, which have no id; or looked up */
	const char *runtime;	    /* "docker", "containerd", "crio", "podman", ... */
	const char *pod_uid;	    /* Kubernetes, lower case, with dashes */
	const char *unit;	    /* systemd: the innermost .service or .scope */
	const char *app_id;	    /* of flatpak and snap */

	/* --container-names */
	const char *image_name, *pod_name, *pod_namespace, *pod_container;
};

#endif
