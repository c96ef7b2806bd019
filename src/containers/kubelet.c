// SPDX-License-Identifier: MIT
#include "containers/kubelet.h"

#include <limits.h>
#include <stdio.h>

#include "containers/file.h"
#include "util/part.h"

#define LOWER "abcdefghijklmnopqrstuvwxyz"

/* A node has some hundreds of pods: who fills the directory gains nothing. */
#define ENTRIES_MAX 65536

typedef bool entry_fn(const char *entry, const char *wanted, struct container_names *ret);

/* A name of Kubernetes (RFC 1123), which no one else has to keep to. */
static bool take_name(struct part name, char *out, size_t size)
{
	if (name.len >= size || !part_all_of(name, LOWER PART_DIGITS "-."))
		return false;
	memcpy(out, name.at, name.len);
	out[name.len] = 0;
	return true;
}

bool kubelet_container_log(const char *entry, const char *id, struct container_names *ret)
{
	struct part pod = {entry, strlen(entry)}, found, container, namespace;

	return part_take_suffix(&pod, ".log") && part_take_behind(&pod, '-', &found) &&
	       part_is(found, id) && part_take_behind(&pod, '_', &container) &&
	       part_take_behind(&pod, '_', &namespace) &&
	       take_name(pod, ret->pod_name, sizeof(ret->pod_name)) &&
	       take_name(namespace, ret->pod_namespace, sizeof(ret->pod_namespace)) &&
	       take_name(container, ret->pod_container, sizeof(ret->pod_container));
}

bool kubelet_pod_logs(const char *entry, const char *uid, struct container_names *ret)
{
	struct part namespace = {entry, strlen(entry)}, found, pod;

	return part_take_behind(&namespace, '_', &found) && part_is(found, uid) &&
	       part_take_behind(&namespace, '_', &pod) &&
	       take_name(namespace, ret->pod_namespace, sizeof(ret->pod_namespace)) &&
	       take_name(pod, ret->pod_name, sizeof(ret->pod_name));
}

/* Looks for the entry of what is wanted. names stays as it is where there is none. */
static bool find_entry(const char *root, const char *directory, const char *wanted, entry_fn *take,
		       struct container_names *names)
{
	struct container_names found = *names;
	const struct dirent *entry;
	char path[PATH_MAX];
	bool is_found = false;
	DIR *dir;

	snprintf(path, sizeof(path), "%s%s", root, directory);
	dir = *wanted ? container_directory_open(path) : NULL;
	if (!dir)
		return false;
	for (int i = 0; !is_found && i < ENTRIES_MAX && (entry = readdir(dir)); i++)
		is_found = take(entry->d_name, wanted, &found);
	closedir(dir);
	if (is_found)
		*names = found;
	return is_found;
}

void kubelet_find(const char *root, const struct container_question *question,
		  struct container_names *names)
{
	if (!find_entry(root, "/var/log/containers", question->id, kubelet_container_log, names))
		find_entry(root, "/var/log/pods", question->pod_uid, kubelet_pod_logs, names);
}
