// SPDX-License-Identifier: MIT
#include "enrich/container_form.h"
#include "util/array.h"

enum {
	OCI_ID_LEN = 64,
	ECS_TASK_LEN = 32,
	ECS_DIGITS_MAX = 20, /* of a 64-bit number; 7, 9 and 10 were seen */
};

/* What comes before `-ID`, before `-ID.scope`, or between the colons of `X.slice:PREFIX:ID`. */
static const struct {
	const char *prefix, *runtime;
} id_prefixes[] = {
	{"docker", "docker"}, {"cri-containerd", "containerd"}, {"crio", "crio"},
	{"libpod", "podman"}, {"libpod-payload", "podman"},	{"nerdctl", "nerdctl"},
};

/* What an id with nothing around it lies in, and at most how many levels below. */
static const struct {
	const char *above;
	unsigned int levels;
	const char *runtime;
} id_parents[] = {
	{"docker", 1, "docker"},
	/* /ecs/TASK/ID and /ecs/NAME/TASK/ID: on hosts of one's own, ECS runs Docker. */
	{"ecs", 3, "docker"},
};

/*
 * libvirt calls its machines DRIVER-NUMBER-NAME. numbered: a container of systemd-nspawn may well
 * have a name that begins with the driver's, so the number must be there.
 */
static const struct libvirt_driver {
	const char *name;
	bool numbered, container;
} libvirt_drivers[] = {
	{"qemu", false, false},
	{"ch", true, false}, /* Cloud Hypervisor */
	{"lxc", true, true},
};

static bool is_oci_id(struct part s)
{
	return s.len == OCI_ID_LEN && part_all_of(s, PART_HEX);
}

struct part component_before(const char *path, const char *end)
{
	const char *start;

	while (end > path && end[-1] == '/')
		end--;
	for (start = end; start > path && start[-1] != '/';)
		start--;
	return (struct part){start, (size_t)(end - start)};
}

/* The next component of the path is that one. */
static bool holds(struct part c, const char *name)
{
	const char *next = c.at + c.len + strspn(c.at + c.len, "/");

	return part_is((struct part){next, strcspn(next, "/")}, name);
}

/* c lies in such a component, at most so many levels below it, and no container is between them. */
static bool is_below(const char *path, struct part c, const char *above, unsigned int levels)
{
	while (levels--) {
		c = component_before(path, c.at);
		if (part_is(c, above))
			return true;
		if (!c.len || is_oci_id(c))
			return false;
	}
	return false;
}

/* Takes the id and the separator before it off c. */
static bool take_id(struct part *c, const char *separator, struct part *ret)
{
	return part_take_last(c, OCI_ID_LEN, ret) && is_oci_id(*ret) &&
	       part_take_suffix(c, separator);
}

static const char *prefix_runtime(struct part prefix)
{
	for (size_t i = 0; i < ARRAY_SIZE(id_prefixes); i++)
		if (part_is(prefix, id_prefixes[i].prefix))
			return id_prefixes[i].runtime;
	return NULL;
}

/*
 * docker-ID.scope, crio-ID. Of the monitors, crio-conmon-ID and libpod-conmon-ID, the table has no
 * prefix: they are not in the container that they watch.
 */
static bool prefixed_id(const char *path, struct part c, struct container_form *form)
{
	(void)path;
	part_take_suffix(&c, ".scope");
	if (!take_id(&c, "-", &form->id))
		return false;
	form->runtime = prefix_runtime(c);
	return form->runtime;
}

/* X.slice:PREFIX:ID is meant for systemd: a runtime that does not ask systemd makes it a directory.
 */
static bool colon_id(const char *path, struct part c, struct container_form *form)
{
	struct part prefix;

	(void)path;
	if (!take_id(&c, ":", &form->id) || !part_take_behind(&c, ':', &prefix))
		return false;
	form->runtime = prefix_runtime(prefix);
	return form->runtime && (!c.len || part_take_suffix(&c, ".slice"));
}

