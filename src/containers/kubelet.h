/* SPDX-License-Identifier: MIT */
/* Names that the kubelet gives to the logs of pods and containers. */
#ifndef CONTAINERS_KUBELET_H
#define CONTAINERS_KUBELET_H

#include <stdbool.h>

#include "containers/names.h"

/* An entry of /var/log/containers, POD_NAMESPACE_CONTAINER-ID.log, of that id; pure. */
bool kubelet_container_log(const char *entry, const char *id, struct container_names *ret);

/* An entry of /var/log/pods, NAMESPACE_POD_UID, of that uid; pure. */
bool kubelet_pod_logs(const char *entry, const char *uid, struct container_names *ret);

/*
 * Sets pod_name, pod_namespace and pod_container, as far as the entries say. root: what paths begin
 * with; "": this host's.
 */
void kubelet_find(const char *root, const struct container_question *question,
		  struct container_names *names);

#endif
