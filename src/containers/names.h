/* SPDX-License-Identifier: MIT */
/* What is asked of a container, and what its runtime's files say: sent between two processes. */
#ifndef CONTAINERS_NAMES_H
#define CONTAINERS_NAMES_H

#include "model/cgroup.h"

#define CONTAINER_ID_LEN 64
#define POD_UID_LEN	 36

/* Texts are NUL-terminated; "": not known. */
struct container_question {
	struct cgroup_key key;
	char runtime[16]; /* as of struct cgroup */
	char id[CONTAINER_ID_LEN + 1];
	char pod_uid[POD_UID_LEN + 1];
};

/*
 * Any bytes. What does not fit is not known: Kubernetes bounds its names to these sizes (RFC 1123),
 * a reference of an image is a host of 255 bytes, a path of 255, a tag of 128 or a digest.
 */
struct container_names {
	char container_name[256];
	char image_name[768];
	char pod_name[254];
	char pod_namespace[64];
	char pod_container[64];
};

struct container_answer {
	struct cgroup_key key; /* of the question */
	struct container_names names;
};

#endif