/* Nothing around the id: below a pod, or below a namespace of containerd, no runtime is said. */
static bool bare_id(const char *path, struct part c, struct container_form *form)
{
	if (!is_oci_id(c))
		return false;
	form->id = c;
	for (size_t i = 0; i < ARRAY_SIZE(id_parents); i++)
		if (is_below(path, c, id_parents[i].above, id_parents[i].levels))
			form->runtime = id_parents[i].runtime;
	return true;
}

/* Fargate: /ecs/TASK/TASK-DIGITS. */
static bool fargate_id(const char *path, struct part c, struct container_form *form)
{
	struct part task = c, digits;

	if (!part_take_behind(&task, '-', &digits) || task.len != ECS_TASK_LEN ||
	    !part_all_of(task, PART_HEX) || !part_all_of(digits, PART_DIGITS) ||
	    digits.len > ECS_DIGITS_MAX || !is_below(path, c, "ecs", 3))
		return false;
	form->id = c;
	form->runtime = "ecs";
	return true;
}

/*
 * lxc.payload.NAME; /lxc.payload/NAME and /lxc/NAME of old versions. The monitor, lxc.monitor.NAME,
 * is not in the container.
 */
static bool lxc_name(const char *path, struct part c, struct container_form *form)
{
	if (!part_take_prefix(&c, "lxc.payload.") && !is_below(path, c, "lxc", 1) &&
	    !is_below(path, c, "lxc.payload", 1))
		return false;
	form->name = c;
	form->runtime = "lxc";
	return c.len;
}

/* Takes a dash off the beginning, also one that systemd has escaped. */
static bool take_dash(struct part *s)
{
	return part_take_prefix(s, "-") || part_take_prefix(s, "\\x2d");
}

/* NULL: libvirt has no machine of that name. */
static const struct libvirt_driver *find_driver(struct part name)
{
	for (size_t i = 0; i < ARRAY_SIZE(libvirt_drivers); i++) {
		const struct libvirt_driver *driver = &libvirt_drivers[i];
		struct part rest = name;

		if (!part_take_prefix(&rest, driver->name) || !take_dash(&rest))
			continue;
		rest.len = rest.len ? 1 : 0;
		if (!driver->numbered || part_all_of(rest, PART_DIGITS))
			return driver;
	}
	return NULL;
}

/* machine-NAME.scope, of what was registered as a machine: that can be a virtual one. */
static bool machine_name(struct part c, struct container_form *form)
{
	const struct libvirt_driver *driver;

	if (!part_take_prefix(&c, "machine-") || !part_take_suffix(&c, ".scope") || !c.len)
		return false;
	driver = find_driver(c);
	form->name = c;
	form->runtime = driver ? NULL : "systemd-nspawn";
	return !driver || driver->container;
}

/* systemd-nspawn@NAME.service */
static bool nspawn_name(struct part c, struct container_form *form)
{
	if (!part_take_prefix(&c, "systemd-nspawn@") || !part_take_suffix(&c, ".service"))
		return false;
	form->name = c;
	form->runtime = "systemd-nspawn";
	return c.len;
}

/* The program systemd-nspawn itself is in `supervisor`, and so not in the container that it runs.
 */
static bool systemd_name(const char *path, struct part c, struct container_form *form)
{
	(void)path;
	form->escaped = true;
	return (machine_name(c, form) || nspawn_name(c, form)) && !holds(c, "supervisor");
}

bool container_form_find(const char *path, struct part c, struct container_form *ret)
{
	static bool (*const forms[])(const char *path, struct part c,
				     struct container_form *form) = {
		prefixed_id, colon_id, bare_id, fargate_id, lxc_name, systemd_name,
	};

	for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
		struct container_form form = {0};

		if (!forms[i](path, c, &form))
			continue;
		*ret = form;
		return true;
	}
	return false;
}
