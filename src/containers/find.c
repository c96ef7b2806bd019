// SPDX-License-Identifier: MIT
#include "containers/find.h"

#include <limits.h>
#include <stdio.h>

#include "containers/file.h"
#include "containers/kubelet.h"
#include "util/array.h"
#include "util/cleanup.h"
#include "util/json_pick.h"

/* Keys of a file that lead to a name, and which. */
struct key_row {
	const char *keys[JSON_PICK_KEYS + 1];
	size_t offset, size; /* in struct container_names */
};

#define NAME(member)                                                                               \
	offsetof(struct container_names, member), sizeof(((struct container_names *)0)->member)

static const struct key_row docker_rows[] = {
	{{"Name"}, NAME(container_name)},
	{{"Config", "Image"}, NAME(image_name)},
	/* Of the kubelet, by cri-dockerd. */
	{{"Config", "Labels", "io.kubernetes.pod.name"}, NAME(pod_name)},
	{{"Config", "Labels", "io.kubernetes.pod.namespace"}, NAME(pod_namespace)},
	{{"Config", "Labels", "io.kubernetes.container.name"}, NAME(pod_container)},
};

/* A bundle's config.json: annotations of containerd's CRI plugin, of CRI-O, of nerdctl. */
static const struct key_row bundle_rows[] = {
	{{"annotations", "io.kubernetes.cri.sandbox-name"}, NAME(pod_name)},
	{{"annotations", "io.kubernetes.cri.sandbox-namespace"}, NAME(pod_namespace)},
	{{"annotations", "io.kubernetes.cri.container-name"}, NAME(pod_container)},
	{{"annotations", "io.kubernetes.cri.image-name"}, NAME(image_name)},
	{{"annotations", "io.kubernetes.pod.name"}, NAME(pod_name)},
	{{"annotations", "io.kubernetes.pod.namespace"}, NAME(pod_namespace)},
	{{"annotations", "io.kubernetes.container.name"}, NAME(pod_container)},
	{{"annotations", "io.kubernetes.cri-o.ImageName"}, NAME(image_name)},
	{{"annotations", "nerdctl/name"}, NAME(container_name)},
};

/* What containers.json has of Podman and CRI-O in a string of its own: JSON in JSON. */
static const struct key_row metadata_rows[] = {
	{{"image-name"}, NAME(image_name)},
};

#define CONTAINERD "/run/containerd/io.containerd.runtime.v2.task/"
#define K3S	   "/run/k3s/containerd/io.containerd.runtime.v2.task/"
#define STORAGE	   "/var/lib/containers/storage/"
#define RUN	   "/run/containers/storage/"

/* A file of a container's own is before + its id + after. */
static const struct source {
	const char *runtime, *before, *after;
	const struct key_row *rows;
	size_t n_rows;
} sources[] = {
	{"docker", "/var/lib/docker/containers/", "/config.v2.json", docker_rows,
	 ARRAY_SIZE(docker_rows)},
	{"docker", "/var/snap/docker/common/var-lib-docker/containers/", "/config.v2.json",
	 docker_rows, ARRAY_SIZE(docker_rows)},
	{"containerd", CONTAINERD "k8s.io/", "/config.json", bundle_rows, ARRAY_SIZE(bundle_rows)},
	{"containerd", K3S "k8s.io/", "/config.json", bundle_rows, ARRAY_SIZE(bundle_rows)},
	{"nerdctl", CONTAINERD "default/", "/config.json", bundle_rows, ARRAY_SIZE(bundle_rows)},
	{"crio", RUN "overlay-containers/", "/userdata/config.json", bundle_rows,
	 ARRAY_SIZE(bundle_rows)},
	{"crio", STORAGE "overlay-containers/", "/userdata/config.json", bundle_rows,
	 ARRAY_SIZE(bundle_rows)},
};

/* All containers of a storage, by its driver; apart, those that end with the host (--rm). */
static const char *const storages[] = {
	STORAGE "overlay-containers/containers.json",
	STORAGE "overlay-containers/volatile-containers.json",
	STORAGE "vfs-containers/containers.json",
	STORAGE "vfs-containers/volatile-containers.json",
	STORAGE "btrfs-containers/containers.json",
	STORAGE "btrfs-containers/volatile-containers.json",
};

static bool is_text_of(const char *text, size_t size, const char *set)
{
	const char *end = memchr(text, 0, size);

	return end && (end == text || part_all_of((struct part){text, (size_t)(end - text)}, set));
}

