// SPDX-License-Identifier: MIT
#include "metrics/service.h"

#include <string.h>

#include "util/utf8.h"

/* What `docker ps` shows of an id. */
#define ID_DIGITS 12

/* As much of it as there is room for: what is cut off and what is shown as `?` may become equal. */
static void put_name(struct buffer *out, const char *name, size_t len)
{
	struct legible shown;

	for (size_t i = 0; i < len;) {
		i += legible_step(name + i, len - i, &shown);
		if (shown.len > out->cap - out->len)
			return;
		buffer_put(out, shown.text, shown.len);
	}
}

static void put_part(struct buffer *out, const char *name)
{
	if (!name)
		return;
	if (out->len && out->len < out->cap)
		buffer_putc(out, '/');
	put_name(out, name, strlen(name));
}

static void put_container(struct buffer *out, const struct cgroup *cgroup)
{
	if (cgroup->pod_name) {
		put_part(out, cgroup->pod_namespace);
		put_part(out, cgroup->pod_name);
		put_part(out, cgroup->pod_container);
	} else if (cgroup->container_name) {
		put_part(out, cgroup->container_name);
	} else {
		put_name(out, cgroup->container_id, strnlen(cgroup->container_id, ID_DIGITS));
	}
}

/* The service of the user's manager that the path leads through; NULL: it does not. */
static const char *user_manager(const char *path, size_t *ret_len)
{
	const char *found = path && !strncmp(path, "/user.slice/", strlen("/user.slice/"))
				    ? strstr(path, "/user@")
				    : NULL;

	if (!found)
		return NULL;
	found++;
	*ret_len = strcspn(found, "/");
	return found;
}

static bool is_service(const char *unit)
{
	size_t len = strlen(unit), suffix = strlen(".service");

	return len > suffix && !strcmp(unit + len - suffix, ".service");
}

static void put_unit(struct buffer *out, const struct cgroup *cgroup)
{
	size_t len;
	const char *manager = user_manager(cgroup->path, &len);

	if (manager)
		put_name(out, manager, len);
	else if (cgroup->unit && is_service(cgroup->unit))
		put_part(out, cgroup->unit);
	else
		buffer_literal(out, SERVICE_HOST);
}

void service_put(struct buffer *out, const struct cgroup *cgroup)
{
	char room[SERVICE_MAX];
	struct buffer name = {.data = room, .cap = sizeof(room)};

	if (!cgroup)
		buffer_literal(&name, SERVICE_UNKNOWN);
	else if (cgroup->container_id || cgroup->container_name || cgroup->pod_name)
		put_container(&name, cgroup);
	else
		put_unit(&name, cgroup);
	/* A name must be there: Prometheus takes an empty label for none. */
	if (!name.len)
		buffer_literal(&name, SERVICE_UNKNOWN);
	buffer_put(out, name.data, name.len);
}
