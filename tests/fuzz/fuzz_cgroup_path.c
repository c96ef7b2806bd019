// SPDX-License-Identifier: MIT
/* Any two paths, a NUL between them: what is said of them is in them, and has its form. */
#include <string.h>

#include "enrich/cgroup_path.h"
#include "fuzz/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* From an allocation that ends where the path ends. */
static char *copy_path(const uint8_t *data, size_t size)
{
	char *copy = malloc(size + 1);

	check(copy, "out of memory");
	memcpy(copy, data, size);
	copy[size] = 0;
	return copy;
}

/* text may be NULL. */
static void check_part(const char *text, const char *path, const char *path1)
{
	if (!text)
		return;
	check(*text && strlen(text) <= NAME_MAX, "%zu bytes", strlen(text));
	check(!strchr(text, '/'), "%s", text);
	check(strstr(path, text) || strstr(path1, text), "%s", text);
}

/* An escape of systemd's may stand for any byte. */
static void check_name(const char *text)
{
	check(!text || (*text && strlen(text) <= NAME_MAX), "%zu bytes", text ? strlen(text) : 0);
}

static void check_container(const struct cgroup *cgroup)
{
	static const char hex[] = "0123456789abcdef";
	size_t digits = cgroup->container_id ? strspn(cgroup->container_id, hex) : 0;

	if (!cgroup->container_id)
		return;
	check(!cgroup->container_name, "%s and %s", cgroup->container_id, cgroup->container_name);
	check((digits == 64 && !cgroup->container_id[64]) ||
		      (digits == 32 && cgroup->container_id[32] == '-'),
	      "%s", cgroup->container_id);
}

static void check_pod(const char *uid)
{
	size_t len = uid ? strlen(uid) : 0;

	if (!uid)
		return;
	check(len == 32 || len == 36, "%s", uid);
	check(strspn(uid, "0123456789abcdef-") == len, "%s", uid);
}

static void check_unit(const char *unit)
{
	const char *dot = unit ? strrchr(unit, '.') : NULL;

	check(!unit || (dot && dot > unit && (!strcmp(dot, ".service") || !strcmp(dot, ".scope"))),
	      "%s", unit);
}

static void check_runtime(const struct cgroup *cgroup)
{
	check(!cgroup->runtime || cgroup->container_id || cgroup->container_name || cgroup->app_id,
	      "%s of nothing", cgroup->runtime);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *nul = memchr(data, 0, size);
	size_t n = nul ? (size_t)(nul - data) : size;
	char *path = copy_path(data, n), *path1 = nul ? copy_path(nul + 1, size - n - 1) : NULL;
	struct cgroup_facts facts;
	struct cgroup cgroup;

	memset(&facts, 0xa5, sizeof(facts));
	memset(&cgroup, 0xa5, sizeof(cgroup));
	cgroup_path_parse(path, path1, &facts, &cgroup);
	check_part(cgroup.container_id, path, path1 ? path1 : "");
	check_part(cgroup.unit, path, path1 ? path1 : "");
	check_name(cgroup.container_name);
	check_name(cgroup.app_id);
	check_container(&cgroup);
	check_pod(cgroup.pod_uid);
	check_unit(cgroup.unit);
	check_runtime(&cgroup);
	free(path);
	free(path1);
	return 0;
}