bool container_question_is_valid(const struct container_question *question)
{
	return memchr(question->runtime, 0, sizeof(question->runtime)) &&
	       is_text_of(question->id, sizeof(question->id), PART_HEX) &&
	       is_text_of(question->pod_uid, sizeof(question->pod_uid), PART_HEX "-") &&
	       (!*question->id || strlen(question->id) == CONTAINER_ID_LEN) &&
	       (*question->id || *question->pod_uid);
}

/* Whether the container can be of that runtime: unknown, it can be of any. */
static bool may_be_of(const struct container_question *question, const char *runtime)
{
	return !*question->runtime || !strcmp(question->runtime, runtime);
}

/* The rows' picks, into names. Returns n. */
static size_t make_picks(const struct key_row *rows, size_t n, struct container_names *names,
			 struct json_pick *picks)
{
	for (size_t i = 0; i < n; i++) {
		picks[i] = (struct json_pick){.out = (char *)names + rows[i].offset,
					      .size = rows[i].size};
		memcpy(picks[i].keys, rows[i].keys, sizeof(picks[i].keys));
	}
	return n;
}

/* All of the text is one value: else nothing of it counts. */
static bool pick_names(const char *text, size_t size, const struct key_row *rows, size_t n,
		       struct container_names *names)
{
	struct json_pick picks[ARRAY_SIZE(bundle_rows)];
	struct container_names found = *names;
	struct json_reader reader = json_reader(text, size);

	_Static_assert(ARRAY_SIZE(docker_rows) <= ARRAY_SIZE(picks), "too few");
	if (!json_pick(&reader, picks, make_picks(rows, n, &found, picks)) ||
	    json_next(&reader) != TOKEN_END)
		return false;
	*names = found;
	return true;
}

static bool find_in_file(const char *root, const struct source *source, const char *id,
			 struct container_names *names)
{
	_cleanup_free_ char *text = NULL;
	char path[PATH_MAX];
	size_t size;

	snprintf(path, sizeof(path), "%s%s%s%s", root, source->before, id, source->after);
	return !container_file_read(path, &text, &size) &&
	       pick_names(text, size, source->rows, source->n_rows, names);
}

/* An item of containers.json. */
struct stored {
	char id[CONTAINER_ID_LEN + 1];
	char name[sizeof(((struct container_names *)0)->container_name)];
	char metadata[8192];
};

/* Whether the list has the container; *ret is it then. */
static bool find_stored(const char *text, size_t size, const char *id, struct stored *ret)
{
	const struct json_pick picks[] = {
		{{"id"}, ret->id, sizeof(ret->id)},
		{{"names", JSON_PICK_FIRST}, ret->name, sizeof(ret->name)},
		{{"metadata"}, ret->metadata, sizeof(ret->metadata)},
	};
	struct json_reader reader = json_reader(text, size);

	if (json_next(&reader) != TOKEN_ARRAY)
		return false;
	do {
		ret->id[0] = ret->name[0] = ret->metadata[0] = 0;
		if (!json_pick(&reader, picks, ARRAY_SIZE(picks)))
			return false;
	} while (strcmp(ret->id, id));
	return true;
}

static bool find_in_storage(const char *root, const char *file, const char *id,
			    struct container_names *names)
{
	_cleanup_free_ char *text = NULL;
	struct stored stored;
	char path[PATH_MAX];
	size_t size;

	snprintf(path, sizeof(path), "%s%s", root, file);
	if (container_file_read(path, &text, &size) || !find_stored(text, size, id, &stored))
		return false;
	strcpy(names->container_name, stored.name);
	if (!*names->image_name)
		pick_names(stored.metadata, strlen(stored.metadata), metadata_rows,
			   ARRAY_SIZE(metadata_rows), names);
	return true;
}

/* Docker's names are paths: a container that another one has a link to had two. */
static void take_slash(char *name)
{
	if (*name == '/')
		memmove(name, name + 1, strlen(name));
}

static void find_in_runtimes(const char *root, const struct container_question *question,
			     struct container_names *names)
{
	for (size_t i = 0; i < ARRAY_SIZE(sources); i++)
		if (may_be_of(question, sources[i].runtime) &&
		    find_in_file(root, &sources[i], question->id, names))
			break;
	if (!may_be_of(question, "podman") && !may_be_of(question, "crio"))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(storages); i++)
		if (find_in_storage(root, storages[i], question->id, names))
			break;
}

void container_find(const char *root, const struct container_question *question,
		    struct container_names *ret)
{
	memset(ret, 0, sizeof(*ret));
	kubelet_find(root, question, ret);
	if (*question->id)
		find_in_runtimes(root, question, ret);
	take_slash(ret->container_name);
}
